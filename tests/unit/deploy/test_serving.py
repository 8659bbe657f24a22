"""The deploy room with both settings: on demand, and provisioned throughput."""

import json
from typing import Any

import pytest

from deploy import handler, serving
from intent.runs import job_name
from intent.serving import Serving
from store.pointer import PointerStore
from tests.unit.samples import MODEL, NOW, PROVISIONED, RUN_ID
from tests.unit.wire import Wire, said

from .fakes import NAME, FakeBedrock, Room, deployment_of, execution, model_of, provisioned_of

STUDENT = job_name(RUN_ID, "student")
BOTH = Serving(kind="provisioned")


class Deployable(FakeBedrock):
    """Deployments can be made, too; they are found by ARN, which ends in their name."""

    def create_custom_model_deployment(self, **request: Any) -> dict[str, str]:
        arn = deployment_of(request["modelDeploymentName"])
        self.deployments[arn] = request["modelArn"]
        return {"customModelDeploymentArn": arn}

    def get_custom_model_deployment(self, customModelDeploymentIdentifier: str) -> dict[str, Any]:  # noqa: N803
        arn = self._arn(customModelDeploymentIdentifier)
        found = super().get_custom_model_deployment(arn)
        return {**found, "customModelDeploymentArn": arn, "modelArn": self.deployments[arn]}

    def delete_custom_model_deployment(self, customModelDeploymentIdentifier: str) -> None:  # noqa: N803
        super().delete_custom_model_deployment(self._arn(customModelDeploymentIdentifier))

    def delete_custom_model(self, modelIdentifier: str) -> None:  # noqa: N803
        super().delete_custom_model(MODEL if modelIdentifier == job_name(RUN_ID, "distill") else modelIdentifier)

    def _arn(self, name: str) -> str:
        return name if name.startswith("arn:") else deployment_of(name)


