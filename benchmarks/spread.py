"""Several runs of the same figures: median, smallest and largest of each, wherever it is nested."""

import statistics
from collections.abc import Callable, Sequence
from typing import Any

Figures = dict[str, Any]


def median(runs: Sequence[Figures]) -> Figures:
    """The runs' common shape with the median of every figure."""
    return _each(runs, statistics.median)


def spread(runs: Sequence[Figures]) -> Figures:
    """The runs' common shape with `{"median", "min", "max"}` for every figure."""
    return _each(runs, lambda found: {"median": statistics.median(found), "min": min(found), "max": max(found)})


def _each(runs: Sequence[Any], combine: Callable[[list[float]], Any]) -> Any:  # noqa: ANN401  (nested figures)
    """None where a run has no figure is left out; where none has one, it stays None."""
    first = next((run for run in runs if run is not None), None)
    if isinstance(first, dict):
        return {name: _each([run.get(name) for run in runs if run is not None], combine) for name in first}
    if isinstance(first, list):
        return [_each(parts, combine) for parts in zip(*(run for run in runs if run is not None), strict=True)]
    return first if first is None else combine([run for run in runs if run is not None])
