"""The gate: every rule of `gate.yaml` on the report's figures. All must hold; what was not measured breaks its rule."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intent.figures import ACTIVE, FIGURES, PAIRED_WITH, WHO
from intent.rules import Rule

NO_ACTIVE = "no active version to compare with"
_DIGITS = 6  # of differences and shares: 3.8 - 4.0 is -0.2

Figures = Mapping[str, Any]


class _Missing(Exception):
    """What a rule needs and the report does not hold."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a rule came out. `note`: why it has no figure; `applies` False: there is nothing to compare with yet."""

    rule: Rule
    figure: float | None = None
    note: str | None = None
    applies: bool = True

    @property
    def passed(self) -> bool:
        """False without a figure, unless the rule does not apply."""
        if self.figure is None:
            return not self.applies
        return self.figure >= self.rule.bound if self.rule.floor else self.figure <= self.rule.bound

    @property
    def sentence(self) -> str:
        """Why it was lost."""
        if self.figure is None:
            return f"{self.rule.text}: {self.note}"
        return f"{self.rule.text}: {self.figure} is {'below' if self.rule.floor else 'above'} {self.rule.bound}"

    def row(self) -> dict[str, Any]:
        """As the report shows it."""
        return {
            "rule": self.rule.text,
            "candidate": self.rule.candidate,
            "figure": self.figure,
            "bound": self.rule.bound,
            "at_least": self.rule.floor,
            "passed": self.passed,
            "applies": self.applies,
            "note": self.note,
        }


def judge(candidates: Mapping[str, Figures], *, rules: Sequence[Rule], active: int | None) -> dict[str, Any]:
    """`passed`, the rules, and one sentence: the verdict over the figures by candidate name.

    `active`: the version that the route answered from meanwhile; None: there is none, and a rule against it does not
    apply.
    """
    outcomes = [_outcome(rule, candidates, active) for rule in rules]
    lost = [outcome for outcome in outcomes if not outcome.passed]
    applying = sum(outcome.applies for outcome in outcomes)
    reason = "; ".join(outcome.sentence for outcome in lost) or f"all {applying} rules hold"
    return {"passed": not lost, "reason": reason, "rules": [outcome.row() for outcome in outcomes]}


def _outcome(rule: Rule, candidates: Mapping[str, Figures], active: int | None) -> Outcome:
    if rule.other == ACTIVE and active is None:
        return Outcome(rule, note=NO_ACTIVE, applies=False)
    try:
        return Outcome(rule, figure=_measured(rule, candidates))
    except _Missing as missing:
        return Outcome(rule, note=f"missing: {missing}")


def _measured(rule: Rule, candidates: Mapping[str, Figures]) -> float:
    """The figure, difference or share that the rule asks for. Raises _Missing."""
    if rule.against:
        return _difference(rule, candidates, rule.against)
    if rule.share_of:
        whole = _figure(candidates, rule.share_of, rule.figure)
        if not whole:
            raise _Missing(f"a share, since {FIGURES[rule.figure].words} of {WHO[rule.share_of]} is 0")
        return round(_figure(candidates, rule.candidate, rule.figure) / whole, _DIGITS)
    if rule.certain:
        found: Any = candidates.get(rule.candidate, {}).get("intervals")
        return _end(rule, _at(found, FIGURES[rule.figure].interval or ()))
    return _figure(candidates, rule.candidate, rule.figure)


def _difference(rule: Rule, candidates: Mapping[str, Figures], other: str) -> float:
    """Query by query where the report has it so; else one figure minus the other."""
    paired = FIGURES[rule.figure].paired
    if paired and other in PAIRED_WITH:
        pair = _at(candidates.get(rule.candidate), (f"against_{other}", paired))
        if rule.certain:
            return _end(rule, _at(pair, ("interval",)))
        if paired == rule.figure:  # of percentiles there are intervals only: they are no means over pairs
            return _number(_at(pair, ("difference",)), f"the difference of {WHO[rule.candidate]} from {WHO[other]}")
    own, theirs = (_figure(candidates, name, rule.figure) for name in (rule.candidate, other))
    return round(own - theirs, _DIGITS)


def _figure(candidates: Mapping[str, Figures], candidate: str, figure: str) -> float:
    found = _at(candidates.get(candidate), tuple(figure.split(".")))
    return _weakest(found, f"{FIGURES[figure].words} of {WHO[candidate]}")


def _end(rule: Rule, interval: Any) -> float:  # noqa: ANN401  (JSON)
    """The end of an interval that speaks against the candidate."""
    end = (0 if rule.floor else 1,)
    by_name = isinstance(interval, Mapping)
    found = {name: _at(one, end) for name, one in interval.items()} if by_name else _at(interval, end)
    return _weakest(found, f"the interval of {FIGURES[rule.figure].words} of {WHO[rule.candidate]}")


def _weakest(found: Any, what: str) -> float:  # noqa: ANN401  (JSON)
    """A number; of numbers by modality the least. Nobody knows whether one without held-out queries is forgotten."""
    if not isinstance(found, Mapping) or not found:
        return _number(found, what)
    return min(_number(value, f"{what}, {name}") for name, value in found.items())


def _number(found: Any, what: str) -> float:  # noqa: ANN401  (JSON)
    if isinstance(found, int | float) and math.isfinite(found):
        return float(found)
    raise _Missing(what)


def _at(found: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401  (JSON)
    """What lies at the end of the path; None where it breaks off."""
    for step in path:
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, Sequence) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return None
    return found
