"""Places for the labels of a chart's points: none covers another label, a point or an interval.

A dozen fit on a phone. Where the canvas is full, a label covers something rather than that a report fails.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEIGHT = 13.0  # of a line of 11 px
_CHARACTER = 6.2  # px, wider than the mean of the usual system fonts at 11 px
_GAP = 7.0
_RING, _DIRECTIONS = 5.0, 24
_NEAR = 10.0  # px: a label further away needs a line to its point


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the canvas, in px from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two share any area."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def holds(self, other: "Box") -> bool:
        """Whether the other lies inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """The point of this box that is nearest to (x, y)."""
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)


@dataclass(frozen=True, slots=True)
class Label:
    """A label's text, where its middle left end stands, and the end of the line to its point (None: near enough)."""

    text: str
    x: float
    y: float
    line: tuple[float, float] | None


def place(points: Sequence[tuple[str, float, float]], taken: Sequence[Box], canvas: Box) -> list[Label]:
    """A label for each (text, x, y), as near as there is room, in their order; right beside it where there is none."""
    boxes = list(taken)
    found: list[Label] = []
    for text, x, y in points:
        width = _CHARACTER * len(text) + 2
        free = (box for box in _around(x, y, width) if canvas.holds(box) and not any(map(box.meets, boxes)))
        box = next(free, None) or next(_around(x, y, width))
        boxes.append(box)
        end = box.nearest(x, y)
        far = math.dist(end, (x, y)) > _NEAR
        found.append(Label(text, round(box.left + 1, 1), round((box.top + box.bottom) / 2, 1), end if far else None))
    return found


def _around(x: float, y: float, width: float) -> Iterator[Box]:
    """Boxes beside, above and below the point first, then on wider and wider rings."""
    half = HEIGHT / 2
    beside = [(_GAP, -half), (-_GAP - width, -half), (-width / 2, -_GAP - HEIGHT), (-width / 2, _GAP)]
    for left, top in beside:
        yield Box(x + left, y + top, x + left + width, y + top + HEIGHT)
    for ring in range(2, 90):
        for direction in range(_DIRECTIONS):
            angle = 2 * math.pi * direction / _DIRECTIONS
            left = x + ring * _RING * math.cos(angle) + (0 if math.cos(angle) >= 0 else -width)
            top = y + ring * _RING * math.sin(angle) - half
            yield Box(left, top, left + width, top + HEIGHT)
