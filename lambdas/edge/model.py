"""The edge student at serving time: a linear softmax in one small file, read and evaluated without numpy."""

import math
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from edge import container
from edge.container import EdgeModelError
from edge.cues import lexicon
from edge.features import SCHEME, SIZE, sparse
from intent.weights import Weights, normalise

__all__ = ["Answer", "EdgeModel", "EdgeModelError", "Parameters", "feature_id"]

_FLOOR = 1e-9  # keeps the sum of the weights above 0 whatever the logits are


@dataclass(frozen=True, slots=True)
class Answer:
    """Weights per modality (sum exactly 1), and how likely the teacher leads with the same modality (0..1)."""

    weights: Weights
    confidence: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """All that the file's meta holds. `scales` and `biases`: one per modality; logit = bias + scale * sum(int16)."""

    modalities: tuple[str, ...]
    scales: tuple[float, ...]
    biases: tuple[float, ...]
    temperature: float
    """Divides the logits before the softmax whose maximum is the confidence."""
    threshold: float
    """The confidence from which the edge may answer alone."""


def feature_id() -> str:
    """Names the features that this code computes: a model trained on others must not be used with it."""
    return f"{SCHEME}-{lexicon().fingerprint}"


class EdgeModel:
    """Immutable and thread-safe. `rows`: `SIZE` int16 per modality, one array for each."""

    def __init__(self, parameters: Parameters, rows: Sequence["array[int]"]) -> None:
        self.parameters = parameters
        self._rows = tuple(rows)

    @classmethod
    def from_bytes(cls, blob: bytes) -> Self:
        """Read a file. Raises EdgeModelError if it is foreign, damaged or of another version."""
        meta, payload = container.unpack(blob)
        parameters = _parameters(meta)
        if len(payload) != len(parameters.modalities) * SIZE * 2:
            raise EdgeModelError("the edge model's payload does not fit its modalities")
        rows = [array("h", payload[start : start + SIZE * 2]) for start in range(0, len(payload), SIZE * 2)]
        return cls(parameters, _little_endian(rows))

    def to_bytes(self) -> bytes:
        """The file: the same model gives the same bytes."""
        names = Parameters.__dataclass_fields__
        values = {name: getattr(self.parameters, name) for name in names} | {"features": feature_id(), "size": SIZE}
        return container.pack(values, b"".join(row.tobytes() for row in _little_endian(self._rows)))

    def predict(self, query: str) -> Answer:
        """Weigh one query; any text is fine."""
        logits = self.logits(query)
        parameters = self.parameters
        confidence = max(_softmax([logit / parameters.temperature for logit in logits]))
        shares = zip(parameters.modalities, _softmax(logits), strict=True)
        return Answer(normalise({name: share + _FLOOR for name, share in shares}, parameters.modalities), confidence)

    def logits(self, query: str) -> list[float]:
        """One per modality, in the taxonomy's order."""
        found = sparse(query)
        return [
            bias + scale * (found.scale * sum(map(row.__getitem__, found.hashed)) + _dot(row, found.cues))
            for row, scale, bias in zip(self._rows, self.parameters.scales, self.parameters.biases, strict=True)
        ]


def _dot(row: "array[int]", pairs: Sequence[tuple[int, float]]) -> float:
    return sum(row[index] * value for index, value in pairs)


def _softmax(logits: Sequence[float]) -> list[float]:
    top = max(logits)
    powers = [math.exp(logit - top) for logit in logits]
    total = sum(powers)
    return [power / total for power in powers]


def _parameters(meta: Mapping[str, Any]) -> Parameters:
    if meta.get("features") != feature_id() or meta.get("size") != SIZE:
        raise EdgeModelError("the edge model was trained for other features: run the pipeline again")
    lists = {name: tuple(meta[name]) for name in ("modalities", "scales", "biases")}
    return Parameters(temperature=meta["temperature"], threshold=meta["threshold"], **lists)


def _little_endian(rows: Sequence["array[int]"]) -> list["array[int]"]:
    """A copy in the byte order of the file, or back."""
    copies = [array("h", row) for row in rows]
    if sys.byteorder == "big":
        for row in copies:
            row.byteswap()
    return copies
