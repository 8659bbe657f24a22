"""The largest run that Bedrock allows, walked to its last look: payloads, events and transitions within their quotas.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html, read 2026-11-22: 262,144 bytes of input or
output of a state (256 KiB of variables in one Assign), 25,000 events in an execution's history.
"""

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import boto3
import pytest

from doors import clients
from generate.handler import TOLD
from generate.plan import summary
from intent.plan import MAX_EXAMPLES
from tests.pipeline.conftest import DEFINITION, all_well
from tests.pipeline.machine import Function, Machine, Walk
from tests.pipeline.test_definition import states
from tests.pipeline.world import ENVIRONMENT, Pipeline, World
from tests.unit import samples

PAYLOAD, HISTORY = 262_144, 25_000
EXAMPLES, HOLDOUT, BUDGET = 15_000, 5_000, 1.5
DEV = json.loads(Path("cdk.json").read_text(encoding="utf-8"))["context"]["limits"]
# Events by type of state, as GetExecutionHistory names them; https://docs.aws.amazon.com/step-functions/latest/
# apireference/API_HistoryEvent.html. A task that ends well: entered, scheduled, started, succeeded, exited.
EVENTS = {"Task": 5, "Choice": 2, "Wait": 2, "Pass": 2, "Succeed": 1, "Fail": 1, "Map": 4}
ITERATION, EXECUTION = 2, 2  # started and succeeded
RETRY = 3  # failed, scheduled and started once more


@pytest.fixture(scope="module")
def answered(substituted: dict[str, Any]) -> Generator[dict[str, Any]]:
    """What the real functions said in a small run that was promoted."""
    with pytest.MonkeyPatch.context() as patch:
        world = World()
        patch.setattr(boto3, "client", world.client)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        pipeline = Pipeline(substituted, world)
        walk = pipeline.start("small")
        assert walk is not None
        assert walk.end == "Succeed"
        yield pipeline.results
    clients.client.cache_clear()


def deployed() -> dict[str, Any]:
    """The definition with the limits of the dev stage."""
    numbers = {name.title().replace("_", ""): str(value) for name, value in DEV.items()}
    text = re.sub(r"\$\{(\w+)\}", lambda found: numbers.get(found[1], found[1]), DEFINITION.read_text("utf-8"))
    return json.loads(text)


def longest(answered: dict[str, Any], *, road: str) -> Walk:
    """Every look but the last finds that it must wait; every round of topping up is used, to the last call allowed."""
    others = ["nova-a", "nova-b", "nova-c"]
    plan = samples.plan(examples=EXAMPLES, holdout=HOLDOUT, chunk_size=250, road=road, others=others)
    told = json.loads(json.dumps(summary(plan)))
    assert told["last"] >= EXAMPLES / 25
    more = round(told["last"] * (BUDGET - 1) / DEV["generate_rounds"])

    def assemble(payload: dict[str, Any]) -> dict[str, Any]:
        if payload["round"] == DEV["generate_rounds"]:
            return {"status": "ready", "train": 9_000, "validation": 1_000, "holdout": HOLDOUT}
        first = told["last"] + payload["round"] * more
        return {"status": "short", "first": first + 1, "last": first + more}

    functions: dict[str, Function] = {
        **all_well(),
        **{name: lambda _, said=said: said for name, said in answered.items()},
        "PlanFunction": lambda _: told,
        "AssembleFunction": assemble,
        "JobStatusFunction": after("batch", "Completed", running=True),
        "DistillStatusFunction": after("distill", "Completed", model_arn=samples.MODEL),
        "DeployStatusFunction": after("deploy", "Active", waiting="Creating"),
        "JudgeStatusFunction": after("judge", "Completed", enough=True),
    }
    return Machine(deployed(), functions, weigh=True).run({})


def after(room: str, done: str, *, waiting: str = "InProgress", **more: Any) -> Function:
    """The status that waits until the last look of this room."""
    looks = iter(range(1, DEV[f"{room}_polls"] + 1))

    def status(_: dict[str, Any]) -> dict[str, Any]:
        return {"status": done if next(looks) == DEV[f"{room}_polls"] else waiting, "reason": None, **more}

    return status


def events(walk: Walk) -> int:
    """Events in the history of an execution that walked so, without retries."""
    kinds = {name: state["Type"] for name, state in states(deployed())}
    bodies = ("Generate: write a batch", "Evaluate: answer a chunk")
    return EXECUTION + sum(EVENTS[kinds[name]] + ITERATION * (name in bodies) for name in walk.states)


@pytest.mark.parametrize("road", ["online", "batch"])
def test_payloads_and_history_of_the_longest_run_fit(answered: dict[str, Any], road: str) -> None:
    walk = longest(answered, road=road)
    assert walk.end == "Succeed", walk.cause
    assert max(walk.largest.values()) < PAYLOAD / 4, max(walk.largest, key=lambda name: walk.largest[name])
    polls = sum(DEV[f"{room}_polls"] for room in ("distill", "deploy", "judge"))
    assert len(walk.states) > 3 * polls, "it waited as long as it may"
    a_third_fails_once = len(walk.calls) // 3 * RETRY
    assert events(walk) + a_third_fails_once < HISTORY


def test_the_refusals_of_all_batches_fit_into_one_result() -> None:
    most = samples.plan(examples=MAX_EXAMPLES["FINE_TUNING"], holdout=HOLDOUT, customization="FINE_TUNING")
    assert len(json.dumps(["x" * TOLD] * len(most.batches))) < PAYLOAD


def test_a_state_type_that_nobody_has_counted_fails() -> None:
    assert {state["Type"] for _, state in states(deployed())} == set(EVENTS)
