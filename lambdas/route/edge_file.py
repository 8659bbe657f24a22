"""One edge student in memory, read from the data bucket when a version names another."""

import math
from collections.abc import Callable
from hashlib import sha256

from edge.model import EdgeModel
from intent.pointer import Edge
from route.deadline import Deadline

ReadObject = Callable[[str], bytes]
Warn = Callable[[str, Exception], None]
RETRY_SECONDS = 5.0


class EdgeFile:
    """An edge student in memory. Another is read when it is wanted; while that fails, the one in memory stays.

    What could not be read is tried again after `RETRY_SECONDS`, and nothing is read where fewer than `seconds` are
    left. `code`: what `warn` hears.
    """

    def __init__(
        self,
        read: ReadObject,
        modalities: tuple[str, ...],
        warn: Warn,
        code: str,
        *,
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._read = read
        self._modalities = modalities
        self._warn = warn
        self._code = code
        self._seconds = seconds
        self._clock = clock
        self._sha256: str | None = None
        self._missing: str | None = None
        self._retry_at = -math.inf
        self.edge: EdgeModel | None = None

    def get(self, wanted: Edge, deadline: Deadline) -> bool:
        """Whether `edge` is now the wanted one."""
        waits = self.failed(wanted) and self._clock() < self._retry_at
        if self._sha256 != wanted.sha256 and not waits and deadline.allows(self._seconds):
            self._load(wanted)
        return self._sha256 == wanted.sha256

    def failed(self, wanted: Edge) -> bool:
        """Whether it was tried to read this one, and that failed."""
        return self._missing == wanted.sha256

    def _load(self, wanted: Edge) -> None:
        try:
            found = _verified(self._read(wanted.s3_key), wanted.sha256)
            self.edge, self._sha256 = fitting(found, self._modalities), wanted.sha256
        except Exception as error:  # noqa: BLE001  (without it an earlier one, or the distilled student, still answers)
            self._warn(self._code, error)
            self._missing, self._retry_at = wanted.sha256, self._clock() + RETRY_SECONDS


def fitting(edge: EdgeModel, modalities: tuple[str, ...]) -> EdgeModel:
    """The same. ValueError if it weighs other modalities."""
    if edge.parameters.modalities != modalities:
        raise ValueError("the edge model weighs other modalities than the taxonomy has")
    return edge


def _verified(blob: bytes, digest: str) -> EdgeModel:
    if sha256(blob).hexdigest() != digest:
        raise ValueError("the edge model's checksum differs from the pointer's")
    return EdgeModel.from_bytes(blob)
