"""The edge student at serving time: a small network in one small file, read and evaluated without numpy."""

import sys
from array import array
from collections.abc import Sequence
from operator import mul
from typing import Self

from edge import container
from edge.answer import Answer, Parameters
from edge.container import EdgeModelError
from edge.features import MEANING, cue_size, feature_id, features
from edge.vocabulary import DIMENSIONS

__all__ = ["HIDDEN", "Answer", "EdgeModel", "EdgeModelError", "Parameters", "sizes"]

HIDDEN = 32
"""Units of the hidden layer; 96 measured no better."""
KIND = "edge"


def sizes(modalities: int) -> tuple[int, int, int, int]:
    """Numbers in each of the network's layers: hidden weights (features x `HIDDEN`) and biases, outputs' likewise."""
    return (DIMENSIONS + cue_size()) * HIDDEN, HIDDEN, HIDDEN * 2 * modalities, 2 * modalities


class EdgeModel:
    """Immutable and thread-safe. `layers`: as `sizes` counts them, rows one after the other."""

    def __init__(self, parameters: Parameters, layers: Sequence["array[float]"]) -> None:
        self.parameters = parameters
        self._layers = tuple(layers)
        into, shift, out, last = (layer.tolist() for layer in layers)
        width, split = 2 * len(parameters.modalities), DIMENSIONS * HIDDEN
        self._meaning = [[MEANING * weight for weight in into[unit:split:HIDDEN]] for unit in range(HIDDEN)]
        self._cues = [into[start : start + HIDDEN] for start in range(split, len(into), HIDDEN)]
        self._shift, self._last = shift, last
        self._out = [out[output::width] for output in range(width)]

    @classmethod
    def from_bytes(cls, blob: bytes) -> Self:
        """Read a file. Raises EdgeModelError if it is foreign, damaged or of another version."""
        meta, payload = container.unpack(blob)
        if meta.get("kind") != KIND or meta.get("features") != feature_id():
            raise EdgeModelError("no edge model, or one trained for other features: run the pipeline again")
        parameters = Parameters.of(meta)
        counts = sizes(len(parameters.modalities))
        if len(payload) != 4 * sum(counts):
            raise EdgeModelError("the edge model's payload does not fit its modalities")
        numbers = _little_endian(array("f", payload))
        ends = [sum(counts[: place + 1]) for place in range(len(counts))]
        return cls(parameters, [numbers[end - count : end] for end, count in zip(ends, counts, strict=True)])

    def to_bytes(self) -> bytes:
        """The file: the same model gives the same bytes."""
        meta = {**self.parameters.meta(), "kind": KIND, "features": feature_id()}
        return container.pack(meta, b"".join(_little_endian(layer).tobytes() for layer in self._layers))

    def predict(self, query: str) -> Answer:
        """Weigh one query; any text is fine."""
        return self.parameters.answer(self.outputs(query))

    def outputs(self, query: str) -> list[float]:
        """One number per modality that ranks them, then one logit of a share per modality, in the taxonomy's order."""
        found = features(query)
        hidden = self._shift
        for place, value in found.cues:
            hidden = [unit + value * weight for unit, weight in zip(hidden, self._cues[place], strict=True)]
        meaning = found.meaning
        active = [
            max(0.0, unit + sum(map(mul, weights, meaning)))
            for unit, weights in zip(hidden, self._meaning, strict=True)
        ]
        return [sum(map(mul, weights, active), last) for weights, last in zip(self._out, self._last, strict=True)]


def _little_endian(numbers: "array[float]") -> "array[float]":
    """A copy in the byte order of the file, or back."""
    copy = array("f", numbers)
    if sys.byteorder == "big":
        copy.byteswap()
    return copy
