"""The gate as it ships: every rule on either side of its bound, without its figure, and without anything."""

import math
from copy import deepcopy
from typing import Any

import pytest

from evaluate import gate
from intent import gatefile

VERSION = 11  # that is active
Path = tuple[str, ...]


def paired(top1: float = 0.0) -> dict[str, Any]:
    """Differences as `bootstrap.paired` draws them."""
    found = {name: {"difference": 0.0, "interval": (0.0, 0.0)} for name in ("top1", "valid", "mae")}
    return {
        **found,
        "top1": {"difference": top1, "interval": (top1 - 0.005, top1 + 0.005)},
        "latency_p50": {"interval": (-900.0, -700.0)},
    }


def figures(**changed: Any) -> dict[str, Any]:
    """A candidate that keeps every rule."""
    whole = {
        "valid": 1.0,
        "mae": 0.05,
        "top1": 0.9,
        "recall": {"visual": 0.9, "audio": 0.8},
        "judge": 4.0,
        "cost_per_million_usd": 4.0,
        "latency_ms": {"p50": 800.0, "p95": 900.0, "p99": 950.0},
        "intervals": {"top1": (0.88, 0.92), "recall": {"visual": (0.8, 0.95), "audio": (0.7, 0.9)}},
        "against_baseline": paired(0.1),
        "against_active": paired(),
    }
    return {**whole, **changed}


def everybody(**changed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    baseline = figures(cost_per_million_usd=100.0, latency_ms={"p50": 1700.0})
    students = {name: figures() for name in ("distilled", "edge", "cascade", "active")}
    return {**students, "baseline": baseline, **changed}


def verdict(candidates: dict[str, dict[str, Any]], active: int | None = VERSION) -> dict[str, Any]:
    return gate.judge(candidates, rules=gatefile.load(), active=active)


def put(candidate: str, path: Path, value: Any) -> dict[str, dict[str, Any]]:
    """Everybody, with one value of one candidate changed."""
    found = deepcopy(everybody())
    where = found[candidate]
    for step in path[:-1]:
        where = where[step]
    where[path[-1]] = value
    return found


def broken(found: dict[str, Any]) -> list[str]:
    return [row["rule"] for row in found["rules"] if not row["passed"]]


LOW_END = ("against_baseline", "top1", "interval")
# candidate, where its figure is, just within the bound, on it, just beyond it, the row's text behind the candidate
RULES: list[tuple[str, Path, Any, Any, Any, str]] = [
    *((name, ("valid",), 0.9951, 0.995, 0.9949, "answers that obey the contract") for name in ("distilled", "cascade")),
    ("edge", ("valid",), 0.9951, 0.995, 0.9949, "answers that obey the contract"),
    *(
        (name, ("recall", "audio"), 0.7001, 0.7, 0.6999, "recall of the weakest modality")
        for name in ("distilled", "cascade", "edge")
    ),
    *((name, ("mae",), 0.0799, 0.08, 0.0801, "mean weight error") for name in ("distilled", "cascade")),
    *(
        (
            *(name, LOW_END, (-0.0099, 0.3), (-0.01, 0.3), (-0.0101, 0.3)),
            "leading modality right, minus that of the baseline, lower end of the 95 % interval",
        )
        for name in ("distilled", "cascade")
    ),
    ("distilled", ("judge",), 3.801, 3.8, 3.799, "judge score, minus that of the baseline"),
    (
        *("distilled", ("cost_per_million_usd",), 4.99, 5.0, 5.01),
        "cost per million routes in USD, as a share of that of the baseline",
    ),
    ("cascade", ("latency_ms", "p50"), 1699.9, 1700.0, 1700.1, "median latency in ms, minus that of the baseline"),
    (
        *("cascade", ("against_active", "top1", "difference"), -0.0099, -0.01, -0.0101),
        "leading modality right, minus that of the active version",
    ),
]


def test_given_good_students_then_all_rules_hold() -> None:
    found = verdict(everybody())
    assert (found["passed"], found["reason"]) == (True, "all 14 rules hold")


def test_given_the_shipped_file_then_each_of_its_rules_is_tried() -> None:
    tried = sorted(f"{candidate}: {text}" for candidate, *_, text in RULES)
    assert tried == sorted(row["rule"] for row in verdict(everybody())["rules"])


@pytest.mark.parametrize(("candidate", "path", "within", "equal", "beyond", "text"), RULES)
def test_given_a_figure_then_its_rule_holds_up_to_the_bound_and_no_further(
    *, candidate: str, path: Path, within: Any, equal: Any, beyond: Any, text: str
) -> None:
    assert verdict(put(candidate, path, within))["passed"]
    assert verdict(put(candidate, path, equal))["passed"]
    found = verdict(put(candidate, path, beyond))
    assert found["passed"] is False
    assert broken(found) == [f"{candidate}: {text}"]
    (row,) = [row for row in found["rules"] if not row["passed"]]
    side = "below" if row["at_least"] else "above"
    assert found["reason"] == f"{row['rule']}: {row['figure']} is {side} {row['bound']}"


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf])
@pytest.mark.parametrize(("candidate", "path", "within", "equal", "beyond", "text"), RULES)
def test_given_no_figure_then_its_rule_fails_and_says_what_is_missing(
    *, candidate: str, path: Path, within: Any, equal: Any, beyond: Any, text: str, nothing: float | None
) -> None:
    value = (nothing, 0.3) if isinstance(equal, tuple) else nothing
    found = verdict(put(candidate, path, value))
    (row,) = [row for row in found["rules"] if not row["passed"]]
    assert (row["rule"], row["figure"], row["applies"]) == (f"{candidate}: {text}", None, True)
    assert row["note"].startswith("missing: ")
    assert found["reason"] == f"{row['rule']}: {row['note']}"


