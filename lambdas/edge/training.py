"""Fit the edge student to the teacher's soft weights: a linear softmax by KL divergence. Needs numpy and scipy."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from edge.calibration import calibrate
from edge.features import SIZE, features
from edge.model import EdgeModel, Parameters
from edge.regression import Matrix, fit_softmax

Example = tuple[str, Mapping[str, float]]
"""A query and the teacher's weights for it (sum 1)."""

_PENALTY = 2e-6  # L2, per squared coefficient; chosen on held-out synthetic queries
_ITERATIONS = 150
_INT16_MAX = 32_767


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model and how it does on the validation split (see `calibration.calibrate` for the metrics' units)."""

    model: EdgeModel
    metrics: dict[str, float]


def fit(
    examples: Sequence[Example],
    validation: Sequence[Example],
    modalities: Sequence[str],
    seed: int,
    risk: float = 0.05,
) -> Fitted:
    """Train on `examples`, calibrate on `validation`. The same input gives the same bytes.

    `seed` draws the starting point, of which the limit on iterations leaves a trace. `risk`: how often the edge may
    lead with another modality than the teacher where it answers alone; it sets the threshold. Raises ValueError if
    either split is empty.
    """
    if not examples or not validation:
        raise ValueError("edge training needs at least one training and one validation example")
    weights, biases = _fit(_design(examples), _targets(examples, modalities), seed)
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-12) / _INT16_MAX
    rows = [array("h", np.rint(weights[:, k] / scales[k]).astype(np.int16).tobytes()) for k in range(len(modalities))]
    uncalibrated = Parameters(tuple(modalities), tuple(scales.tolist()), tuple(biases.tolist()), 1.0, 1.0)
    logits = np.array([EdgeModel(uncalibrated, rows).logits(query) for query, _ in validation])
    found = calibrate(logits, _targets(validation, modalities), risk)
    parameters = replace(uncalibrated, temperature=found.temperature, threshold=found.threshold)
    return Fitted(EdgeModel(parameters, rows), found.metrics | {"examples": float(len(examples))})


def _fit(design: csr_array, targets: Matrix, seed: int) -> tuple[Matrix, Matrix]:
    """Only the features that occur are fitted: with few records that saves most of the time. The others weigh 0."""
    used = np.unique(design.indices)
    found, biases = fit_softmax(design[:, used], targets, penalty=_PENALTY, iterations=_ITERATIONS, seed=seed)
    weights = np.zeros((SIZE, targets.shape[1]))
    weights[used] = found
    return weights, biases


def _design(examples: Sequence[Example]) -> csr_array:
    rows = [features(query) for query, _ in examples]
    indices = np.fromiter((index for row in rows for index in row), dtype=np.int32)
    values = np.fromiter((value for row in rows for value in row.values()), dtype=np.float64)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return csr_array((values, indices, starts), shape=(len(rows), SIZE))


def _targets(examples: Sequence[Example], modalities: Sequence[str]) -> Matrix:
    return np.array([[weights[name] for name in modalities] for _, weights in examples], dtype=np.float64)
