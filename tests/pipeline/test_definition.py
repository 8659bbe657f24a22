"""What holds for the definition as it is written, whatever the functions answer."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import DEFINITION

ROOMS = ("Plan", "Generate", "Distill", "Deploy", "Evaluate", "Promote", "Discard", "Notify")
NOTIFY = "Notify: publish the verdict and give back the lease"
_ROOT = Path(__file__).parents[2]
State = Mapping[str, Any]


def blocks(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The machine itself, then the body of every Map."""
    yield block
    for state in block["States"].values():
        if state["Type"] == "Map":
            yield from blocks(state["ItemProcessor"])


def states(definition: Mapping[str, Any]) -> list[tuple[str, State]]:
    """Every state by name, those in Maps included."""
    return [(name, state) for block in blocks(definition) for name, state in block["States"].items()]


def followers(state: State) -> set[str]:
    """States that may come next."""
    parts = (state, *state.get("Choices", ()), *state.get("Catch", ()))
    return {part[key] for part in parts for key in ("Next", "Default") if key in part}


def reachable(block: Mapping[str, Any], start: str, without: str | None = None) -> set[str]:
    """States that can come after `start`, it included, never passing through `without`."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found and name != without:
            found.add(name)
            waiting += followers(block["States"][name])
    return found


def test_the_validator_of_the_language_accepts_it() -> None:
    done = subprocess.run(
        [_ROOT / "node_modules/.bin/asl-validator", "--json-path", DEFINITION],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_states_are_named_room_and_sentence(definition: dict[str, Any]) -> None:
    for name, _ in states(definition):
        room, colon, sentence = name.partition(": ")
        assert colon, name
        assert room in ROOMS, name
        assert sentence, name
        assert len(name) <= 80, f"longer than Step Functions allows: {name}"


def test_every_state_is_reachable(definition: dict[str, Any]) -> None:
    for block in blocks(definition):
        assert reachable(block, block["StartAt"]) == set(block["States"])


def test_every_task_calls_a_function_with_retry_catch_and_time_limit(definition: dict[str, Any]) -> None:
    for name, state in states(definition):
        if state["Type"] == "Task":
            assert state["Resource"] == "arn:aws:states:::lambda:invoke", name
            assert state["Arguments"]["FunctionName"].startswith("${"), name
            assert state["TimeoutSeconds"] <= 930, name
            assert state["Retry"], name
            assert [caught["ErrorEquals"] for caught in state["Catch"]] == [["States.ALL"]], name
        if state["Type"] == "Map":
            assert state["Catch"], name


def test_retries_are_the_same_everywhere(definition: dict[str, Any]) -> None:
    retries = [state["Retry"] for _, state in states(definition) if state["Type"] == "Task"]
    assert all(retry == retries[0] for retry in retries)
    (retry,) = retries[0]
    assert retry["JitterStrategy"] == "FULL"
    assert retry["MaxDelaySeconds"] <= 60
    assert retry["MaxAttempts"] <= 3


def test_catches_that_fail_the_run_say_the_same_things(definition: dict[str, Any]) -> None:
    outcomes = [
        caught["Assign"]["outcome"]
        for _, state in states(definition)
        for caught in state.get("Catch", ())
        if isinstance(caught.get("Assign", {}).get("outcome"), dict)
    ]
    assert len(outcomes) > 10
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_no_way_out_but_through_notify(definition: dict[str, Any]) -> None:
    ends = {name for name, state in definition["States"].items() if state["Type"] in ("Succeed", "Fail")}
    assert ends
    assert not ends & reachable(definition, definition["StartAt"], without=NOTIFY)


def test_promote_is_entered_from_the_gate_only(definition: dict[str, Any]) -> None:
    promote = "Promote: move the pointer"
    gate = "Evaluate: did the students pass?"
    assert [name for name, state in definition["States"].items() if promote in followers(state)] == [gate]
    (rule,) = definition["States"][gate]["Choices"]
    assert rule["Condition"] == "{% $gate.passed = true and $run.promote = true %}"
    assert definition["States"][gate]["Default"] != promote


def test_a_discarded_run_stops_its_jobs_before_it_deletes_its_deployment(definition: dict[str, Any]) -> None:
    assert followers(definition["States"]["Discard: stop the job"]) == {"Discard: stop the writing job"}
    assert followers(definition["States"]["Discard: stop the writing job"]) == {"Discard: stop the judge jobs"}
    assert followers(definition["States"]["Discard: stop the judge jobs"]) == {"Discard: delete the deployment"}
    assert followers(definition["States"]["Discard: delete the deployment"]) == {NOTIFY}


def test_every_loop_counts_against_a_limit(definition: dict[str, Any]) -> None:
    assert not endless(definition)
    limited = (rule for _, state in states(definition) for rule in state.get("Choices", ()) if _asks_a_limit(rule))
    assert len(list(limited)) == 6  # writing job, generate, distill, deploy, judge, judge jobs that wait


def endless(definition: Mapping[str, Any]) -> set[str]:
    """States that come back without a limit being asked on the way."""
    found: set[str] = set()
    for block in blocks(definition):
        rest = {"States": {name: _unlimited(state) for name, state in block["States"].items()}}
        for name, state in rest["States"].items():
            found |= {name} & {last for first in followers(state) for last in reachable(rest, first)}
    return found


def _asks_a_limit(rule: Mapping[str, Any]) -> bool:
    return " < $limits." in rule["Condition"]


def _unlimited(state: State) -> State:
    """The state without the ways on which a limit is asked."""
    ways = [rule for rule in state.get("Choices", ()) if not _asks_a_limit(rule)]
    return {**state, "Choices": ways} if "Choices" in state else state


def test_limits_are_counted_where_they_are_waited_for(definition: dict[str, Any]) -> None:
    looks = ("Distill: look at the job", "Deploy: look at the deployment", "Evaluate: look at the judge jobs")
    starts = ("Distill: start the job", "Deploy: create the deployment", "Evaluate: start the judge jobs")
    for name in ("Generate: look at the writing job", *looks):
        assert definition["States"][name]["Assign"]["polls"] == "{% $polls + 1 %}"
    for name in ("Generate: start the writing job", *starts):
        assert definition["States"][name]["Assign"]["polls"] == 0


@pytest.mark.parametrize("kind", ["Parallel", "Activity"])
def test_nothing_is_used_that_the_emulator_does_differently(definition: dict[str, Any], kind: str) -> None:
    for name, state in states(definition):
        assert state["Type"] != kind, name
        assert not (state["Type"] == "Succeed" and "Output" in state), name
        assert not {"Parameters", "ResultPath", "InputPath", "OutputPath", "ResultSelector"} & set(state), name
        if state["Type"] == "Map":
            assert state["ItemProcessor"]["ProcessorConfig"] == {"Mode": "INLINE"}, name
