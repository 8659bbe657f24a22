"""The report's charts as coordinates: figures in, px out. The page's template draws them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluate.labels import Box, Label, place

WIDTH, HEIGHT = 340.0, 268.0  # px: what a phone shows at full size
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 330.0, 12.0, 222.0
_ZERO, _FIRST = 54.0, 82.0  # where 0 stands on a logarithmic axis, and where the axis begins if there is a 0
_LAST = 318.0  # where it ends: the last number is written around it
_MARK = 5.0
_STUDENTS = {"distilled", "edge", "cascade"}

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tick:
    """A value's place on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """A candidate: its place, the ends of its interval (None: unknown), its label. `own`: this run trained it."""

    x: float
    y: float
    whisker: tuple[float, float] | None
    own: bool
    label: Label


@dataclass(frozen=True, slots=True)
class Scatter:
    """Quality (upwards, linear) against another figure (to the right, logarithmic, 0 apart at the left)."""

    points: list[Point]
    across: list[Tick]
    upwards: list[Tick]
    described: str


class Axis:
    """A logarithmic axis over whole decades. What is not above `smallest` is shown as 0."""

    def __init__(self, values: Sequence[float], smallest: float) -> None:
        above = [value for value in values if value > smallest] or [1.0]
        self.smallest, self.has_zero = smallest, len(above) < len(values)
        self.low = math.floor(math.log10(min(above)))
        self.high = max(math.ceil(math.log10(max(above))), self.low + 1)
        self.left = _FIRST if self.has_zero else _LEFT + 12

    def at(self, value: float) -> float:
        """Px from the left."""
        if value <= self.smallest:
            return _ZERO
        return self.left + (math.log10(value) - self.low) / (self.high - self.low) * (_LAST - self.left)

    @property
    def ticks(self) -> list[Tick]:
        """One for each power of ten, or for every other one where they are many; and for 0."""
        step = 1 if self.high - self.low <= 5 else 2  # noqa: PLR2004  (more labels than that would touch on a phone)
        powers = [Tick(round(self.at(10.0**power), 1), _power(power)) for power in range(self.low, self.high + 1, step)]
        return [Tick(_ZERO, "0"), *powers] if self.has_zero else powers


def scatter(candidates: Sequence[Figures], figure: Callable[[Figures], float | None], smallest: float) -> Scatter:
    """Share of leading modalities right against `figure`; candidates without either are left out."""
    known = [(one, value) for one in candidates if one["top1"] is not None and (value := figure(one)) is not None]
    across = Axis([value for _, value in known], smallest)
    floor = _floor([(_interval(one) or (one["top1"],))[0] for one, _ in known])
    places = [(across.at(value), _height(one["top1"], floor)) for one, value in known]
    whiskers = [_whisker(_interval(one), floor) for one, _ in known]
    labels = place(
        [(str(one["name"]), x, y) for (one, _), (x, y) in zip(known, places, strict=True)],
        [*_marks(places), *_lines(places, whiskers)],
        Box(_LEFT + 2, 0, WIDTH, _BOTTOM - 1),
    )
    points = [
        Point(round(x, 1), round(y, 1), whisker, one["name"] in _STUDENTS, label)
        for (one, _), (x, y), whisker, label in zip(known, places, whiskers, labels, strict=True)
    ]
    described = "; ".join(f"{one['name']}: {one['top1']:.1%} at {value:,.5g}" for one, value in known)
    return Scatter(points, across.ticks, _shares(floor), described)


def _interval(candidate: Figures) -> tuple[float, float] | None:
    return candidate["intervals"].get("top1")


def _floor(values: Sequence[float]) -> float:
    """The tenth below the lowest value, at most 0.9."""
    return min(0.9, math.floor(min(values, default=0.0) * 10) / 10)


def _height(share: float, floor: float) -> float:
    return _BOTTOM - (share - floor) / (1 - floor) * (_BOTTOM - _TOP)


def _whisker(interval: tuple[float, float] | None, floor: float) -> tuple[float, float] | None:
    return (round(_height(interval[1], floor), 1), round(_height(interval[0], floor), 1)) if interval else None


def _shares(floor: float) -> list[Tick]:
    step = 0.2 if floor < 0.5 else 0.1 if floor < 0.8 else 0.05  # noqa: PLR2004  (four to six labels)
    count = math.floor((1 - floor) / step + 1e-9)
    return [Tick(round(_height(1 - n * step, floor), 1), f"{1 - n * step:.0%}") for n in range(count + 1)]


def _marks(places: Sequence[tuple[float, float]]) -> list[Box]:
    return [Box(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in places]


def _lines(places: Sequence[tuple[float, float]], whiskers: Sequence[tuple[float, float] | None]) -> list[Box]:
    return [Box(x - 2, ends[0], x + 2, ends[1]) for (x, _), ends in zip(places, whiskers, strict=True) if ends]


def _power(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:.{-power}f}"
