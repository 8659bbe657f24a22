"""What the edge student's confidence means: temperature, threshold and the metrics of a validation split."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import beta

Matrix = NDArray[np.float64]

_BINS = 10
_CONFIDENCE = 0.95  # of the upper bound on the risk
_TEMPERATURES = (0.02, 5.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Temperature of the confidence, threshold from which the edge may answer alone, and metrics by name."""

    temperature: float
    threshold: float
    metrics: dict[str, float]


def calibrate(logits: Matrix, targets: Matrix, risk: float) -> Calibration:
    """From logits and teacher weights (rows: queries, columns: modalities).

    Metrics: `agreement` (same leading modality as the teacher, share), `kl` (nats), `mae` (per weight), `ece` (expected
    calibration error of the confidence, ten bins), `temperature`, `threshold`, `coverage` (share at or above it).
    """
    leaders = targets.argmax(axis=1)
    right = logits.argmax(axis=1) == leaders
    temperature = _temperature(logits, leaders)
    confidence = softmax(logits / temperature, axis=1).max(axis=1)
    threshold = threshold_for(confidence, right, risk)
    weights = softmax(logits, axis=1)
    metrics = {
        "agreement": float(right.mean()),
        "kl": float((targets * (np.log(targets + 1e-12) - log_softmax(logits, axis=1))).sum(axis=1).mean()),
        "mae": float(np.abs(weights - targets).mean()),
        "ece": expected_calibration_error(confidence, right),
        "temperature": temperature,
        "threshold": threshold,
        "coverage": float((confidence >= threshold).mean()),
    }
    return Calibration(temperature, threshold, metrics)


def _temperature(logits: Matrix, leaders: NDArray[np.int64]) -> float:
    """Maximum likelihood of the teacher's leading modality (Guo et al. 2017, temperature scaling)."""

    def loss(log_temperature: float) -> float:
        logs = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(logs[np.arange(len(leaders)), leaders].mean())

    found = minimize_scalar(loss, bounds=tuple(np.log(_TEMPERATURES)), method="bounded")
    return float(np.exp(found.x))


def threshold_for(confidence: Matrix, right: NDArray[np.bool_], risk: float) -> float:
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


def reliability(confidence: Matrix, right: NDArray[np.bool_]) -> list[dict[str, float]]:
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


def expected_calibration_error(confidence: Matrix, right: NDArray[np.bool_]) -> float:
    """Mean gap between confidence and share right over the diagram's bins, weighted by their counts (0..1)."""
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())
    ]
    return float(sum(gaps))
