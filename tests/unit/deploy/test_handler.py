"""The doors of the deploy room."""

from typing import Any

import pytest

from deploy import handler
from intent import prompts
from intent.pointer import Pointer
from intent.runs import Keys, job_name
from store.lease import Lease
from store.objects import Objects
from store.pointer import PointerStore
from tests.unit.conftest import BUCKET
from tests.unit.intent.test_pointer import VALUE
from tests.unit.samples import ANSWER, DEPLOYMENT, DOMAIN, EXECUTION, MODEL, NOW, RUN_ID, plan
from tests.unit.wire import Fault, Wire, said

NAME = "/intent-router/dev/active"
ABSENT = Fault(404, "ResourceNotFoundException")
EDGE = {"s3_key": Keys(RUN_ID).edge_model, "sha256": "a" * 64, "threshold": 0.9}


@pytest.fixture
def bedrock(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setenv("POINTER_PARAMETER", NAME)
    wire = Wire("bedrock")
    aws["bedrock"] = wire.client
    return wire


@pytest.fixture
def pointers(aws: dict[str, Any], bedrock: Wire) -> PointerStore:
    return PointerStore(aws["ssm"], NAME)


def got(status: str = "Active", **changed: Any) -> dict[str, Any]:
    whole = {"customModelDeploymentArn": DEPLOYMENT, "modelDeploymentName": "n", "modelArn": MODEL, "status": status}
    return {**whole, "createdAt": NOW.isoformat(), **changed}


def test_given_a_model_then_it_is_deployed_under_the_runs_name(bedrock: Wire) -> None:
    bedrock.on("GetCustomModelDeployment", ABSENT)
    bedrock.on("CreateCustomModelDeployment", {"customModelDeploymentArn": DEPLOYMENT})
    found = handler.create({"run_id": RUN_ID, "model_arn": MODEL}, None)
    assert found == {"ok": True, "deployment_arn": DEPLOYMENT}
    assert bedrock.asked("CreateCustomModelDeployment")[0]["modelDeploymentName"] == job_name(RUN_ID, "student")


def test_given_a_refused_deployment_then_code_and_reason_come_back(bedrock: Wire) -> None:
    bedrock.on("GetCustomModelDeployment", ABSENT)
    bedrock.on("CreateCustomModelDeployment", Fault(400, "ServiceQuotaExceededException", "no room"))
    found = handler.create({"run_id": RUN_ID, "model_arn": MODEL}, None)
    assert (found["ok"], found["error"]) == (False, "ServiceQuotaExceededException")


def test_given_a_deployment_then_its_status_and_reason_come_back(bedrock: Wire) -> None:
    bedrock.on("GetCustomModelDeployment", got("Failed", failureMessage="no"))
    assert handler.status({"deployment_arn": DEPLOYMENT}, None) == {"status": "Failed", "reason": "no"}


@pytest.mark.parametrize(("text", "ok"), [(ANSWER, True), (ANSWER[: ANSWER.index('"reas')], True), ("Hello!", False)])
def test_given_a_warm_up_then_it_asks_as_the_route_does_and_checks_the_answer(
    bedrock: Wire, aws: dict[str, Any], text: str, *, ok: bool
) -> None:
    runtime = Wire("bedrock-runtime").on("Converse", said(text))
    aws["bedrock-runtime"] = runtime.client
    found = handler.warm({"deployment_arn": DEPLOYMENT}, None)
    assert found["ok"] is ok
    assert found["latency_ms"] > 0
    (request,) = runtime.asked("Converse")
    assert (request["modelId"], request["system"]) == (DEPLOYMENT, [{"text": prompts.student(DOMAIN)}])


def delete() -> dict[str, Any]:
    return handler.delete({"run_id": RUN_ID}, None)


def deployed(bedrock: Wire) -> None:
    bedrock.on("GetCustomModelDeployment", got()).on("DeleteCustomModelDeployment", {}).on("DeleteCustomModel", {})


def test_given_a_discarded_run_then_deployment_and_model_go(bedrock: Wire, pointers: PointerStore) -> None:
    deployed(bedrock)
    assert delete() == {"deleted": ["deployment", "model"]}
    names = (job_name(RUN_ID, "student"), job_name(RUN_ID, "distill"))
    assert bedrock.asked("DeleteCustomModelDeployment") == [{"customModelDeploymentIdentifier": names[0]}]
    assert bedrock.asked("DeleteCustomModel") == [{"modelIdentifier": names[1]}]


def test_given_nothing_left_then_deleting_again_is_fine(bedrock: Wire) -> None:
    bedrock.on("GetCustomModelDeployment", ABSENT).on("DeleteCustomModel", ABSENT)
    assert delete() == {"deleted": []}


def test_given_another_active_version_then_this_run_may_go(bedrock: Wire, pointers: PointerStore) -> None:
    pointers.write(Pointer.model_validate({**VALUE, "run_id": "another"}))
    deployed(bedrock)
    assert delete() == {"deleted": ["deployment", "model"]}


def test_given_the_active_version_then_nothing_of_it_is_deleted(bedrock: Wire, pointers: PointerStore) -> None:
    pointers.write(Pointer.model_validate({**VALUE, "run_id": RUN_ID}))
    assert delete() == {"deleted": [], "kept": "active"}
    assert bedrock.calls == []


def test_given_a_pointer_that_cannot_be_read_then_nothing_is_deleted(bedrock: Wire, aws: dict[str, Any]) -> None:
    aws["ssm"].put_parameter(Name=NAME, Value="garbage", Type="String")
    with pytest.raises(ValueError, match="Invalid JSON"):
        delete()
    assert bedrock.calls == []


def promote() -> dict[str, Any]:
    ids = {"run_id": RUN_ID, "execution_arn": EXECUTION, "deployment_arn": DEPLOYMENT, "model_arn": MODEL}
    return handler.promote({**ids, "edge": EDGE}, None)


def test_given_the_holder_then_promoting_gives_the_version(pointers: PointerStore, aws: dict[str, Any]) -> None:
    objects = Objects(aws["s3"], BUCKET)
    objects.write_json(Keys(RUN_ID).plan, plan().model_dump(mode="json"))
    objects.write_json(Keys(RUN_ID).manifest, {"sha256": {"train": "d"}})
    Lease(aws["s3"], BUCKET).take(EXECUTION, RUN_ID, lambda _: True)
    assert promote() == promote() == {"ok": True, "version": 1}


def test_given_a_lost_lease_then_promoting_is_refused_in_words(pointers: PointerStore) -> None:
    found = promote()
    assert (found["ok"], found["error"]) == (False, "LeaseLost")
    assert "held by nobody" in found["message"]
    assert pointers.read() is None
