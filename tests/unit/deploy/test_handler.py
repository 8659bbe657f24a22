"""The doors of the deploy room."""

from typing import Any

import pytest

from deploy import handler
from intent import prompts
from intent.pointer import Pointer
from intent.runs import job_name
from store.pointer import PointerStore
from tests.unit.intent.test_pointer import VALUE
from tests.unit.samples import ANSWER, DEPLOYMENT, DOMAIN, MODEL, NOW, RUN_ID
from tests.unit.wire import Fault, Wire, said

from .fakes import NAME, FakeBedrock, Room, deployment_of, execution, model_of

ABSENT = Fault(404, "ResourceNotFoundException")
EDGE = {"s3_key": "runs/r/edge/model.bin", "sha256": "a" * 64, "threshold": 0.9}


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


def test_given_a_run_that_was_resumed_then_each_attempt_has_a_deployment_of_its_own(bedrock: Wire) -> None:
    bedrock.on("GetCustomModelDeployment", ABSENT)
    bedrock.on("CreateCustomModelDeployment", {"customModelDeploymentArn": DEPLOYMENT})
    handler.create({"run_id": RUN_ID, "attempt": 2, "model_arn": MODEL}, None)
    assert bedrock.asked("CreateCustomModelDeployment")[0]["modelDeploymentName"] == job_name(RUN_ID, "student", 2)


def delete(**request: Any) -> dict[str, Any]:
    return handler.delete({"run_id": RUN_ID, **request}, None)


def activate(pointers: PointerStore, run: str, **changed: Any) -> None:
    assert pointers.swap(pointers.look(), Pointer.model_validate({**VALUE, "run_id": run, **changed}))


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
    activate(pointers, "another")
    deployed(bedrock)
    assert delete() == {"deleted": ["deployment", "model"]}


def test_given_the_active_version_then_nothing_of_it_is_deleted(bedrock: Wire, pointers: PointerStore) -> None:
    activate(pointers, RUN_ID)
    assert delete() == {"deleted": [], "kept": "active"}
    assert bedrock.calls == []


def test_given_a_pointer_that_cannot_be_read_then_nothing_is_deleted(bedrock: Wire, aws: dict[str, Any]) -> None:
    aws["ssm"].put_parameter(Name=NAME, Value="garbage", Type="String")
    with pytest.raises(ValueError, match="Invalid JSON"):
        delete()
    assert bedrock.calls == []


def test_given_several_attempts_then_what_each_has_left_goes(bedrock: Wire, pointers: PointerStore) -> None:
    deployed(bedrock)
    assert delete(attempt=2) == {"deleted": ["deployment", "model"]}
    names = [job_name(RUN_ID, "distill", attempt) for attempt in (2, 1)]
    assert [call["modelIdentifier"] for call in bedrock.asked("DeleteCustomModel")] == names


def test_given_a_wish_to_keep_what_failed_then_nothing_is_deleted(bedrock: Wire, pointers: PointerStore) -> None:
    assert delete(keep=True) == {"deleted": [], "kept": "asked"}
    assert bedrock.calls == []


def test_given_a_promotion_under_way_when_its_run_is_deleted_then_it_comes_too_late(
    bedrock: Wire, pointers: PointerStore
) -> None:
    activate(pointers, "another")
    seen = pointers.look()
    deployed(bedrock)
    delete()
    assert not pointers.swap(seen, Pointer.model_validate({**VALUE, "run_id": RUN_ID}))
    found = pointers.read()
    assert found is not None
    assert found.run_id == "another"


@pytest.mark.parametrize("field", ["parent", "rolled_back_from"])
def test_given_what_one_may_go_back_to_then_nothing_of_it_is_deleted(
    bedrock: Wire, aws: dict[str, Any], pointers: PointerStore, field: str
) -> None:
    room = Room(aws, FakeBedrock())
    room.write_run(RUN_ID)
    room.take(RUN_ID)
    room.promote(RUN_ID)
    activate(pointers, "another", version=2, **{field: 1})
    assert delete() == {"deleted": [], "kept": "active"}
    assert bedrock.calls == []


def promote(run: str = RUN_ID) -> dict[str, Any]:
    ids = {"run_id": run, "execution_arn": execution(run), "deployment_arn": deployment_of(run)}
    return handler.promote({**ids, "model_arn": model_of(run), "job_arn": "arn:job", "edge": EDGE}, None)


def test_given_the_holder_then_promoting_gives_the_version(pointers: PointerStore, aws: dict[str, Any]) -> None:
    room = Room(aws, FakeBedrock())
    room.write_run(RUN_ID)
    room.take(RUN_ID)
    assert promote() == promote() == {"ok": True, "version": 1, "parent": None}


def test_given_a_lost_lease_then_promoting_is_refused_in_words(pointers: PointerStore, aws: dict[str, Any]) -> None:
    Room(aws, FakeBedrock()).write_run(RUN_ID)
    found = promote()
    assert (found["ok"], found["error"]) == (False, "LeaseLost")
    assert "held by nobody" in found["message"]
    assert pointers.read() is None


def retire(run: str) -> dict[str, Any]:
    return handler.retire({"run_id": run, "execution_arn": execution(run)}, None)


def test_given_a_third_version_then_retiring_takes_the_first_ones_deployment(
    pointers: PointerStore, aws: dict[str, Any]
) -> None:
    bedrock = aws["bedrock"] = FakeBedrock()
    room = Room(aws, bedrock)
    for run in ("one", "two", "three"):
        room.write_run(run)
        room.take(run)
        promote(run)
    assert retire("three") == {"ok": True, "deployments": [deployment_of("one")], "models": [], "left": []}
    assert retire("two")["error"] == "LeaseLost"
    assert len(bedrock.models) == 3
