"""A decision's attribute filters as conditions on fields, in the few operators that every engine has."""

import re
from dataclasses import dataclass
from datetime import datetime

from intent.engines.models import AttributeFilter, Bindings, Decision, Scalar

RANGES = ("gt", "gte", "lt", "lte")
_DATE = re.compile(r"(\d{4})(-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter on one field. `op`: eq, in (more than one value), gt, gte, lt or lte."""

    field: str
    op: str
    values: tuple[Scalar, ...]
    many: bool = False
    date: bool = False

    @property
    def value(self) -> Scalar:
        """The only value, or the first."""
        return self.values[0]


def conditions(decision: Decision, bindings: Bindings, warnings: list[str]) -> list[Condition]:
    """The decision's filters on the caller's fields; what cannot be carried over is left out and said in `warnings`."""
    found: list[Condition] = []
    for wish in decision.filters:
        bound = bindings.filters.get(wish.attribute)
        if bound is None:
            warnings.append(f"filters: {wish.attribute} is not bound to a field and was left out")
            continue
        steps = _steps(wish, date=bound.date)
        if steps is None:
            kind = "date filter" if bound.date else "filter"
            warnings.append(f"filters: {wish.attribute} {wish.op} is not a {kind} that can be compiled; left out")
            continue
        found += [Condition(bound.field, op, values, bound.many, bound.date) for op, values in steps]
    return found


def _steps(wish: AttributeFilter, *, date: bool) -> list[tuple[str, tuple[Scalar, ...]]] | None:
    """The filter as operators on one value, or `in` on several; None if it is not well formed."""
    values = wish.given
    if wish.op == "in" and len(values) > 1 and not date:
        return [("in", values)]
    if wish.op == "between" and len(values) == 2:  # noqa: PLR2004  (from, to)
        pairs = [("gte", values[0]), ("lte", values[1])]
    elif len(values) == 1 and wish.op in ("eq", "in", *RANGES):
        pairs = [("eq" if wish.op == "in" else wish.op, values[0])]
    else:
        return None
    if not date:
        return None if _boolean_range(pairs) else [(op, (value,)) for op, value in pairs]
    dated = [_dated(op, str(value)) for op, value in pairs]
    if any(steps is None for steps in dated):
        return None
    return [step for steps in dated for step in steps or ()]


def _boolean_range(pairs: list[tuple[str, Scalar]]) -> bool:
    return any(op in RANGES and isinstance(value, bool) for op, value in pairs)


def _dated(op: str, text: str) -> list[tuple[str, tuple[Scalar, ...]]] | None:
    """A year, a day or a moment (RFC 3339), as moments; `eq` on a year or a day is its first to its last second."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, rest, time = found.group(1, 2, 3)
    first = text if time else f"{text if rest else f'{year}-01-01'}T00:00:00Z"
    last = text if time else f"{text if rest else f'{year}-12-31'}T23:59:59Z"
    try:
        datetime.fromisoformat(first)
    except ValueError:  # the 31st of February
        return None
    if time:
        return [(op, (text,))]
    if op == "eq":
        return [("gte", (first,)), ("lte", (last,))]
    return [(op, (last if op in ("gt", "lte") else first,))]
