"""The chart of docs/scale.md: cost a month and concurrency over requests a second, both axes logarithmic."""

import math
from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 360, 76, 520, 20, 320
_COLOURS = ("#0b62c4", "#b3421b", "#3d7a32", "#7a3d8f")
_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
    'font-family="system-ui, sans-serif" font-size="12">'
)


def svg(title: str, rates: Sequence[float], lines: Mapping[str, Sequence[float]]) -> str:
    """One line for each name. Values of 0 are left out. `title` is what a screen reader says."""
    shown = [value for values in lines.values() for value in values if value > 0]
    low, high = math.floor(math.log10(min(shown))), math.ceil(math.log10(max(shown)))
    first, last = math.log10(rates[0]), math.log10(rates[-1])

    def across(rate: float) -> float:
        return _LEFT + (math.log10(rate) - first) / (last - first) * (_RIGHT - _LEFT)

    def upwards(value: float) -> float:
        return _BOTTOM - (math.log10(value) - low) / (high - low) * (_BOTTOM - _TOP)

    parts = [_HEAD, f"<title>{title}</title>", f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>']
    for power in range(low, high + 1):
        parts += _across(upwards(10.0**power), f"{10.0**power:,.10g}")
    for rate in rates:
        if math.log10(rate) % 1 == 0:
            parts.append(_text(across(rate), _BOTTOM + 18, f"{rate:,.0f}", "middle"))
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 36, "requests a second", "middle"))
    taken: list[float] = []
    for colour, (name, values) in zip(_COLOURS, lines.items(), strict=False):
        points = [(across(rate), upwards(value)) for rate, value in zip(rates, values, strict=True) if value > 0]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        at = points[-1][1] + 4
        while any(abs(at - other) < 14 for other in taken):  # noqa: PLR2004  (px of a line of text)
            at += 14
        taken.append(at)
        parts.append(_text(_RIGHT + 6, at, name, "start", colour))
    return "\n".join([*parts, "</svg>", ""])


def _across(y: float, label: str) -> list[str]:
    line = f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
    return [line, _text(_LEFT - 6, y + 4, label, "end")]


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
