"""Provisioned throughput: bought or adopted, watched, listed, given back."""

from typing import Any

import pytest

from bedrock import provisioned
from bedrock.customization import JobStatus
from bedrock.errors import Busy, Refused
from intent.runs import job_name, run_id
from intent.serving import Serving
from tests.unit.samples import MODEL, NOW, PROVISIONED
from tests.unit.wire import Fault, Wire

from .patterns import breaches

NAME = job_name(run_id("a name_of 80"), "student")
ABSENT = Fault(404, "ResourceNotFoundException")
HOURLY = Serving(kind="provisioned", units=2)


def got(status: str = "InService", **changed: Any) -> dict[str, Any]:
    """GetProvisionedModelThroughput's answer, and a summary's."""
    names = {"provisionedModelArn": PROVISIONED, "provisionedModelName": NAME, "modelArn": MODEL, "status": status}
    times = {"creationTime": NOW.isoformat(), "lastModifiedTime": NOW.isoformat()}
    return {**names, **times, "desiredModelArn": MODEL, "modelUnits": 2, "desiredModelUnits": 2, **changed}


@pytest.mark.parametrize("commitment", ["none", "OneMonth", "SixMonths"])
def test_given_a_new_name_then_units_are_bought_by_the_rules(commitment: Any) -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", ABSENT)
    wire.on("CreateProvisionedModelThroughput", {"provisionedModelArn": PROVISIONED})
    how = HOURLY.model_copy(update={"commitment": commitment})
    assert provisioned.create(wire.client, NAME, MODEL, how) == PROVISIONED
    (request,) = wire.asked("CreateProvisionedModelThroughput")
    assert breaches("CreateProvisionedModelThroughput", request) == []
    term = {} if commitment == "none" else {"commitmentDuration": commitment}
    names = {"provisionedModelName": NAME, "clientRequestToken": NAME}
    assert request == {**names, "modelId": MODEL, "modelUnits": 2, **term}


def test_given_our_throughput_for_the_same_model_then_it_is_adopted() -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", got("Creating"))
    assert provisioned.create(wire.client, NAME, MODEL, HOURLY) == PROVISIONED
    assert not wire.asked("CreateProvisionedModelThroughput")


def test_given_the_name_for_another_model_then_it_is_refused() -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", got(modelArn=MODEL + "x"))
    with pytest.raises(Refused, match="exists for another model") as caught:
        provisioned.create(wire.client, NAME, MODEL, HOURLY)
    assert caught.value.code == "NameTaken"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(400, "ServiceQuotaExceededException"), Refused),
        (Fault(429, "ThrottlingException"), Busy),
        (Fault(500, "InternalServerException"), Busy),
    ],
)
def test_given_a_refused_purchase_then_it_is_told_apart_from_a_busy_service(fault: Fault, kind: type) -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", ABSENT).on("CreateProvisionedModelThroughput", fault)
    with pytest.raises(kind, match=fault.code):
        provisioned.create(wire.client, NAME, MODEL, HOURLY)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Creating", "Creating"),
        ("InService", "Active"),
        ("Updating", "Creating"),
        ("Failed", "Failed"),
        ("New", "New"),
    ],
)
def test_given_a_status_then_it_is_said_in_the_pipelines_words(said: str, word: str) -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", got(said, failureMessage="why"))
    assert provisioned.status(wire.client, PROVISIONED) == JobStatus(word, "why", MODEL)
    assert breaches("GetProvisionedModelThroughput", wire.asked("GetProvisionedModelThroughput")[0]) == []


def test_given_throughput_that_vanished_then_it_has_failed() -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", ABSENT)
    found = provisioned.status(wire.client, PROVISIONED)
    assert found == JobStatus("Failed", "the provisioned throughput no longer exists")


def test_given_an_outage_then_status_is_an_error_and_no_verdict() -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", Fault(429, "ThrottlingException"))
    with pytest.raises(Busy):
        provisioned.status(wire.client, PROVISIONED)


def test_given_throughput_then_it_is_deleted_and_a_second_time_is_fine() -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", got(), ABSENT)
    wire.on("DeleteProvisionedModelThroughput", {})
    assert provisioned.delete(wire.client, NAME)
    assert not provisioned.delete(wire.client, NAME)
    (request,) = wire.asked("DeleteProvisionedModelThroughput")
    assert request == {"provisionedModelId": NAME}
    assert breaches("DeleteProvisionedModelThroughput", request) == []


def test_given_throughput_that_goes_while_it_is_deleted_then_that_is_no_error() -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", got()).on("DeleteProvisionedModelThroughput", ABSENT)
    assert not provisioned.delete(wire.client, NAME)


def test_given_a_term_that_is_not_over_then_the_conflict_is_not_hidden() -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", got())
    wire.on("DeleteProvisionedModelThroughput", Fault(400, "ConflictException"))
    with pytest.raises(Refused) as caught:
        provisioned.delete(wire.client, NAME)
    assert caught.value.code == "ConflictException"


def test_given_two_pages_then_all_are_listed_with_what_they_are_billed_by() -> None:
    pages = [
        {"provisionedModelSummaries": [got(provisionedModelArn="a")], "nextToken": "n"},
        {"provisionedModelSummaries": [got("Updating", provisionedModelArn="b", commitmentDuration="OneMonth")]},
    ]
    wire = Wire("bedrock").on("ListProvisionedModelThroughputs", *pages)
    found = provisioned.listed(wire.client, MODEL)
    assert [(item.arn, item.name, item.model_arn, item.status, item.units, item.commitment) for item in found] == [
        ("a", NAME, MODEL, "Active", 2, "none"),
        ("b", NAME, MODEL, "Creating", 2, "OneMonth"),
    ]
    assert wire.asked("ListProvisionedModelThroughputs")[0] == {"modelArnEquals": MODEL}


@pytest.mark.parametrize(
    ("found", "arn"),
    [
        (got(), PROVISIONED),
        (got("Creating"), PROVISIONED),
        (got("Failed"), None),
        (got(modelArn=f"{MODEL}3"), None),
        (ABSENT, None),
    ],
    ids=["in service", "creating", "failed", "of another model", "absent"],
)
def test_given_throughput_of_an_earlier_attempt_then_it_is_usable_if_it_serves_the_model(
    found: Any, arn: str | None
) -> None:
    wire = Wire("bedrock").on("GetProvisionedModelThroughput", found)
    assert provisioned.usable(wire.client, NAME, MODEL) == arn
