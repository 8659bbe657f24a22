"""Students that are bad in one way each: they lose by the rule they should, and leave nothing behind.

Planning, reporting, gating, discarding and notifying are the real functions under the real state machine; only the
answers are played.
"""

from collections.abc import Callable, Generator, Mapping
from typing import Any

import boto3
import pytest

from doors import clients
from evaluate.responses import Response
from tests.pipeline.world import ENVIRONMENT, Pipeline, World, run_of
from tests.unit.deploy.fakes import deployment_of
from tests.unit.samples import MODALITIES, leaning

Spoil = Callable[[str, list[Response]], list[Response]]
Change = Callable[[int, Response], dict[str, Any]]
FORGOTTEN = MODALITIES[1]


def students(*names: str, change: Change) -> Spoil:
    """Answers of these candidates, changed one by one."""

    def spoil(name: str, answers: list[Response]) -> list[Response]:
        if name not in names:
            return answers
        return [answer.model_copy(update=change(number, answer)) for number, answer in enumerate(answers)]

    return spoil


def wrong(number: int, _: Response) -> dict[str, Any]:
    return {"weights": leaning(MODALITIES[(number + 1) % 4])}


def forgetful(number: int, _: Response) -> dict[str, Any]:
    return {"weights": leaning(MODALITIES[2])} if MODALITIES[number % 4] == FORGOTTEN else {}


def rambling(number: int, _: Response) -> dict[str, Any]:
    return {} if number else {"weights": None, "text": "Sure! Here it is:", "reason": "not_json"}


def sure_and(change: Change) -> Change:
    return lambda number, answer: {**change(number, answer), "confidence": 0.99}


def unsure_and_slow(_: int, answer: Response) -> dict[str, Any]:
    return {"latency_ms": 900.0} if answer.confidence is None else {"confidence": 0.1}


def dear(_: int, __: Response) -> dict[str, Any]:
    return {"input_tokens": 60_000}


BAD: Mapping[str, tuple[Spoil, str, set[str]]] = {
    "wrong labels": (
        students("distilled", change=wrong),
        "distilled: leading modality right, minus that of the baseline",
        {"edge"},
    ),
    "a modality is missing": (
        students("distilled", "edge", change=forgetful),
        "distilled: recall of the weakest modality: 0.0 is below 0.7",
        set(),
    ),
    "one answer in twenty is no JSON": (
        students("distilled", change=rambling),
        "distilled: answers that obey the contract: 0.95 is below 0.995",
        {"edge", "cascade"},
    ),
    "slow": (
        students("distilled", "edge", change=unsure_and_slow),
        "cascade: median latency in ms, minus that of the baseline",
        {"edge", "distilled"},
    ),
    "dear": (
        students("distilled", change=dear),
        "distilled: cost per million routes in USD, as a share of that of the baseline",
        {"edge", "cascade"},
    ),
    "confident and wrong": (
        students("edge", change=sure_and(wrong)),
        "cascade: leading modality right, minus that of the baseline",
        {"distilled"},
    ),
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Generator[World]:
    """In which version 1 is active."""
    found = World()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "client", found.client)
    yield found
    clients.client.cache_clear()


@pytest.mark.parametrize("how", BAD)
def test_given_a_bad_student_then_it_loses_by_its_rule_and_nothing_of_it_stays(
    world: World, substituted: dict[str, Any], how: str
) -> None:
    spoil, rule, blameless = BAD[how]
    first = Pipeline(substituted, world).start("good")
    assert first is not None
    assert world.promotions() == [(1, run_of("good"))]
    walk = Pipeline(substituted, world, spoil).start("bad")
    assert walk is not None
    assert walk.end == "Succeed", "a verdict is no error"
    assert world.promotions() == [(1, run_of("good"))], "the pointer stays"
    assert list(world.bedrock.deployments) == [deployment_of(f"{run_of('good')}-student")], "nothing is left deployed"
    assert len(world.bedrock.models) == 1
    assert world.lease is None
    message = world.sns.messages[-1]
    assert (message["verdict"], message["version"]) == ("discarded", None)
    assert rule in message["reason"], message["reason"]
    assert "could not" not in message["reason"], "of the cleaning up"
    blamed = {part.partition(":")[0] for part in message["reason"].split("; ")}
    assert not blamed & blameless, message["reason"]


def test_given_a_failed_run_that_is_to_be_kept_then_it_stays_and_is_listed_by_sweep(
    world: World, substituted: dict[str, Any]
) -> None:
    spoil, _, _ = BAD["dear"]
    walk = Pipeline(substituted, world, spoil).start("bad", {"keep_failed": True})
    assert walk is not None
    assert world.promotions() == []
    assert set(world.bedrock.deployments) | world.bedrock.models <= world.swept()
    assert world.bedrock.deployments
    assert "kept" in world.sns.messages[-1]["reason"]
