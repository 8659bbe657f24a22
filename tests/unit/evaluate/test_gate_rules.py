"""Gates of one's own: every way to ask, and that getting worse never helps."""

import math
import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from evaluate import gate
from intent.figures import FIGURES
from intent.rules import Rule

from .test_gate import VERSION, everybody, figures

TIMES = ("p50", "p95", "p99")
STUDENTS = ("distilled", "edge", "cascade")
OTHERS = ("baseline", "active", "teacher")


def row(candidates: dict[str, dict[str, Any]], **rule: Any) -> dict[str, Any]:
    (found,) = gate.judge(candidates, rules=[Rule(**rule)], active=VERSION)["rules"]
    return found


@pytest.mark.parametrize(
    ("rule", "figure"),
    [
        ({"figure": "top1", "at_least": 0.9}, 0.9),
        ({"figure": "top1", "at_least": 0.9, "certain": True}, 0.88),
        ({"figure": "recall", "at_least": 0.7, "certain": True}, 0.7),
        ({"figure": "latency_ms.p95", "at_most": 1000.0}, 900.0),
        ({"figure": "latency_ms.p50", "at_most": 0.0, "against": "baseline", "certain": True}, -700.0),
        ({"figure": "latency_ms.p50", "at_most": 0.0, "against": "baseline"}, -900.0),
        ({"figure": "top1", "at_least": 0.0, "against": "baseline"}, 0.1),
        ({"figure": "mae", "at_most": 0.0, "against": "active", "certain": True}, 0.0),
        ({"figure": "top1", "at_least": 0.0, "against": "edge"}, 0.0),
        ({"figure": "cost_per_million_usd", "at_most": 2.0, "share_of": "active"}, 1.0),
    ],
)
def test_given_a_way_to_ask_then_this_figure_decides(rule: dict[str, Any], figure: float) -> None:
    found = row(everybody(), candidate="cascade", **rule)
    assert (found["figure"], found["note"]) == (figure, None)


def test_given_the_upper_end_then_it_decides_where_less_is_better() -> None:
    wide = figures(intervals={"mae": (0.03, 0.09)})
    found = row(everybody(edge=wide), candidate="edge", figure="mae", at_most=0.08, certain=True)
    assert (found["figure"], found["passed"]) == (0.09, False)
    assert found["rule"] == "edge: mean weight error, upper end of the 95 % interval"


def test_given_figures_of_the_edge_student_alone_then_they_can_be_asked_for() -> None:
    edge = figures(coverage=0.8, ece=0.03)
    assert row(everybody(edge=edge), candidate="edge", figure="coverage", at_least=0.5)["passed"]
    assert row(everybody(edge=edge), candidate="edge", figure="ece", at_most=0.05)["passed"]


def test_given_a_share_of_nothing_then_it_is_missing() -> None:
    free = figures(cost_per_million_usd=0.0)
    asked: dict[str, Any] = {"candidate": "cascade", "figure": "cost_per_million_usd", "at_most": 0.5}
    found = row(everybody(baseline=free), share_of="baseline", **asked)
    assert (found["passed"], found["figure"]) == (False, None)
    assert found["note"] == "missing: a share, since cost per million routes in USD of the baseline is 0"


def test_given_an_interval_with_one_end_then_it_is_missing() -> None:
    for interval in [(), (None, 1.0), (math.nan, 1.0), None]:
        half = figures(intervals={"top1": interval})
        found = row(everybody(edge=half), candidate="edge", figure="top1", at_least=0.1, certain=True)
        assert (found["passed"], found["note"]) == (
            False,
            "missing: the interval of leading modality right of the edge student",
        )


def test_given_no_active_version_then_a_share_of_it_does_not_apply_either() -> None:
    rule = Rule(candidate="edge", figure="cost_per_million_usd", share_of="active", at_most=1.0)
    (found,) = gate.judge(everybody(), rules=[rule], active=None)["rules"]
    assert (found["passed"], found["applies"]) == (True, False)


def measured(chance: random.Random) -> dict[str, Any]:
    """A candidate with any figures, some missing."""

    def maybe() -> float | None:
        return None if chance.random() < 0.1 else round(chance.random(), 4)

    def interval() -> list[float] | None:
        return None if chance.random() < 0.1 else sorted([chance.random(), chance.random()])

    def pairs() -> dict[str, Any] | None:
        found = {name: {"difference": maybe(), "interval": interval()} for name in ("top1", "valid", "mae")}
        return None if chance.random() < 0.1 else {**found, "latency_p50": {"interval": interval()}}

    plain = (name for name in FIGURES if name != "recall" and "." not in name)
    return {
        **{name: maybe() for name in plain},
        "recall": {name: maybe() for name in ("visual", "audio")},
        "latency_ms": {name: maybe() for name in TIMES},
        "intervals": {
            **{name: interval() for name in ("top1", "valid", "mae", "kl")},
            "recall": {name: interval() for name in ("visual", "audio")},
            "latency_ms": {name: interval() for name in TIMES},
        },
        "against_baseline": pairs(),
        "against_active": pairs(),
    }


