"""The doors of the generate room, over moto's S3 and a teacher on the wire."""

import json
from typing import Any

import pytest

from bedrock.errors import BedrockError
from generate import handler
from intent import gatefile
from intent.gatefile import GateError
from intent.plan import Plan
from intent.records import Example
from intent.runs import LEASE, Keys, run_id
from store.lease import Lease
from store.objects import Objects
from tests.unit.conftest import BUCKET
from tests.unit.samples import EXECUTION, defaults, pointer
from tests.unit.wire import Fault, Wire, said

from .fakes import converse, is_probe

NAME = "Nightly_run 7"
POINTER = "/intent-router/dev/active"
RUN = run_id(NAME)
KEYS = Keys(RUN)
OTHER = EXECUTION.replace(":try", ":other")
ACTIVE = {"modelDetails": {"modelArn": "a", "modelId": "m", "modelLifecycle": {"status": "ACTIVE"}}}


@pytest.fixture
def objects(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Objects:
    monkeypatch.setenv("RUN_DEFAULTS", json.dumps(defaults()))
    monkeypatch.setenv("POINTER_PARAMETER", POINTER)
    aws["bedrock"] = Wire("bedrock").on("GetFoundationModel", ACTIVE).client
    aws["bedrock-runtime"] = Wire("bedrock-runtime").on("Converse", converse).client
    return Objects(aws["s3"], BUCKET)


@pytest.fixture
def teacher(aws: dict[str, Any]) -> Wire:
    wire = Wire("bedrock-runtime").on("Converse", converse)
    aws["bedrock-runtime"] = wire.client
    return wire


@pytest.fixture
def states(aws: dict[str, Any]) -> Wire:
    wire = Wire("stepfunctions")
    aws["stepfunctions"] = wire.client
    return wire


def plan(execution: str = EXECUTION, name: str = NAME, **given: Any) -> dict[str, Any]:
    wanted = {"examples": 140, "holdout": 20, **given}
    return handler.plan({"execution_arn": execution, "execution_name": name, "input": wanted}, None)


def promote(aws: dict[str, Any], version: int) -> None:
    value = pointer(version=version).model_dump_json(exclude_none=True)
    aws["ssm"].put_parameter(Name=POINTER, Value=value, Type="String", Overwrite=True)


def kept(objects: Objects) -> Plan:
    return Plan.model_validate(objects.read_json(KEYS.plan))


def write(first: int, last: int) -> list[dict[str, Any]]:
    return [handler.batch({"run_id": RUN, "batch": number}, None) for number in range(first, last + 1)]


def assemble(round_: int = 0) -> dict[str, Any]:
    return handler.assemble({"run_id": RUN, "round": round_}, None)


def test_given_an_empty_input_then_the_full_run_is_planned(objects: Objects) -> None:
    found = handler.plan({"execution_arn": EXECUTION, "execution_name": NAME}, None)
    assert (found["ok"], found["run_id"], found["first"], found["last"]) == (True, RUN, 1, 404)
    assert kept(objects).run.examples == 10_000
    assert kept(objects).execution_arn == EXECUTION


def test_given_an_active_version_then_the_plan_keeps_it_as_it_is_and_it_answers_too(
    objects: Objects, aws: dict[str, Any]
) -> None:
    assert plan()["ok"]
    assert (kept(objects).active, "active" in kept(objects).candidates) == (None, False)
    before = {entry["candidate"] for entry in plan()["answers"]}
    promote(aws, version=3)
    found = plan()
    assert kept(objects).active == pointer(version=3)
    assert {entry["candidate"] for entry in found["answers"]} == {*before, "active"}


def test_given_a_version_that_is_promoted_while_the_lease_is_awaited_then_that_one_is_kept(
    aws: dict[str, Any], objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(aws, version=3)
    taken = Lease.take

    def late(lease: Lease, *given: Any) -> Any:
        promote(aws, version=4)
        return taken(lease, *given)

    monkeypatch.setattr(Lease, "take", late)
    plan()
    assert kept(objects).active == pointer(version=4)


def test_given_a_pointer_that_is_none_then_the_run_does_not_start(objects: Objects, aws: dict[str, Any]) -> None:
    aws["ssm"].put_parameter(Name=POINTER, Value="{}", Type="String")
    with pytest.raises(ValueError, match="Pointer"):
        plan()
    assert objects.keys("") == []


def test_given_a_refused_request_then_nothing_is_taken_or_written(objects: Objects) -> None:
    found = plan(speed=1)
    assert (found["ok"], found["run_id"], found["error"]) == (False, RUN, "InvalidInput")
    assert "speed" in found["message"]
    assert objects.keys("") == []


def test_given_a_model_that_bedrock_does_not_know_then_the_run_does_not_start(
    objects: Objects, aws: dict[str, Any]
) -> None:
    aws["bedrock"] = Wire("bedrock").on("GetFoundationModel", Fault(404, "ResourceNotFoundException")).client
    assert plan()["error"] == "ModelNotUsable"
    assert objects.keys("") == []


def test_given_a_run_above_its_cap_then_it_does_not_start(objects: Objects) -> None:
    assert plan(max_cost_usd=0.5)["error"] == "TooExpensive"
    assert objects.keys("") == []


def test_given_a_gate_that_cannot_be_used_then_no_run_starts_nor_goes_on(
    objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise GateError("gate: rule 2: figure: unknown")

    monkeypatch.setattr(gatefile, "load", broken)
    for given in ({}, {"resume": RUN}):
        found = plan(**given)
        assert (found["error"], found["message"]) == ("InvalidGate", "gate: rule 2: figure: unknown")
    assert objects.keys("") == []


def test_given_a_retried_call_then_the_run_starts_all_the_same(objects: Objects) -> None:
    assert plan() == plan()
    assert objects.keys("") == [LEASE, KEYS.plan]


def test_given_a_running_holder_then_the_message_names_it_and_says_what_to_do(
    aws: dict[str, Any], objects: Objects, states: Wire
) -> None:
    states.on("DescribeExecution", {"executionArn": OTHER, "status": "RUNNING"})
    Lease(aws["s3"], BUCKET).take(OTHER, "other", lambda _: True)
    found = plan()
    assert (found["ok"], found["error"], found["run_id"]) == (False, "LeaseHeld", RUN)
    assert found["message"] == f"another run holds the lease: {OTHER}; wait for it, or stop it, and start again"
    assert objects.keys("") == [LEASE]


@pytest.mark.parametrize(
    "state",
    [
        {"executionArn": OTHER, "status": "ABORTED"},
        {"executionArn": OTHER, "status": "TIMED_OUT"},
        Fault(400, "ExecutionDoesNotExist"),
    ],
    ids=["aborted", "timed out", "forgotten"],
)
def test_given_a_dead_holder_then_its_run_is_named_as_abandoned(
    aws: dict[str, Any], objects: Objects, states: Wire, state: Any
) -> None:
    states.on("DescribeExecution", state)
    Lease(aws["s3"], BUCKET).take(OTHER, "other", lambda _: True)
    assert plan()["abandoned"] == {"run_id": "other", "attempt": 1}
    assert plan()["abandoned"] == {"run_id": "other", "attempt": 1}, "also when the call is retried"


def test_given_a_batch_then_its_reply_and_examples_are_kept(objects: Objects, teacher: Wire) -> None:
    plan()
    (found,) = write(1, 1)
    wanted = kept(objects).batch(1)
    counts = {"asked": wanted.count, "kept": wanted.count, "invalid": 0, "off_cell": 0, "lost": 0, "surplus": 0}
    assert found == {"batch": 1, **counts, "input_tokens": 50, "output_tokens": 20}
    stored = [Example.model_validate_json(line) for line in objects.read_lines(KEYS.batch(1))]
    assert [example.cell for example in stored] == [wanted.cell] * wanted.count
    assert objects.read_json(KEYS.reply(1))["road"] == "online"
    assert objects.find(KEYS.quarantine(1)) is None


def test_given_a_written_batch_then_it_is_not_asked_again(objects: Objects, teacher: Wire) -> None:
    plan()
    first, again = write(1, 1), write(1, 1)
    assert first == again
    assert len([asked for _, asked in teacher.calls if not is_probe(asked)]) == 1


def test_given_bad_lines_then_they_are_in_quarantine_with_their_reason(objects: Objects, teacher: Wire) -> None:
    plan()
    teacher.on("Converse", said("```json\n{}\nno\n```"))
    (found,) = write(1, 1)
    assert (found["kept"], found["invalid"], found["lost"]) == (0, 2, found["asked"] - 2)
    reasons = [json.loads(line)["reason"] for line in objects.read_lines(KEYS.quarantine(1))]
    assert reasons == ["wrong_keys", "not_json"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Fault(503, "ServiceUnavailableException"), "ServiceUnavailableException"),
        (said("", "content_filtered"), "content_filtered"),
    ],
    ids=["outage", "stopped"],
)
def test_given_an_outage_or_a_filter_then_the_batch_fails_and_leaves_nothing(
    objects: Objects, teacher: Wire, answer: Any, code: str
) -> None:
    plan()
    teacher.on("Converse", answer)
    with pytest.raises(BedrockError, match=code):
        write(1, 1)
    assert objects.keys(f"{KEYS.prefix}generate/") == []


@pytest.mark.parametrize(
    "fault",
    [Fault(403, "AccessDeniedException"), Fault(400, "ValidationException"), Fault(404, "ResourceNotFoundException")],
    ids=lambda fault: fault.code,
)
def test_given_a_refusal_then_it_is_the_batchs_answer_in_bedrocks_words(
    objects: Objects, teacher: Wire, fault: Fault
) -> None:
    plan()
    denied = (
        "is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-west-2::foundation-model/"
    )
    denied += "amazon.nova-pro-v1:0 because no identity-based policy allows the bedrock:InvokeModel action"
    teacher.on("Converse", Fault(fault.status, fault.code, f"User: {'x' * 200} {denied}"))
    (found,) = write(1, 1)
    assert found == {"batch": 1, "refused": found["refused"]}
    assert found["refused"].startswith(f"{fault.code}: User: xx")
    assert found["refused"].endswith(f"x {denied}")
    assert len(found["refused"]) == handler.TOLD
    assert objects.keys(f"{KEYS.prefix}generate/") == []


def test_given_batches_that_were_refused_then_the_assembly_ends_the_run_by_that_cause(
    objects: Objects, teacher: Wire
) -> None:
    last = plan()["last"]
    refused = {"batches": last, "of": last, "reason": "AccessDeniedException: no"}
    found = handler.assemble({"run_id": RUN, "round": 0, "refused": refused}, None)
    assert (found["status"], found["error"]) == ("failed", "BatchesRefused")
    assert found["message"].startswith(
        f"the teacher refused {last} of {last} batches: AccessDeniedException: no (too few"
    )
    assert len(kept(objects).batches) == last, "nothing is topped up"


def test_given_a_model_that_may_not_be_called_then_the_run_does_not_start(objects: Objects, teacher: Wire) -> None:
    denied = Fault(403, "AccessDeniedException", "no access")

    def some(asked: dict[str, Any]) -> Any:
        return denied if "haiku" in asked["modelId"] else converse(asked)

    teacher.on("Converse", some)
    found = plan()
    assert (found["ok"], found["error"]) == (False, "ModelNotUsable")
    assert "claude-haiku-4-5-20251001-v1:0 (baseline): AccessDeniedException: no access" in found["message"]
    assert objects.keys("") == []


def test_given_a_run_that_is_refused_for_free_then_no_model_is_asked(objects: Objects, teacher: Wire) -> None:
    assert plan(max_cost_usd=0.5)["error"] == "TooExpensive"
    assert teacher.calls == []


def test_given_every_batch_then_the_data_set_is_ready(objects: Objects, teacher: Wire) -> None:
    last = plan()["last"]
    write(1, last)
    assert assemble() == {"status": "ready", "train": 113, "validation": 7, "holdout": 20}
    names = ("train", "validation", "holdout")
    wanted = [KEYS.manifest, KEYS.dropped, *map(KEYS.split, names), *map(KEYS.examples, names)]
    assert objects.keys(f"{KEYS.prefix}dataset/") == sorted(wanted)


def test_given_a_lost_batch_then_more_are_asked_for(objects: Objects, teacher: Wire) -> None:
    last = plan()["last"]
    write(2, last)
    assert assemble() == {"status": "short", "first": last + 1, "last": last + 1}
    write(last + 1, last + 1)
    assert assemble(1)["status"] == "ready"


def test_given_nothing_written_then_it_fails_with_a_short_message(objects: Objects, teacher: Wire) -> None:
    plan()
    found = assemble(3)
    assert found["status"] == "failed"
    assert "140 wanted, 140 asked = 0 kept, 0 duplicates, 0 invalid, 0 off_cell, 140 lost" in found["message"]
    assert len(found["message"]) < 400
