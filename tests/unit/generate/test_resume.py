"""Resuming a run through the plan's door: which may go on, under which terms, and what is kept."""

import json
from typing import Any

import pytest

from generate import handler, resume
from generate.request import Rejected
from intent.plan import Plan
from intent.runs import Keys
from store.lease import Lease
from store.objects import Objects
from tests.unit.conftest import BUCKET
from tests.unit.samples import EXECUTION, RUN_ID, defaults, plan, pointer
from tests.unit.wire import Fault, Wire, said

KEYS = Keys(RUN_ID)
POINTER = "/intent-router/dev/active"
LATER = EXECUTION.replace(":try", ":later")
ACTIVE = {"modelDetails": {"modelArn": "a", "modelId": "m", "modelLifecycle": {"status": "ACTIVE"}}}
GONE = Fault(400, "ExecutionDoesNotExist")


@pytest.fixture
def objects(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Objects:
    """A run whose first execution has failed."""
    monkeypatch.setenv("RUN_DEFAULTS", json.dumps(defaults()))
    monkeypatch.setenv("POINTER_PARAMETER", POINTER)
    aws["bedrock"] = Wire("bedrock").on("GetFoundationModel", ACTIVE).client
    aws["bedrock-runtime"] = Wire("bedrock-runtime").on("Converse", said("Hello")).client
    objects = Objects(aws["s3"], BUCKET)
    objects.write_json(KEYS.plan, plan().model_dump(mode="json"))
    ended(aws, "FAILED")
    return objects


def ended(aws: dict[str, Any], *how: str | Fault) -> None:
    answers = [{"executionArn": EXECUTION, "status": each} if isinstance(each, str) else each for each in how]
    aws["stepfunctions"] = Wire("stepfunctions").on("DescribeExecution", *answers).client


def ask(run: object = RUN_ID, execution: str = LATER, **others: Any) -> dict[str, Any]:
    given = {"resume": run, **others}
    return handler.plan({"execution_arn": execution, "execution_name": "later", "input": given}, None)


def kept(objects: Objects) -> Plan:
    return Plan.model_validate(objects.read_json(KEYS.plan))


def data_set(objects: Objects, **changed: str) -> None:
    """A data set of one line per split, and its manifest."""
    digests: dict[str, str] = {}
    for name in ("train", "validation", "holdout"):
        objects.write_lines(KEYS.split(name), [name])
        digests[name] = resume.sha256(f"{name}\n".encode()).hexdigest()
    objects.write_json(KEYS.manifest, {"sha256": {**digests, **changed}})


def test_given_a_failed_run_then_it_goes_on_under_its_own_id_with_its_own_plan(objects: Objects) -> None:
    before = kept(objects)
    found = ask()
    assert (found["ok"], found["run_id"], found["attempt"], found["abandoned"]) == (True, RUN_ID, 2, None)
    assert (found["first"], found["last"], found["assembled"]) == (1, len(before.batches), False)
    assert kept(objects) == before.model_copy(update={"attempt": 2, "execution_arn": LATER})


def test_given_another_version_in_service_by_now_then_the_resumed_run_compares_with_that_one(
    objects: Objects, aws: dict[str, Any]
) -> None:
    old, new = pointer(version=3), pointer(version=4)
    objects.write_json(KEYS.plan, plan().model_copy(update={"active": old}).model_dump(mode="json"))
    aws["ssm"].put_parameter(Name=POINTER, Value=new.model_dump_json(exclude_none=True), Type="String")
    assert "active" in {entry["candidate"] for entry in ask()["answers"]}
    assert kept(objects).active == new


def test_given_a_retried_call_then_the_attempt_is_raised_once(objects: Objects) -> None:
    assert ask() == ask()
    assert kept(objects).attempt == 2


def test_given_a_run_that_fails_again_then_each_execution_is_an_attempt(objects: Objects) -> None:
    ask()
    assert ask(execution=EXECUTION)["attempt"] == 3


def test_given_the_runs_own_settings_beside_it_then_they_are_fine(objects: Objects) -> None:
    assert ask(examples=140, road="online", teacher="us.amazon.nova-pro-v1:0")["ok"]


def test_given_other_settings_then_each_is_named_with_the_runs_own(objects: Objects) -> None:
    found = ask(examples=500, seed=1, road="online")
    assert found["error"] == "InvalidInput"
    assert "examples is 140, seed is 7; leave examples, seed out" in found["message"]
    assert kept(objects).attempt == 1


def test_given_an_unknown_key_then_it_is_named(objects: Objects) -> None:
    found = ask(speed=1)
    assert (found["error"], "unknown input speed" in found["message"]) == ("InvalidInput", True)


def test_given_an_unknown_run_then_it_says_so(objects: Objects) -> None:
    found = ask("try-00000000")
    assert (found["ok"], found["error"], found["run_id"]) == (False, "UnknownRun", "try-00000000")
    assert "there is no run try-00000000" in found["message"]


@pytest.mark.parametrize("odd", ["", "../lease", "a/b", "A", "a--b", "x" * 41, 3, None, ["a"], {"run_id": "a"}])
def test_given_what_is_no_run_id_then_it_never_gets_into_a_key(objects: Objects, odd: object) -> None:
    assert ask(odd)["error"] == "InvalidInput"


def test_given_a_plan_of_another_version_of_the_code_then_it_says_so(objects: Objects) -> None:
    objects.write_json(KEYS.plan, {"run_id": RUN_ID})
    assert ask()["error"] == "PlanOutdated"


def test_given_prompts_that_have_changed_then_the_run_cannot_go_on(objects: Objects) -> None:
    objects.write_json(KEYS.plan, plan().model_copy(update={"prompt_version": "old"}).model_dump(mode="json"))
    assert ask()["error"] == "PromptsChanged"


def test_given_a_model_that_is_gone_meanwhile_then_the_run_cannot_go_on(objects: Objects, aws: dict[str, Any]) -> None:
    aws["bedrock"] = Wire("bedrock").on("GetFoundationModel", Fault(404, "ResourceNotFoundException")).client
    assert ask()["error"] == "ModelNotUsable"


def test_given_a_model_that_may_not_be_called_any_more_then_the_run_stays_as_it_is(
    objects: Objects, aws: dict[str, Any]
) -> None:
    before = kept(objects)
    denied = Fault(403, "AccessDeniedException", "an explicit deny in a service control policy")
    aws["bedrock-runtime"] = Wire("bedrock-runtime").on("Converse", denied).client
    found = ask()
    assert (found["error"], "explicit deny" in found["message"]) == ("ModelNotUsable", True)
    assert (kept(objects), objects.keys("lease")) == (before, [])


def topped_up(objects: Objects, *replied: int) -> Plan:
    """The run has a first plan, then two rounds of two batches each; these have their replies."""
    first = plan()
    more = [
        first.batches[0].model_copy(update={"number": len(first.batches) + at, "round": (at + 1) // 2})
        for at in range(1, 5)
    ]
    made = first.model_copy(update={"batches": [*first.batches, *more]})
    objects.write_json(KEYS.plan, made.model_dump(mode="json"))
    for number in replied:
        objects.write_json(KEYS.reply(number), {})
    return made


@pytest.mark.parametrize(
    ("replied", "round_"),
    [([], 0), ([1, 2], 0), ([1, -4], 1), ([-3], 1), ([1, -2], 2), ([-4, -1], 2)],
)
def test_given_rounds_of_topping_up_then_the_last_of_which_there_is_a_reply_is_written_on(
    objects: Objects, replied: list[int], round_: int
) -> None:
    count = len(plan().batches) + 4
    made = topped_up(objects, *(number % (count + 1) for number in replied))
    found = ask()
    assert found["round"] == round_
    assert kept(objects).batches == [batch for batch in made.batches if batch.round <= round_]
    first, last = (1, count - 4) if round_ == 0 else (count - 5 + 2 * round_, count - 4 + 2 * round_)
    assert (found["first"], found["last"]) == (first, last)
    assert ask() == found, "also when the call is retried"


@pytest.mark.parametrize("reported", [False, True])
def test_given_a_run_with_a_verdict_then_it_has_ended(objects: Objects, aws: dict[str, Any], *, reported: bool) -> None:
    ended(aws, "SUCCEEDED")
    if reported:
        objects.write_json(KEYS.report, {})
    found = ask()
    assert (found["error"], "start a new run instead" in found["message"]) == ("RunFinished", True)
    assert objects.keys("lease") == []


@pytest.mark.parametrize(("reported", "error"), [(True, "RunFinished"), (False, None)])
def test_given_a_forgotten_execution_then_a_report_stands_for_its_verdict(
    objects: Objects, aws: dict[str, Any], error: str | None, *, reported: bool
) -> None:
    ended(aws, GONE)
    if reported:
        objects.write_json(KEYS.report, {})
    assert ask().get("error") == error


def test_given_a_report_of_a_run_that_failed_then_it_may_go_on(objects: Objects) -> None:
    objects.write_json(KEYS.report, {})
    assert ask()["ok"]


def test_given_a_run_that_still_runs_then_it_is_refused(objects: Objects, aws: dict[str, Any]) -> None:
    Lease(aws["s3"], BUCKET).take(EXECUTION, RUN_ID, lambda _: True)
    ended(aws, "RUNNING")
    found = ask()
    assert (found["error"], EXECUTION in found["message"]) == ("LeaseHeld", True)
    assert kept(objects).attempt == 1


@pytest.mark.parametrize("how", ["ABORTED", "TIMED_OUT"])
def test_given_a_killed_run_then_what_it_has_at_bedrock_is_not_cleaned_up_but_adopted(
    objects: Objects, aws: dict[str, Any], how: str
) -> None:
    Lease(aws["s3"], BUCKET).take(EXECUTION, RUN_ID, lambda _: True)
    ended(aws, how)
    assert ask()["abandoned"] is None
    assert ask()["abandoned"] is None, "also when the call is retried"
    holder = Lease(aws["s3"], BUCKET).holder()
    assert holder is not None
    assert holder.execution_arn == LATER


@pytest.mark.parametrize(("attempts", "told"), [(3, 3), (None, 1)])
def test_given_another_dead_run_then_all_its_attempts_are_named_as_abandoned(
    objects: Objects, aws: dict[str, Any], attempts: int | None, told: int
) -> None:
    if attempts:
        dead = plan().model_copy(update={"run_id": "dead", "attempt": attempts})
        objects.write_json(Keys("dead").plan, dead.model_dump(mode="json"))
    Lease(aws["s3"], BUCKET).take("dead execution", "dead", lambda _: True)
    assert ask()["abandoned"] == {"run_id": "dead", "attempt": told}


def test_given_a_data_set_that_is_what_its_manifest_says_then_it_is_not_assembled_again(objects: Objects) -> None:
    data_set(objects)
    assert ask()["assembled"] is True


def test_given_a_data_set_that_is_not_then_it_is_assembled_again(objects: Objects) -> None:
    data_set(objects, holdout="0" * 64)
    assert ask()["assembled"] is False


def test_given_a_new_run_then_nothing_is_resumed() -> None:
    assert [resume.wanted(given) for given in ({}, {"examples": 300}, None, [])] == [None] * 4
    with pytest.raises(Rejected):
        resume.wanted({"resume": None})
