"""How sure a figure is: percentile bootstrap over the held-out queries (Efron and Tibshirani 1993, chapter 13).

All candidates answered the same queries, so all share the same draws: a difference of two candidates is drawn in pairs.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluate.responses import Response, leads_right
from intent.scoring import divergence, max_error, mean_error
from intent.weights import leading

DRAWS = 2_000
_TAILS = (2.5, 97.5)
_DIGITS = 4
_BLOCK = 100  # draws whose ranks are in memory at a time
_PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

Vector = NDArray[np.float64]
Interval = tuple[float, float]


class Resamples:
    """`draws` samples of `size` queries with replacement, as how often each query is drawn (draws x size)."""

    def __init__(self, size: int, *, seed: int, draws: int = DRAWS) -> None:
        generator = np.random.default_rng(seed)
        self._counts = generator.multinomial(size, np.full(size, 1 / size), size=draws).astype(np.float64)
        self._blocks = range(_BLOCK, draws, _BLOCK)
        self._percentiles: dict[tuple[bytes, float], Vector] = {}

    def means(self, values: Vector) -> Vector:
        """The mean of each draw; NaN values (no such figure for that query) are left out, also of its count."""
        there = ~np.isnan(values)
        total, count = self._counts @ np.where(there, values, 0.0), self._counts @ there.astype(np.float64)
        return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)

    def percentiles(self, values: Vector, share: float) -> Vector:
        """The percentile (nearest rank, as `measure.percentile`) of each draw; NaN values are left out.

        The usual shares are found together and kept: comparisons ask for the same values again and again.
        """
        name = sha256(values.tobytes()).digest()
        if (name, share) not in self._percentiles:
            shares = {share, *_PERCENTILES.values()}
            found = [self._ranked(block, values, sorted(shares)) for block in np.split(self._counts, self._blocks)]
            drawn = np.concatenate(found)
            self._percentiles |= {(name, each): drawn[:, place] for place, each in enumerate(sorted(shares))}
        return self._percentiles[name, share]

    @staticmethod
    def _ranked(counts: Vector, values: Vector, shares: Sequence[float]) -> Vector:
        """A row for each draw of this block, a column for each share."""
        order = np.argsort(values)[: int((~np.isnan(values)).sum())]
        if not len(order):
            return np.full((len(counts), len(shares)), np.nan)
        reached = counts[:, order].cumsum(axis=1)
        places = [(reached >= np.maximum(np.ceil(share * reached[:, -1:]), 1)).argmax(axis=1) for share in shares]
        return np.where(reached[:, -1:] > 0, values[order][np.stack(places, axis=1)], np.nan)


def interval(draws: Vector) -> Interval | None:
    """The middle 95 % of the draws; None where a draw in twenty has no figure."""
    known = draws[~np.isnan(draws)]
    if len(known) < 0.95 * len(draws):
        return None
    low, high = np.percentile(known, _TAILS)
    return round(float(low), _DIGITS), round(float(high), _DIGITS)


_PER_QUERY: Mapping[str, Callable[[Response], float | None]] = {
    "top1": lambda answer: float(leads_right(answer)),
    "valid": lambda answer: float(answer.weights is not None),
    "mae": lambda answer: mean_error(answer.weights, answer.reference) if answer.weights else None,
    "max_error": lambda answer: max_error(answer.weights, answer.reference) if answer.weights else None,
    "kl": lambda answer: divergence(answer.reference, answer.weights) if answer.weights else None,
    "latency": lambda answer: answer.latency_ms,
}


def intervals(answers: Sequence[Response], resamples: Resamples) -> dict[str, Any]:
    """95 % intervals by figure: top1, valid, mae, kl (means), recall by modality, latency_ms percentiles.

    `max_error` is a largest value, which a bootstrap cannot bound: its mean over the queries stands in its place, as
    `mean_max_error`.
    """
    if not answers:
        return {}
    means = {name: interval(resamples.means(_values(answers, name))) for name in ("top1", "valid", "mae", "kl")}
    latency = _values(answers, "latency")
    return {
        **means,
        "mean_max_error": interval(resamples.means(_values(answers, "max_error"))),
        "recall": {name: interval(resamples.means(_led_by(answers, name))) for name in answers[0].reference},
        "latency_ms": {name: interval(resamples.percentiles(latency, share)) for name, share in _PERCENTILES.items()},
    }


def groups(answers: Sequence[Response], resamples: Resamples) -> dict[str, dict[str, dict[str, Any]]]:
    """`top1` with count and interval, and `mae`, by key of the cells (leading, domain, style, ...) and its values."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    errors = _values(answers, "mae")
    for key in sorted({key for answer in answers for key in answer.cell}):
        for value in sorted({answer.cell[key] for answer in answers if key in answer.cell}):
            values = _where(answers, lambda answer, key=key, value=value: answer.cell.get(key) == value)
            own = errors[~np.isnan(values) & ~np.isnan(errors)]
            found.setdefault(key, {})[value] = {
                "count": int((~np.isnan(values)).sum()),
                "top1": round(float(np.nanmean(values)), _DIGITS),
                "mae": round(float(own.mean()), _DIGITS) if len(own) else None,
                "interval": interval(resamples.means(values)),
            }
    return found


def paired(answers: Sequence[Response], others: Sequence[Response], resamples: Resamples) -> dict[str, Any]:
    """`difference` and 95 % interval of answers minus others, by figure: top1, valid, mae, latency p50.

    Paired by example id. ValueError if the two did not answer the same queries.
    """
    by_id = {other.id: other for other in others}
    if len(answers) != len(others) or any(answer.id not in by_id for answer in answers):
        raise ValueError("the candidates to compare did not answer the same held-out queries")
    twins = [by_id[answer.id] for answer in answers]
    found: dict[str, Any] = {}
    for name in ("top1", "valid", "mae"):
        gap = _values(answers, name) - _values(twins, name)
        difference = None if np.isnan(gap).all() else round(float(np.nanmean(gap)), _DIGITS)
        found[name] = {"difference": difference, "interval": interval(resamples.means(gap))}
    one, other = (resamples.percentiles(_values(side, "latency"), 0.5) for side in (answers, twins))
    found["latency_p50"] = {"interval": interval(one - other)}
    return found


def worst(answers: Sequence[Response], count: int = 20) -> list[Response]:
    """The answers furthest from the teacher's: no answer first, then a wrong lead, then by mean weight error."""

    def badness(answer: Response) -> tuple[bool, bool, float]:
        error = mean_error(answer.weights, answer.reference) if answer.weights else 1.0
        return answer.weights is None, not leads_right(answer), error

    return sorted((answer for answer in answers if not leads_right(answer)), key=badness, reverse=True)[:count]


def _values(answers: Sequence[Response], name: str) -> Vector:
    values = (_PER_QUERY[name](answer) for answer in answers)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _led_by(answers: Sequence[Response], name: str) -> Vector:
    return _where(answers, lambda answer: leading(answer.reference) == name)


def _where(answers: Sequence[Response], wanted: Callable[[Response], bool]) -> Vector:
    return np.array([float(leads_right(answer)) if wanted(answer) else np.nan for answer in answers], dtype=np.float64)
