"""How the weight errors of each candidate are spread: a mean hides the few answers that are far off."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluate.responses import Response
from intent.scoring import mean_error

BOUNDS = (0.02, 0.05, 0.1, 0.2)
_DIGITS = 6  # weights have four decimals: finer differences of a mean are rounding


def weight_errors(answers: Mapping[str, Sequence[Response]]) -> dict[str, Any]:
    """By candidate: answers by their mean absolute weight error, one bin up to each of `BOUNDS` and one beyond.

    A bound belongs to the bin below it. Shares are of all answers; those that broke the contract are counted apart.
    """
    return {"bounds": list(BOUNDS), "candidates": {name: _spread(given) for name, given in answers.items()}}


def _spread(answers: Sequence[Response]) -> dict[str, Any]:
    counts = [0] * (len(BOUNDS) + 1)
    for answer in answers:
        if answer.weights is not None:
            error = round(mean_error(answer.weights, answer.reference), _DIGITS)
            counts[sum(error > bound for bound in BOUNDS)] += 1
    invalid, whole = len(answers) - sum(counts), len(answers) or 1
    return {
        "counts": counts,
        "shares": [round(count / whole, 4) for count in counts],
        "invalid": invalid,
        "invalid_share": round(invalid / whole, 4),
    }
