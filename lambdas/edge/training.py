"""Fit the edge student to the teacher's soft weights: a small network, calibrated. Needs numpy and scipy."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edge import network, vocabulary
from edge.calibration import calibrate
from edge.features import MEANING, cue_features, cue_size, tokens
from edge.model import HIDDEN, EdgeModel
from edge.network import Matrix

Example = tuple[str, Mapping[str, float]]
"""A query and the teacher's weights for it (sum 1)."""


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

    `risk`: how often the edge may lead with another modality than the teacher where it answers alone; it sets the
    threshold. Raises ValueError if either split is empty.
    """
    if not examples or not validation:
        raise ValueError("edge training needs at least one training and one validation example")
    taught, checked = (inputs_of([query for query, _ in part]) for part in (examples, validation))
    layers = network.train(taught, targets_of(examples, modalities), hidden=HIDDEN, seed=seed)
    found = calibrate(network.outputs(layers, checked), targets_of(validation, modalities), modalities, risk)
    model = EdgeModel(found.parameters, [array("f", layer.tobytes()) for layer in layers])
    return Fitted(model, found.metrics | {"examples": float(len(examples))})


def design(meanings: Matrix, queries: Sequence[str]) -> Matrix:
    """What a network reads of the queries: `meanings` (rows of length 1) and the cue words."""
    cues = np.zeros((len(queries), cue_size()), np.float32)
    for row, query in zip(cues, queries, strict=True):
        for place, value in cue_features(tokens(query)):
            row[place] = value
    return np.hstack([np.float32(MEANING) * meanings, cues])


def targets_of(examples: Sequence[Example], modalities: Sequence[str]) -> Matrix:
    """The teacher's weights, rows x modalities."""
    return np.array([[weights[name] for name in modalities] for _, weights in examples], dtype=np.float32)


def inputs_of(queries: Sequence[str]) -> Matrix:
    """What the edge student reads of the queries, rows x (meaning and cues)."""
    return design(np.array([vocabulary.meaning(tokens(query)) for query in queries], dtype=np.float32), queries)
