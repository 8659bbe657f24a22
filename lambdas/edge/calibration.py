"""What a student's confidence means: how it follows from the lead, its threshold, and a validation split's metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit, log_softmax, softmax
from scipy.stats import beta

from edge.answer import Parameters

Matrix = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]

_BINS = 10
_CONFIDENCE = 0.95  # of the upper bound on the risk


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a student's outputs are read, and metrics by name."""

    parameters: Parameters
    metrics: dict[str, float]


def calibrate(outputs: Matrix, targets: Matrix, modalities: Sequence[str], risk: float) -> Calibration:
    """From a student's outputs and the teacher's weights (rows: queries) of a split that was not trained on.

    Metrics: `agreement` (same leading modality as the teacher, share), `kl` (nats), `mae` (per weight), `ece` (expected
    calibration error of the confidence, ten bins), `threshold`, `coverage` (share at or above it).
    """
    count = targets.shape[1]
    ranks, logits = (part.astype(np.float64) for part in (outputs[:, :count], outputs[:, count:]))
    right = ranks.argmax(axis=1) == targets.argmax(axis=1)
    first_two = np.sort(ranks, axis=1)[:, -2:]
    leads = first_two[:, 1] - first_two[:, 0]
    slope, offset = _logistic(leads, right)
    confidence = expit(slope * leads + offset)
    threshold = threshold_for(confidence, right, risk)
    metrics = {
        "agreement": float(right.mean()),
        "kl": float((targets * (np.log(targets + 1e-12) - log_softmax(logits, axis=1))).sum(axis=1).mean()),
        "mae": float(np.abs(softmax(logits, axis=1) - targets).mean()),
        "ece": expected_calibration_error(confidence, right),
        "threshold": threshold,
        "coverage": float((confidence >= threshold).mean()),
    }
    return Calibration(Parameters(tuple(modalities), slope, offset, threshold), metrics)


def _logistic(leads: Matrix, right: Flags) -> tuple[float, float]:
    """Slope (at least 0) and offset of the likeliest logistic curve from lead to being right (Platt 1999).

    As there, the targets are drawn in a little: a split without errors must not promise that there are none.
    """
    good = int(right.sum())
    targets = np.where(right, (good + 1) / (good + 2), 1 / (len(right) - good + 2))

    def loss(curve: Matrix) -> tuple[float, Matrix]:
        scores = curve[0] * leads + curve[1]
        error = (expit(scores) - targets) / len(right)
        value = -(targets * log_expit(scores) + (1 - targets) * log_expit(-scores)).mean()
        return float(value), np.array([error @ leads, error.sum()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)]).x
    return float(found[0]), float(found[1])


def upper_bound(wrong: int, count: int) -> float:
    """Upper end of the Clopper-Pearson interval (95 %, one-sided) of a share of errors; 1 without any trial."""
    return float(beta.ppf(_CONFIDENCE, wrong + 1, count - wrong)) if count > wrong else 1.0


def threshold_for(confidence: Matrix, right: Flags, risk: float) -> float:
    """The lowest confidence above which disagreement stays under `risk`, by its Clopper-Pearson upper bound (95 %).

    `confidence` and `right`: one per query of a split that was not trained on. 1.0 (answer nothing alone) where no
    part of the split shows that.
    """
    if not len(confidence):
        return 1.0
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    count = np.arange(1, len(order) + 1)
    bound = beta.ppf(_CONFIDENCE, wrong + 1, np.maximum(count - wrong, 1))
    last_of_equals = np.append(np.diff(confidence[order]) < 0, True)
    safe = np.flatnonzero((bound <= risk) & last_of_equals)
    return float(confidence[order[safe[-1]]]) if len(safe) else 1.0


def reliability(confidence: Matrix, right: Flags) -> list[dict[str, float]]:
    """The reliability diagram: for each tenth of confidence that occurs, count, mean confidence and share right."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return [
        {
            "from": b / _BINS,
            "to": (b + 1) / _BINS,
            "count": int((bins == b).sum()),
            "confidence": round(float(confidence[bins == b].mean()), 4),
            "right": round(float(right[bins == b].mean()), 4),
        }
        for b in sorted(set(bins.tolist()))
    ]


def expected_calibration_error(confidence: Matrix, right: Flags) -> float:
    """Mean gap between confidence and share right over the diagram's bins, weighted by their counts (0..1)."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())
    ]
    return float(sum(gaps))