def asked(candidate: str, other: str | None, figure: str, mode: str, bound: float, *, certain: bool) -> Rule | None:
    compared = {} if mode == "alone" else {mode: other}
    rule = {"candidate": candidate, "figure": figure, FIGURES[figure].bound: bound, "certain": certain, **compared}
    try:
        return Rule.model_validate(rule)
    except ValueError:  # a question that makes no sense is none
        return None


RULES = some.builds(
    asked,
    some.sampled_from(STUDENTS),
    some.sampled_from(OTHERS),
    some.sampled_from(sorted(FIGURES)),
    some.sampled_from(("alone", "against", "share_of")),
    some.sampled_from((0.0, 0.1, 0.5, 0.9, 1.0)),
    certain=some.booleans(),
)


def worsen(found: dict[str, Any], figure: str, by: float | None) -> None:
    """The figure, its intervals and its differences move to where they are worse, or (None) are lost."""
    what = FIGURES[figure]
    shift = by and (-by if what.more_is_better else by)

    def move(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: move(one) for name, one in value.items()}
        if isinstance(value, list):
            return [move(one) for one in value]
        return None if value is None or shift is None else value + shift

    group, _, name = figure.partition(".")
    if name:
        found[group][name] = move(found[group][name])
    else:
        found[group] = move(found[group])
    if what.interval:
        *way, last = what.interval
        where = found["intervals"]
        for step in way:
            where = where[step]
        where[last] = move(where[last])
    for pairs in (found["against_baseline"], found["against_active"]):
        if what.paired and pairs:
            pairs[what.paired] = move(pairs[what.paired])


@given(
    rules=some.lists(RULES, min_size=1, max_size=4),
    seed=some.integers(0, 2**32),
    student=some.sampled_from(STUDENTS),
    figure=some.sampled_from(sorted(FIGURES)),
    by=some.none() | some.floats(0, 2),
    active=some.sampled_from((None, VERSION)),
)
def test_given_a_figure_that_gets_worse_then_a_lost_gate_stays_lost(
    *,
    rules: list[Rule | None],
    seed: int,
    student: str,
    figure: str,
    by: float | None,
    active: int | None,
) -> None:
    chance = random.Random(seed)  # noqa: S311  (no secret)
    candidates = {name: measured(chance) for name in (*STUDENTS, *OTHERS)}
    useful = [rule for rule in rules if rule]
    before = gate.judge(candidates, rules=useful, active=active)
    worse = deepcopy(candidates)
    worsen(worse[student], figure, by)
    after = gate.judge(worse, rules=useful, active=active)
    for rule, then, now in zip(useful, before["rules"], after["rules"], strict=True):
        assert then["passed"] or not now["passed"], rule
    assert before["passed"] or not after["passed"]


@pytest.mark.parametrize("figure", sorted(FIGURES))
@pytest.mark.parametrize("other", [{}, {"against": "baseline"}, {"against": "active"}])
@pytest.mark.parametrize("certain", [False, True])
def test_given_a_figure_on_its_bound_that_gets_worse_then_its_rule_is_lost(
    figure: str, other: dict[str, str], *, certain: bool
) -> None:
    value = 3.0 if figure == "judge" else 0.5
    theirs = {**dict.fromkeys(FIGURES, value), "latency_ms": dict.fromkeys(TIMES, value)}
    ours: dict[str, Any] = deepcopy(theirs)
    sure: dict[str, Any] = {name: [value, value] for name in FIGURES}
    ours["intervals"] = {**sure, "latency_ms": {name: [value, value] for name in TIMES}}
    pairs = {name: {"difference": 0.0, "interval": [0.0, 0.0]} for name in ("top1", "valid", "mae", "latency_p50")}
    ours |= {"against_baseline": pairs, "against_active": deepcopy(pairs)}
    everyone = {"edge": ours, "baseline": theirs, "active": theirs}
    bound = {FIGURES[figure].bound: 0.0 if other else value}
    rule: dict[str, Any] = {"candidate": "edge", "figure": figure, "certain": certain, **other, **bound}
    try:
        Rule(**rule)
    except ValueError:
        assert other or certain, "of each figure alone one can ask"
        return
    assert row(everyone, **rule)["passed"]
    worsen(ours, figure, 0.001)
    assert not row(everyone, **rule)["passed"]