@pytest.fixture
def bedrock(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Deployable:
    monkeypatch.setenv("POINTER_PARAMETER", NAME)
    fake = aws["bedrock"] = Deployable()
    fake.models.add(MODEL)
    return fake


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The stack's setting, as the functions get it."""

    def chosen(**setting: Any) -> None:
        monkeypatch.setenv("SERVING", json.dumps({"units": 1, "commitment": "none", **setting}))

    chosen(kind="provisioned")
    return chosen


def create(attempt: int = 1) -> dict[str, Any]:
    return handler.create({"run_id": RUN_ID, "attempt": attempt, "model_arn": MODEL}, None)


def delete(attempt: int = 1) -> dict[str, Any]:
    return handler.delete({"run_id": RUN_ID, "attempt": attempt}, None)


@pytest.mark.parametrize("setting", [None, "on_demand"])
def test_given_no_setting_or_on_demand_then_no_operation_of_provisioned_throughput_is_called(
    bedrock: Deployable, choose: Any, monkeypatch: pytest.MonkeyPatch, setting: str | None
) -> None:
    monkeypatch.delenv("SERVING")
    if setting:
        choose(kind=setting)

    def refused(**_: Any) -> None:
        raise AssertionError("the role has no such right")

    for verb in ("create", "get", "delete"):
        monkeypatch.setattr(bedrock, f"{verb}_provisioned_model_throughput", refused)
    monkeypatch.setattr(bedrock, "list_provisioned_model_throughputs", refused)
    assert create() == {"ok": True, "deployment_arn": deployment_of(STUDENT)}
    assert handler.status({"deployment_arn": deployment_of(STUDENT)}, None)["status"] == "Active"
    assert delete() == {"deleted": ["deployment", "model"]}
    assert serving.listed(bedrock, how=Serving()) == []


def test_given_the_setting_then_units_are_bought_watched_asked_and_given_back(
    bedrock: Deployable, choose: Any, aws: dict[str, Any]
) -> None:
    choose(kind="provisioned", units=3)
    arn = provisioned_of(STUDENT)
    assert create() == create() == {"ok": True, "deployment_arn": arn}
    assert bedrock.bought[arn]["modelUnits"] == 3
    assert handler.status({"deployment_arn": arn}, None) == {"status": "Active", "reason": None}
    runtime = Wire("bedrock-runtime").on("Converse", said("{}"))
    aws["bedrock-runtime"] = runtime.client
    handler.warm({"deployment_arn": PROVISIONED}, None)
    assert runtime.asked("Converse")[0]["modelId"] == PROVISIONED
    assert delete() == {"deleted": ["deployment", "model"]}
    assert (bedrock.bought, bedrock.deployments, bedrock.models) == ({}, {}, set())


def test_given_a_resumed_run_then_what_its_first_attempt_bought_is_used(bedrock: Deployable, choose: Any) -> None:
    first = create()
    assert create(attempt=2) == first
    assert len(bedrock.bought) == 1


@pytest.mark.parametrize("code", ["ServiceQuotaExceededException", "AccessDeniedException", "ValidationException"])
def test_given_a_refused_purchase_then_the_run_ends_with_its_reason(
    bedrock: Deployable, choose: Any, code: str
) -> None:
    bedrock.refuses = code
    found = create()
    assert (found["ok"], found["error"]) == (False, code)


def test_given_a_throttled_purchase_then_the_state_machine_tries_it_again(bedrock: Deployable, choose: Any) -> None:
    bedrock.refuses = "ThrottlingException"
    with pytest.raises(Exception, match="Throttling"):
        create()


def test_given_a_commitment_then_what_cannot_go_is_reported_and_its_model_stays(
    bedrock: Deployable, choose: Any
) -> None:
    choose(kind="provisioned", commitment="OneMonth")
    create()
    assert delete() == {"deleted": [], "left": [STUDENT]}
    assert bedrock.models == {MODEL}


def test_given_a_setting_that_was_switched_then_nothing_of_the_former_kind_is_left(
    bedrock: Deployable, choose: Any
) -> None:
    choose(kind="on_demand")
    create()
    choose(kind="provisioned")
    create()
    assert (len(bedrock.deployments), len(bedrock.bought)) == (1, 1)
    assert delete() == {"deleted": ["deployment", "model"]}
    assert (bedrock.deployments, bedrock.bought) == ({}, {})


def promoted(room: Room, run: str, *, units: bool) -> None:
    """A run that has promoted, served one way or the other; the last keeps the lease."""
    room.write_run(run)
    arn = deployment_of(run)
    if units:
        del room.bedrock.deployments[arn]
        arn = serving.create(room.bedrock, [job_name(run, "student")], model_of(run), BOTH)
    room.take(run)
    request = {"run_id": run, "execution_arn": execution(run), "model_arn": model_of(run), "deployment_arn": arn}
    edge = {"s3_key": "k", "sha256": "a" * 64, "threshold": 0.9}
    assert handler.promote({**request, "edge": edge}, None)["ok"]


def retire(run: str) -> dict[str, Any]:
    return handler.retire({"run_id": run, "execution_arn": execution(run)}, None)


def test_given_versions_of_both_kinds_then_two_stay_and_the_others_go(
    bedrock: Deployable, choose: Any, aws: dict[str, Any]
) -> None:
    room = Room(aws, bedrock)
    for run, units in (("one", False), ("two", True), ("three", False), ("four", True)):
        promoted(room, run, units=units)
    done = retire("four")
    assert done["deployments"] == [deployment_of("one"), provisioned_of("two-student")]
    assert set(bedrock.deployments) == {deployment_of("three")}
    assert set(bedrock.bought) == {provisioned_of("four-student")}
    pointer = PointerStore(aws["ssm"], NAME).read()
    assert pointer is not None
    assert pointer.distilled.deployment_arn == provisioned_of("four-student")


def test_given_a_term_that_is_not_over_then_retiring_reports_throughput_and_model_as_left(
    bedrock: Deployable, choose: Any, aws: dict[str, Any]
) -> None:
    room = Room(aws, bedrock)
    for run in ("one", "two", "three"):
        promoted(room, run, units=True)
    bedrock.bought[provisioned_of("one-student")]["commitmentDuration"] = "SixMonths"
    assert retire("three")["left"] == [provisioned_of("one-student")]
    assert len(bedrock.bought) == 3


def test_given_units_beside_what_the_active_version_asks_then_they_go_and_anothers_stay(
    bedrock: Deployable, choose: Any, aws: dict[str, Any]
) -> None:
    room = Room(aws, bedrock)
    promoted(room, "one", units=False)
    serving.create(bedrock, ["one-rollback"], model_of("one"), BOTH)
    serving.create(bedrock, ["chatbot"], "arn:of-another-app", BOTH)
    assert retire("one")["deployments"] == [provisioned_of("one-rollback")]
    assert [item["creationTime"] for item in bedrock.bought.values()] == [NOW]


def test_given_a_candidate_with_throughput_then_the_next_runs_retiring_leaves_it_and_takes_what_nobody_asks(
    bedrock: Deployable, choose: Any, aws: dict[str, Any]
) -> None:
    room = Room(aws, bedrock)
    for run in ("one", "two", "three"):
        promoted(room, run, units=True)
    tried, anew = room.versions.find(1), serving.create(bedrock, ["one-rollback"], model_of("one"), BOTH)
    assert tried is not None
    seen = room.pointers.look()
    assert seen.pointer is not None
    candidate = tried.candidate(NOW, mode="canary", share=0.1, deployment_arn=anew)
    room.pointers.swap(seen, seen.pointer.model_copy(update={"candidate": candidate}))
    assert retire("three")["deployments"] == [tried.distilled.deployment_arn]
    assert anew in bedrock.bought
