"""The edge student at serving time: a linear softmax in one small file, read and evaluated without numpy.

The file: magic (6 bytes), format version (uint16), lengths of meta and payload (uint32 each), all little-endian; meta
as JSON; payload: one row of int16 per modality; SHA-256 of everything before it.
"""

import hashlib
import json
import math
import struct
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from edge.cues import lexicon
from edge.features import SCHEME, SIZE, sparse
from intent.weights import Weights, normalise

MAGIC = b"IREDGE"
VERSION = 1
_HEADER = struct.Struct("<6sHII")
_DIGEST = 32
_FLOOR = 1e-9  # keeps the sum of the weights above 0 whatever the logits are


class EdgeModelError(ValueError):
    """A file that is no edge model, is damaged, or belongs to another version; the message says which."""


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
        meta, payload = _open(blob)
        parameters = _parameters(meta)
        if len(payload) != len(parameters.modalities) * SIZE * 2:
            raise EdgeModelError("the edge model's payload does not fit its modalities")
        rows = [array("h", payload[start : start + SIZE * 2]) for start in range(0, len(payload), SIZE * 2)]
        return cls(parameters, _little_endian(rows))

    def to_bytes(self) -> bytes:
        """The file: the same model gives the same bytes."""
        names = Parameters.__dataclass_fields__
        values = {name: getattr(self.parameters, name) for name in names} | {"features": feature_id(), "size": SIZE}
        meta = json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
        payload = b"".join(row.tobytes() for row in _little_endian(self._rows))
        body = _HEADER.pack(MAGIC, VERSION, len(meta), len(payload)) + meta + payload
        return body + hashlib.sha256(body).digest()

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


def _open(blob: bytes) -> tuple[Mapping[str, Any], bytes]:
    if len(blob) < _HEADER.size + _DIGEST or blob[: len(MAGIC)] != MAGIC:
        raise EdgeModelError("not an edge model file")
    _, version, meta_size, payload_size = _HEADER.unpack_from(blob)
    if version != VERSION:
        raise EdgeModelError(f"edge model of format version {version}; this code reads version {VERSION}")
    if len(blob) != _HEADER.size + meta_size + payload_size + _DIGEST:
        raise EdgeModelError("the edge model file is cut short or too long")
    if hashlib.sha256(blob[:-_DIGEST]).digest() != blob[-_DIGEST:]:
        raise EdgeModelError("the edge model file is damaged: its checksum does not match")
    start = _HEADER.size + meta_size
    return json.loads(blob[_HEADER.size : start]), blob[start:-_DIGEST]


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
