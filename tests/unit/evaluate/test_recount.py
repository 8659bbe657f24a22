"""The report against figures that were counted by other code."""

import copy
import json
import random
from typing import Any

import pytest

from evaluate.responses import Answered, Response, join
from intent.candidates import CANDIDATES
from intent.plan import Plan
from intent.records import Example
from intent.weights import normalise
from store.objects import Objects
from tests.reports import breaches, differences
from tests.unit.samples import CELL, MODALITIES

from .conftest import KEYS
from .test_report import built

COUNT = 20  # as many as the fixture's plan holds out
# Ties, a weight of 0, certainty, and weights that differ in the last digit.
AWKWARD = [
    [0.25, 0.25, 0.25, 0.25],
    [0.5, 0.5, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0],
    [0.3333, 0.3334, 0.3333, 0.0],
    [0.1, 0.4, 0.4, 0.1],
    [0.4001, 0.3999, 0.1, 0.1],
]


def weights(draw: random.Random) -> dict[str, float]:
    if draw.random() < 0.5:
        return dict(zip(MODALITIES, draw.choice(AWKWARD), strict=True))
    return normalise({name: draw.random() for name in MODALITIES}, MODALITIES)


def examples(draw: random.Random) -> list[Example]:
    cells = [{**CELL, "domain": draw.choice(["film", "news"])} for _ in range(COUNT)]
    cells[3] = {**cells[3], "second": "audio"}
    return [Example(id=f"h{n}", query=f"q {n}", weights=weights(draw), cell=cells[n]) for n in range(COUNT)]


def answers(held: list[Example], draw: random.Random, name: str) -> list[Response]:
    """Some invalid, some unanswered, some without tokens; of the edge student also the bounds of its bins."""
    found: list[Response] = []
    for example in held:
        lost, broken = draw.random() < 0.15, draw.random() < 0.15
        answered = Answered(
            text="",
            weights=None if lost or broken else weights(draw),
            reason="throttled" if lost else "not_json" if broken else None,
            confidence=draw.choice([0.0, 0.3, 0.7, 0.9, 1.0, round(draw.random(), 6), None])
            if name == "edge"
            else None,
            latency_ms=None if lost else draw.choice([0.0004, 3.5, 3.5, round(draw.uniform(0, 90), 4)]),
            input_tokens=0 if lost else draw.randrange(700),
            output_tokens=0 if lost else draw.randrange(90),
        )
        found.append(join(example, answered))
    return found


def written(objects: Objects, plan: Plan, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A report on awkward answers, as JSON, and the lines that it is made of."""
    draw = random.Random(seed)  # noqa: S311  (answers, not secrets)
    held, lines = examples(draw), dict[str, Any]()
    for name in CANDIDATES:
        given = answers(held, draw, name)
        if name == "static" and seed == 0:
            given = [one.model_copy(update={"weights": None, "latency_ms": None, "reason": "lost"}) for one in given]
        objects.write_lines(KEYS.all_responses(name), (one.model_dump_json() for one in given))
        lines[name] = [json.loads(line) for line in objects.read_lines(KEYS.all_responses(name))]
    return json.loads(json.dumps(built(objects, plan), allow_nan=False)), lines


@pytest.mark.parametrize("seed", range(6))
def test_given_awkward_answers_then_every_figure_of_the_report_is_counted_alike(
    objects: Objects, rated: Plan, seed: int
) -> None:
    report, lines = written(objects, rated, seed)
    assert differences(report, lines) == []
    assert breaches(report) == []


@pytest.mark.parametrize(
    "path",
    [
        ("candidates", 0, "top1"),
        ("candidates", 1, "mae"),
        ("candidates", 0, "kl"),
        ("candidates", 0, "agreement"),
        ("candidates", 0, "weight_error", "audio", "max"),
        ("candidates", 2, "latency_ms", "p99"),
        ("candidates", 4, "cost_per_million_usd"),
        ("candidates", 2, "recall", "audio"),
        ("candidates", 0, "groups", "domain", "film", "top1"),
        ("candidates", 0, "against_baseline", "mae", "difference"),
        ("weight_errors", "candidates", "edge", "shares", 0),
        ("edge", "ece"),
        ("edge", "reliability", 0, "confidence"),
    ],
)
def test_given_a_figure_that_is_off_by_its_last_digit_then_the_recount_finds_it(
    objects: Objects, rated: Plan, path: tuple[str | int, ...]
) -> None:
    report, lines = written(objects, rated, seed=1)
    spoilt: Any = copy.deepcopy(report)
    place = spoilt
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = round(place[path[-1]] + (0.01 if "cost" in str(path) else 0.001), 4)
    assert len(differences(spoilt, lines)) == 1
