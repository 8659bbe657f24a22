"""On-demand deployments: create or adopt, status, delete."""

from typing import Any

import pytest

from bedrock import deployment
from bedrock.customization import JobStatus
from bedrock.errors import Busy, Refused
from intent.runs import job_name, run_id
from tests.unit.samples import DEPLOYMENT, MODEL, NOW
from tests.unit.wire import Fault, Wire

from .patterns import breaches

NAME = job_name(run_id("a name_of 80"), "student")
ABSENT = Fault(404, "ResourceNotFoundException")


def got(status: str = "Active", **changed: Any) -> dict[str, Any]:
    whole = {"customModelDeploymentArn": DEPLOYMENT, "modelDeploymentName": NAME, "modelArn": MODEL, "status": status}
    return {**whole, "createdAt": NOW.isoformat(), **changed}


def test_given_a_new_name_then_the_deployment_is_created_by_the_rules() -> None:
    wire = Wire("bedrock").on("GetCustomModelDeployment", ABSENT)
    wire.on("CreateCustomModelDeployment", {"customModelDeploymentArn": DEPLOYMENT})
    assert deployment.create(wire.client, NAME, MODEL) == DEPLOYMENT
    (request,) = wire.asked("CreateCustomModelDeployment")
    assert breaches("CreateCustomModelDeployment", request) == []
    assert (request["modelDeploymentName"], request["modelArn"], request["clientRequestToken"]) == (NAME, MODEL, NAME)


def test_given_our_deployment_of_the_same_model_then_it_is_adopted() -> None:
    wire = Wire("bedrock").on("GetCustomModelDeployment", got("Creating"))
    assert deployment.create(wire.client, NAME, MODEL) == DEPLOYMENT
    assert not wire.asked("CreateCustomModelDeployment")


def test_given_the_name_for_another_model_then_it_is_refused() -> None:
    wire = Wire("bedrock").on("GetCustomModelDeployment", got(modelArn=MODEL + "x"))
    with pytest.raises(Refused, match="exists for another model") as caught:
        deployment.create(wire.client, NAME, MODEL)
    assert caught.value.code == "NameTaken"


@pytest.mark.parametrize("status", ["Creating", "Active", "Failed", "SomethingNew"])
def test_given_a_status_then_it_is_passed_on_as_it_is(status: str) -> None:
    wire = Wire("bedrock").on("GetCustomModelDeployment", got(status, failureMessage="why"))
    assert deployment.status(wire.client, DEPLOYMENT) == JobStatus(status, "why", MODEL)


def test_given_a_deployment_that_vanished_then_it_has_failed() -> None:
    wire = Wire("bedrock").on("GetCustomModelDeployment", ABSENT)
    assert deployment.status(wire.client, DEPLOYMENT) == JobStatus("Failed", "the deployment no longer exists")


def test_given_an_outage_then_status_is_an_error_and_no_verdict() -> None:
    wire = Wire("bedrock").on("GetCustomModelDeployment", Fault(500, "InternalServerException"))
    with pytest.raises(Busy):
        deployment.status(wire.client, DEPLOYMENT)


def test_given_a_deployment_then_it_is_deleted_and_a_second_time_is_fine() -> None:
    wire = Wire("bedrock").on("GetCustomModelDeployment", got(), ABSENT).on("DeleteCustomModelDeployment", {})
    assert deployment.delete(wire.client, NAME)
    assert not deployment.delete(wire.client, NAME)
    assert wire.asked("DeleteCustomModelDeployment") == [{"customModelDeploymentIdentifier": NAME}]


def test_given_a_model_then_it_is_deleted_and_a_second_time_is_fine() -> None:
    wire = Wire("bedrock").on("DeleteCustomModel", {}, ABSENT)
    assert deployment.delete_model(wire.client, NAME)
    assert not deployment.delete_model(wire.client, NAME)


def test_given_a_model_that_is_still_deployed_then_the_conflict_is_not_hidden() -> None:
    wire = Wire("bedrock").on("DeleteCustomModel", Fault(400, "ConflictException"))
    with pytest.raises(Refused, match="Conflict"):
        deployment.delete_model(wire.client, NAME)


def listing(arn: str) -> dict[str, Any]:
    item = {"customModelDeploymentArn": arn, "customModelDeploymentName": NAME, "modelArn": MODEL}
    return {**item, "status": "Active", "createdAt": NOW.isoformat()}


def test_given_two_pages_of_deployments_then_all_are_listed() -> None:
    pages = [
        {"modelDeploymentSummaries": [listing("a")], "nextToken": "n"},
        {"modelDeploymentSummaries": [listing("b")]},
    ]
    wire = Wire("bedrock").on("ListCustomModelDeployments", *pages)
    found = deployment.listed(wire.client, MODEL)
    assert [(item.arn, item.name, item.model_arn, item.status) for item in found] == [
        (arn, NAME, MODEL, "Active") for arn in "ab"
    ]
    assert wire.asked("ListCustomModelDeployments")[0] == {"modelArnEquals": MODEL}


def test_given_custom_models_then_those_of_the_account_are_listed() -> None:
    item = {"modelArn": MODEL, "modelName": NAME, "creationTime": NOW.isoformat(), "baseModelArn": "b"}
    wire = Wire("bedrock").on("ListCustomModels", {"modelSummaries": [{**item, "baseModelName": "n"}]})
    (found,) = deployment.listed_models(wire.client)
    assert (found.arn, found.name, found.created) == (MODEL, NAME, NOW)
    assert wire.asked("ListCustomModels")[0]["isOwned"] is True


def test_given_a_deployment_that_goes_while_it_is_deleted_then_that_is_no_error() -> None:
    wire = Wire("bedrock").on("GetCustomModelDeployment", got()).on("DeleteCustomModelDeployment", ABSENT)
    assert not deployment.delete(wire.client, NAME)


@pytest.mark.parametrize(
    ("found", "arn"),
    [
        (got("Active"), DEPLOYMENT),
        (got("Creating"), DEPLOYMENT),
        (got("Failed"), None),
        (got(modelArn=f"{MODEL}3"), None),
        (ABSENT, None),
    ],
    ids=["active", "creating", "failed", "of another model", "absent"],
)
def test_given_a_deployment_of_an_earlier_attempt_then_it_is_usable_if_it_serves_the_model(
    found: Any, arn: str | None
) -> None:
    wire = Wire("bedrock").on("GetCustomModelDeployment", found)
    assert deployment.usable(wire.client, NAME, MODEL) == arn
