"""The gate: rules on the report's figures. All must hold; a figure that is missing fails its rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TOP1_SLACK = 0.01  # of the baseline's
JUDGE_SLACK = 0.2  # levels
MAX_MAE = 0.08
MIN_VALID = 0.995
MAX_COST_SHARE = 0.05  # of the baseline's: at least 95 % cheaper
MIN_RECALL = 0.5  # a modality that is missed more often than found is forgotten


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and how it came out. `at_least`: the figure must reach the bound; otherwise stay at or below it."""

    rule: str
    figure: float | None
    bound: float | None
    at_least: bool

    @property
    def passed(self) -> bool:
        """False where figure or bound is missing."""
        if self.figure is None or self.bound is None:
            return False
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound

    def row(self) -> dict[str, Any]:
        """As the report shows it."""
        return {
            "rule": self.rule,
            "figure": self.figure,
            "bound": self.bound,
            "at_least": self.at_least,
            "passed": self.passed,
        }


def judge(candidates: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """`passed`, the rules, and one sentence: the verdict over the figures by candidate name."""
    rules = [rule for student in ("distilled", "cascade") for rule in _student(student, candidates)]
    rules += _stands_in("edge", candidates.get("edge", {}))
    rules += _against_baseline(candidates)
    lost = [rule for rule in rules if not rule.passed]
    reason = "; ".join(_sentence(rule) for rule in lost) or f"all {len(rules)} rules hold"
    return {"passed": not lost, "reason": reason, "rules": [rule.row() for rule in rules]}


def _student(name: str, candidates: Mapping[str, Mapping[str, Any]]) -> list[Rule]:
    student, baseline = candidates.get(name, {}), candidates.get("baseline", {})
    return [
        *_stands_in(name, student),
        Rule(f"{name}: mean weight error", student.get("mae"), MAX_MAE, at_least=False),
        Rule(
            f"{name}: leading modality right, against the baseline",
            student.get("top1"),
            _shifted(baseline.get("top1"), -TOP1_SLACK),
            at_least=True,
        ),
    ]


def _stands_in(name: str, student: Mapping[str, Any]) -> list[Rule]:
    """What is asked of a student that answers only where nobody better can, as the unsure edge student does."""
    known = [value for value in (student.get("recall") or {}).values() if value is not None]
    return [
        Rule(f"{name}: answers that obey the contract", student.get("valid"), MIN_VALID, at_least=True),
        Rule(f"{name}: recall of the weakest modality", min(known) if known else None, MIN_RECALL, at_least=True),
    ]


def _against_baseline(candidates: Mapping[str, Mapping[str, Any]]) -> list[Rule]:
    student, baseline = candidates.get("distilled", {}), candidates.get("baseline", {})
    cascade = candidates.get("cascade", {})
    cost = baseline.get("cost_per_million_usd")
    return [
        Rule(
            "distilled: judge score, against the baseline",
            student.get("judge"),
            _shifted(baseline.get("judge"), -JUDGE_SLACK),
            at_least=True,
        ),
        Rule(
            "distilled: cost per million routes, against the baseline",
            student.get("cost_per_million_usd"),
            None if cost is None else round(cost * MAX_COST_SHARE, 2),
            at_least=False,
        ),
        Rule(
            "cascade: median latency, against the baseline",
            (cascade.get("latency_ms") or {}).get("p50"),
            (baseline.get("latency_ms") or {}).get("p50"),
            at_least=False,
        ),
    ]


def _shifted(value: float | None, by: float) -> float | None:
    return None if value is None else round(value + by, 4)


def _sentence(rule: Rule) -> str:
    if rule.figure is None or rule.bound is None:
        return f"{rule.rule}: no figure"
    return f"{rule.rule}: {rule.figure} is {'below' if rule.at_least else 'above'} {rule.bound}"
