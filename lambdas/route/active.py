"""The active version: the pointer, and the edge student that it names, kept in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from edge.model import EdgeModel
from intent.pointer import Pointer
from route.errors import NotReady

ReadPointer = Callable[[], Pointer | None]
ReadObject = Callable[[str], bytes]
Warn = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class Active:
    """One version. `edge` is None if its file could not be read."""

    pointer: Pointer
    edge: EdgeModel | None


class ActiveVersion:
    """Gives the active version; while pointer or file cannot be read, the last good one.

    `warn` hears of every failure with a short code.
    """

    def __init__(self, read_pointer: ReadPointer, read_object: ReadObject, warn: Warn) -> None:
        self._read_pointer = read_pointer
        self._read_object = read_object
        self._warn = warn
        self._last: Active | None = None

    def get(self) -> Active:
        """The version to answer with. Raises NotReady before the first promotion."""
        pointer = self._pointer()
        if pointer is None:
            raise NotReady("no version is promoted yet: start the pipeline, and ask again when it has promoted one")
        if self._last and self._last.edge and self._last.pointer.edge.sha256 == pointer.edge.sha256:
            self._last = Active(pointer, self._last.edge)
        else:
            self._last = Active(pointer, self._edge(pointer))
        return self._last

    def _pointer(self) -> Pointer | None:
        try:
            return self._read_pointer()
        except Exception as error:
            self._warn("pointer_unreadable", error)
            if self._last is None:
                raise NotReady("the active version cannot be read; try again shortly") from error
            return self._last.pointer

    def _edge(self, pointer: Pointer) -> EdgeModel | None:
        try:
            blob = self._read_object(pointer.edge.s3_key)
            return _verified(blob, pointer.edge.sha256)
        except Exception as error:  # noqa: BLE001  (without it the distilled student still answers)
            self._warn("edge_unreadable", error)
            return None


def _verified(blob: bytes, digest: str) -> EdgeModel:
    if sha256(blob).hexdigest() != digest:
        raise ValueError("the edge model's checksum differs from the pointer's")
    return EdgeModel.from_bytes(blob)
