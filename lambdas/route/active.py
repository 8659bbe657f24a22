"""The active version: the pointer, and the edge student that it names, kept in memory."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from edge.model import EdgeModel
from intent.pointer import Pointer
from route.errors import NotReady

ReadPointer = Callable[[], Pointer | None]
ReadObject = Callable[[str], bytes]
Warn = Callable[[str, Exception], None]
RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Active:
    """One version. `edge` is None if no edge file could ever be read.

    `stale`: the file that the pointer names cannot be read, so the edge student is that of an earlier version.
    """

    pointer: Pointer
    edge: EdgeModel | None
    stale: bool = False


class ActiveVersion:
    """Gives the active version; while pointer or file cannot be read, the last good one.

    What could not be read is tried again after `RETRY_SECONDS`, not by every request: each try may take a second of a
    caller's time. `warn` hears of every failure with a short code.
    """

    def __init__(
        self,
        read_pointer: ReadPointer,
        read_object: ReadObject,
        warn: Warn,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_pointer = read_pointer
        self._read_object = read_object
        self._warn = warn
        self._clock = clock
        self._last: Active | None = None
        self._pointer_retry_at = self._edge_retry_at = -math.inf
        self._held: str | None = None  # checksum of the edge student in memory
        self._missing: str | None = None

    def get(self) -> Active:
        """The version to answer with. Raises NotReady before the first promotion."""
        pointer = self._pointer()
        if pointer is None:
            raise NotReady("no version is promoted yet: start the pipeline, and ask again when it has promoted one")
        edge = self._last.edge if self._last else None
        held = edge is not None and self._held == pointer.edge.sha256
        self._last = Active(pointer, edge) if held else self._with_edge(pointer, edge)
        return self._last

    def _pointer(self) -> Pointer | None:
        if self._last and self._clock() < self._pointer_retry_at:
            return self._last.pointer
        try:
            return self._read_pointer()
        except Exception as error:
            self._warn("pointer_unreadable", error)
            self._pointer_retry_at = self._clock() + RETRY_SECONDS
            if self._last is None:
                raise NotReady("the active version cannot be read; try again shortly") from error
            return self._last.pointer

    def _with_edge(self, pointer: Pointer, earlier: EdgeModel | None) -> Active:
        wanted = pointer.edge.sha256
        if self._missing == wanted and self._clock() < self._edge_retry_at:
            return Active(pointer, earlier, stale=True)
        try:
            edge = _verified(self._read_object(pointer.edge.s3_key), wanted)
        except Exception as error:  # noqa: BLE001  (without it an earlier one, or the distilled student, still answers)
            self._warn("edge_unreadable", error)
            self._missing, self._edge_retry_at = wanted, self._clock() + RETRY_SECONDS
            return Active(pointer, earlier, stale=True)
        self._held = wanted
        return Active(pointer, edge)


def _verified(blob: bytes, digest: str) -> EdgeModel:
    if sha256(blob).hexdigest() != digest:
        raise ValueError("the edge model's checksum differs from the pointer's")
    return EdgeModel.from_bytes(blob)
