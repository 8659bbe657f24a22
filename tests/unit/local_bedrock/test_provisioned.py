"""Provisioned throughput in the embedded Bedrock, through a real boto3 client."""

from typing import Any

import pytest

from bedrock import provisioned
from bedrock.errors import Refused
from intent.serving import Serving
from local.bedrock.faults.client import Fault
from tests.unit.local_bedrock.conftest import Local, refused, wait_until

HOURLY = Serving(kind="provisioned", units=2)
ABSENT = "arn:aws:bedrock:us-east-1:000000000000:provisioned-model/abcdefghijkl"


def bought(local: Local, distillation: dict[str, Any], how: Serving = HOURLY) -> str:
    """The ARN of throughput for a freshly trained model, out of Creating."""
    arn = provisioned.create(local.control, "live", local.trained(distillation), how)
    wait_until(lambda: provisioned.status(local.control, arn).status, lambda status: status != "Creating")
    return arn


def ask(local: Local, arn: str) -> Any:
    return local.runtime.converse(modelId=arn, messages=[{"role": "user", "content": [{"text": "hi"}]}])


def test_units_are_bought_come_into_service_answer_and_are_given_back(
    local: Local, distillation: dict[str, Any]
) -> None:
    arn = bought(local, distillation)
    assert provisioned.status(local.control, arn).status == "Active"
    assert ask(local, arn)["output"]["message"]["content"] == [{"text": "loaded student"}]
    got = local.control.get_provisioned_model_throughput(provisionedModelId="live")
    assert (got["status"], got["modelUnits"], got["provisionedModelArn"]) == ("InService", 2, arn)
    (item,) = provisioned.listed(local.control, got["modelArn"])
    assert (item.arn, item.units, item.commitment) == (arn, 2, "none")
    model = {"modelIdentifier": got["modelArn"]}
    assert refused(local.control.delete_custom_model, **model).code == "ConflictException"
    assert provisioned.delete(local.control, arn)
    assert not provisioned.delete(local.control, arn)
    assert refused(ask, local=local, arn=arn).code == "ResourceNotFoundException"
    local.control.delete_custom_model(**model)


def test_a_term_that_is_not_over_keeps_it(local: Local, distillation: dict[str, Any]) -> None:
    arn = bought(local, distillation, HOURLY.model_copy(update={"commitment": "OneMonth"}))
    with pytest.raises(Refused) as caught:
        provisioned.delete(local.control, arn)
    assert caught.value.code == "ConflictException"
    (item,) = provisioned.listed(local.control)
    assert item.commitment == "OneMonth"


def test_a_model_that_does_not_load_fails_it(local: Local, distillation: dict[str, Any]) -> None:
    local.backend.load_error = "checksum"
    arn = bought(local, distillation)
    found = provisioned.status(local.control, arn)
    assert (found.status, found.reason) == ("Failed", "The custom model cannot be loaded: checksum")
    assert refused(ask, local=local, arn=arn).code == "ValidationException"
    assert provisioned.delete(local.control, arn)


def test_while_it_is_created_it_is_not_ready(local: Local, distillation: dict[str, Any]) -> None:
    local.fault(Fault(kind="stall-job", operation="CreateProvisionedModelThroughput"))
    arn = provisioned.create(local.control, "live", local.trained(distillation), HOURLY)
    assert provisioned.status(local.control, arn).status == "Creating"
    assert refused(ask, local=local, arn=arn).code == "ModelNotReadyException"


def test_foreign_and_absent_models_and_names_in_use_are_refused(local: Local, distillation: dict[str, Any]) -> None:
    arn = bought(local, distillation)
    assert provisioned.create(local.control, "live", provisioned.listed(local.control)[0].model_arn, HOURLY) == arn
    create = local.control.create_provisioned_model_throughput
    model = provisioned.listed(local.control)[0].model_arn
    taken = refused(create, provisionedModelName="live", modelId=model, modelUnits=1)
    base = refused(create, provisionedModelName="b", modelId="amazon.nova-pro-v1:0", modelUnits=1)
    absent = refused(create, provisionedModelName="c", modelId=model[:-4] + "zzzz", modelUnits=1)
    assert (taken.code, base.code) == ("ValidationException", "ValidationException")
    assert absent.code == "ResourceNotFoundException"
    assert refused(ask, local=local, arn=ABSENT).code == "ResourceNotFoundException"