@pytest.mark.parametrize(
    ("candidate", "path"),
    [
        *(("cascade", (group,)) for group in ("recall", "latency_ms", "against_baseline", "against_active")),
        ("cascade", ("against_baseline", "top1")),
        *(("distilled", (*LOW_END[:-1], key)) for key in ("interval",)),
    ],
)
@pytest.mark.parametrize("nothing", [None, {}, "odd", ()])
def test_given_a_whole_group_missing_or_odd_then_its_rules_fail(candidate: str, path: Path, nothing: Any) -> None:
    (row,) = [row for row in verdict(put(candidate, path, nothing))["rules"] if not row["passed"]]
    assert "missing" in row["note"]


@pytest.mark.parametrize("path", [("judge",), ("cost_per_million_usd",), ("latency_ms", "p50"), ("latency_ms",)])
def test_given_no_figure_of_the_baseline_then_what_is_held_against_it_fails(path: Path) -> None:
    found = verdict(put("baseline", path, None))
    assert found["passed"] is False
    assert "of the baseline" in found["reason"]


@pytest.mark.parametrize("lost", ["distilled", "edge", "cascade", "baseline"])
def test_given_no_candidate_at_all_then_nothing_passes(lost: str) -> None:
    candidates = everybody()
    del candidates[lost]
    assert verdict(candidates)["passed"] is False
    assert len(broken(verdict({}))) == len(RULES)


def test_given_no_active_version_then_only_the_rule_against_it_does_not_apply() -> None:
    candidates = {name: figures(against_active=None) for name in ("distilled", "edge", "cascade")}
    found = verdict({**candidates, "baseline": everybody()["baseline"]}, active=None)
    assert (found["passed"], found["reason"]) == (True, "all 13 rules hold")
    (row,) = [row for row in found["rules"] if not row["applies"]]
    assert row == {
        "rule": "cascade: leading modality right, minus that of the active version",
        "candidate": "cascade",
        "figure": None,
        "bound": -0.01,
        "at_least": True,
        "passed": True,
        "applies": False,
        "note": "no active version to compare with",
    }


@pytest.mark.parametrize("without", [{}, {"against_active": None}, {"against_active": {}}])
def test_given_an_active_version_without_figures_then_the_gate_stays_closed(without: dict[str, Any]) -> None:
    cascade = {name: value for name, value in figures().items() if name != "against_active"} | without
    candidates = everybody(cascade=cascade)
    del candidates["active"]
    found = verdict(candidates)
    assert found["passed"] is False
    assert "missing: the difference of the cascade from the active version" in found["reason"]


def test_given_two_broken_rules_then_both_are_told_with_figure_and_bound() -> None:
    reason = verdict(everybody(cascade=figures(mae=0.2), distilled=figures(judge=1.0)))["reason"]
    assert reason.split("; ") == [
        "cascade: mean weight error: 0.2 is above 0.08",
        "distilled: judge score, minus that of the baseline: -3.0 is below -0.2",
    ]


def test_given_a_forgotten_modality_then_a_high_top1_does_not_save_the_student() -> None:
    assert not verdict(everybody(edge=figures(top1=1.0, recall={"visual": 1.0, "audio": 0.0})))["passed"]


def test_given_a_modality_without_held_out_queries_then_nobody_knows_and_the_gate_stays_closed() -> None:
    reason = verdict(everybody(edge=figures(recall={"visual": 1.0, "audio": None})))["reason"]
    assert (
        reason
        == "edge: recall of the weakest modality: missing: recall of the weakest modality of the edge student, audio"
    )


def test_given_a_better_mean_but_a_wide_interval_then_the_low_end_decides() -> None:
    pair = {"top1": {"difference": 0.08, "interval": (-0.02, 0.18)}}
    found = verdict(everybody(distilled=figures(against_baseline=pair)))
    assert broken(found) == [
        "distilled: leading modality right, minus that of the baseline, lower end of the 95 % interval"
    ]
    assert found["reason"].endswith(": -0.02 is below -0.01")


def test_given_a_certain_rule_on_a_candidate_that_is_not_in_the_report_then_it_fails_and_says_so() -> None:
    certain = next(rule for rule in gatefile.load() if rule.candidate == "distilled")
    rule = certain.model_copy(update={"figure": "top1", "certain": True, "against": None, "share_of": None})
    found = gate.judge({}, rules=[rule], active=None)
    assert (found["passed"], [row["passed"] for row in found["rules"]]) == (False, [False])
