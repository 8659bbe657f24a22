"""The gate: every rule, on either side of its bound, and without its figure."""

import math
from typing import Any

import pytest

from evaluate import gate


def figures(**changed: Any) -> dict[str, Any]:
    whole = {
        "valid": 1.0,
        "mae": 0.05,
        "top1": 0.9,
        "recall": {"visual": 0.9, "audio": 0.8},
        "judge": 4.0,
        "cost_per_million_usd": 5.0,
        "latency_ms": {"p50": 800.0},
    }
    return {**whole, **changed}


BASELINE = figures(cost_per_million_usd=100.0, latency_ms={"p50": 1700.0})


def verdict(**students: dict[str, Any]) -> dict[str, Any]:
    return gate.judge(
        {"distilled": figures(), "edge": figures(), "cascade": figures(), "baseline": BASELINE, **students}
    )


def broken(found: dict[str, Any]) -> list[str]:
    return [rule["rule"] for rule in found["rules"] if not rule["passed"]]


def test_given_good_students_then_all_rules_hold() -> None:
    found = verdict()
    assert found["passed"] is True
    assert found["reason"] == f"all {len(found['rules'])} rules hold"
    assert len(found["rules"]) == 13


# figure, value equal to its bound, value just beyond it, words of its rule
RULES = [
    ("valid", 0.995, 0.9949, "obey the contract"),
    ("mae", 0.08, 0.0801, "mean weight error"),
    ("top1", 0.89, 0.8899, "leading modality right"),
    ("recall", {"visual": 0.9, "audio": 0.5}, {"visual": 0.9, "audio": 0.4999}, "weakest modality"),
    ("judge", 3.8, 3.799, "judge score"),
    ("cost_per_million_usd", 5.0, 5.01, "cost per million"),
    ("latency_ms", {"p50": 1700.0}, {"p50": 1700.1}, "median latency"),
]
VALID, RECALL, LATENCY = RULES[0], RULES[3], RULES[6]
ALL = [
    *((student, *rule) for student in ("distilled", "cascade") for rule in RULES[:4]),
    ("edge", *VALID),
    ("edge", *RECALL),
    *(("distilled", *rule) for rule in RULES[4:6]),
    ("cascade", *LATENCY),
]


def test_given_every_rule_then_it_is_tried_on_both_sides_of_its_bound() -> None:
    assert len(ALL) == len(verdict()["rules"])


@pytest.mark.parametrize(("student", "figure", "equal", "beyond", "words"), ALL)
def test_given_a_figure_equal_to_its_bound_then_it_passes_and_beyond_it_fails(
    student: str, figure: str, equal: Any, beyond: Any, words: str
) -> None:
    assert verdict(**{student: figures(**{figure: equal})})["passed"] is True
    found = verdict(**{student: figures(**{figure: beyond})})
    assert found["passed"] is False
    (rule,) = broken(found)
    assert rule.startswith(f"{student}: ")
    assert words in rule
    assert found["reason"].startswith(f"{rule}: ")


@pytest.mark.parametrize("nothing", [None, math.nan])
@pytest.mark.parametrize(("student", "figure", "equal", "beyond", "words"), ALL)
def test_given_no_figure_then_its_rule_fails(
    student: str, figure: str, equal: Any, beyond: Any, words: str, *, nothing: float | None
) -> None:
    value = dict.fromkeys(equal, nothing) if isinstance(equal, dict) else nothing
    (rule,) = broken(verdict(**{student: figures(**{figure: value})}))
    assert words in rule


@pytest.mark.parametrize(("student", "figure"), [("distilled", "recall"), ("cascade", "latency_ms")])
def test_given_a_whole_group_missing_then_its_rule_fails(student: str, figure: str) -> None:
    assert len(broken(verdict(**{student: figures(**{figure: None})}))) == 1


@pytest.mark.parametrize("figure", ["top1", "judge", "cost_per_million_usd", "latency_ms"])
def test_given_no_figure_of_the_baseline_then_what_is_held_against_it_fails(figure: str) -> None:
    found = verdict(baseline={**BASELINE, figure: None})
    assert found["passed"] is False
    assert "no figure" in found["reason"]


@pytest.mark.parametrize("lost", ["distilled", "edge", "cascade", "baseline"])
def test_given_no_candidate_at_all_then_nothing_passes(lost: str) -> None:
    everybody = {"distilled": figures(), "edge": figures(), "cascade": figures(), "baseline": BASELINE}
    del everybody[lost]
    assert gate.judge(everybody)["passed"] is False
    assert gate.judge({})["passed"] is False


def test_given_two_broken_rules_then_both_are_told() -> None:
    reason = verdict(cascade=figures(mae=0.2), distilled=figures(judge=1.0))["reason"]
    assert "cascade: mean weight error: 0.2 is above 0.08" in reason
    assert "distilled: judge score, against the baseline: 1.0 is below 3.8" in reason


def test_given_a_forgotten_modality_then_a_high_top1_does_not_save_the_student() -> None:
    assert not verdict(edge=figures(top1=1.0, recall={"visual": 1.0, "audio": 0.0}))["passed"]
