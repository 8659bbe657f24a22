"""The version to answer with: the pointer's, and where there is none, the edge student that ships with the release."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Self

from edge.model import EdgeModel
from intent.pointer import Distilled, Pointer
from route.deadline import NEVER, Deadline
from route.errors import NotReady

ReadPointer = Callable[[], Pointer | None]
ReadObject = Callable[[str], bytes]
ReadRelease = Callable[[], EdgeModel]
Warn = Callable[[str, Exception], None]
RETRY_SECONDS = 5.0
UNREADABLE = "pointer_unreadable"


@dataclass(frozen=True, slots=True)
class Active:
    """The version to answer with. `version` 0 is the release's own edge student; then `distilled` is None.

    `edge` is None if no edge file can be read, not even the release's. `failure`: a short code if the version that
    should answer cannot be told. `stale`: the file that the pointer names cannot be read, and the edge student is that
    of an earlier version, or the release's; it is never sure, since the threshold was chosen for another one.
    """

    version: int
    run_id: str
    teacher: str
    distilled: Distilled | None
    edge: EdgeModel | None
    threshold: float
    promoted_at: datetime | None = None
    failure: str | None = None
    stale: bool = False

    @classmethod
    def of(cls, pointer: Pointer, edge: EdgeModel | None, *, stale: bool = False) -> Self:
        """The version that the pointer names."""
        return cls(
            version=pointer.version,
            run_id=pointer.run_id,
            teacher=pointer.teacher,
            distilled=pointer.distilled,
            edge=edge,
            threshold=math.inf if stale else pointer.edge.threshold,
            promoted_at=pointer.promoted_at,
            stale=stale,
        )

    @classmethod
    def of_release(cls, edge: EdgeModel, failure: str | None) -> Self:
        """The edge student that ships with the code: it answers everything alone."""
        return cls(0, "release", "embedded", None, edge, 0.0, failure=failure)


class ActiveVersion:
    """Gives the version to answer with; while pointer or file cannot be read, the last good one.

    What could not be read is tried again after `RETRY_SECONDS`, not by every request: each try may take `seconds` of a
    caller's time, and there is none where fewer are left. `forget` makes the next read of the pointer a fresh one.
    `warn` hears of every failure with a short code. `modalities`: the taxonomy's; a student must have the same.
    """

    def __init__(
        self,
        read_pointer: ReadPointer,
        read_object: ReadObject,
        read_release: ReadRelease,
        warn: Warn,
        *,
        modalities: tuple[str, ...],
        forget: Callable[[], None] = lambda: None,
        seconds: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_pointer = read_pointer
        self._read_object = read_object
        self._read_release = read_release
        self._warn = warn
        self._modalities = modalities
        self._forget = forget
        self._seconds = seconds
        self._clock = clock
        self._pointer: Pointer | None = None
        self._pointer_retry_at = self._edge_retry_at = -math.inf
        self._edge: EdgeModel | None = None
        self._edge_sha256: str | None = None  # of the file in memory
        self._missing: str | None = None
        self._release: EdgeModel | None = None

    def get(self, deadline: Deadline = NEVER, *, fresh: bool = False) -> Active:
        """The version to answer with; `fresh`: read anew. Raises NotReady if there is none, not even the release's."""
        if fresh:
            self._forget()
        failure = self._look(deadline)
        if self._pointer is None:
            return self._released(failure)
        wanted = self._pointer.edge
        if self._edge_sha256 != wanted.sha256:
            self._load(wanted.s3_key, wanted.sha256, deadline)
        edge = self._edge or self._of_release()
        return Active.of(self._pointer, edge, stale=self._edge_sha256 != wanted.sha256)

    def _look(self, deadline: Deadline) -> str | None:
        """Read the pointer unless that failed just now; a code if it could not be read."""
        if self._clock() < self._pointer_retry_at or not deadline.allows(self._seconds):
            return UNREADABLE
        try:
            self._pointer = self._read_pointer()
        except Exception as error:  # noqa: BLE001  (whatever it is, the last version known still answers)
            self._warn(UNREADABLE, error)
            self._pointer_retry_at = self._clock() + RETRY_SECONDS
            return UNREADABLE
        return None

    def _load(self, key: str, wanted: str, deadline: Deadline) -> None:
        """Read the edge student unless that failed just now; what is in memory stays if it cannot be read."""
        if self._missing == wanted and self._clock() < self._edge_retry_at:
            return
        if not deadline.allows(self._seconds):
            return
        try:
            self._edge, self._edge_sha256 = self._fitting(_verified(self._read_object(key), wanted)), wanted
        except Exception as error:  # noqa: BLE001  (without it an earlier one, or the distilled student, still answers)
            self._warn("edge_unreadable", error)
            self._missing, self._edge_retry_at = wanted, self._clock() + RETRY_SECONDS

    def _released(self, failure: str | None) -> Active:
        release = self._of_release()
        if release is None:
            told = "the active version cannot be read" if failure else "no version is promoted yet: start the pipeline"
            raise NotReady(f"{told}; try again shortly")
        return Active.of_release(release, failure)

    def _of_release(self) -> EdgeModel | None:
        try:
            self._release = self._release or self._fitting(self._read_release())
        except (OSError, ValueError) as error:
            self._warn("release_unreadable", error)
        return self._release

    def _fitting(self, edge: EdgeModel) -> EdgeModel:
        if edge.parameters.modalities != self._modalities:
            raise ValueError("the edge model weighs other modalities than the taxonomy has")
        return edge


def _verified(blob: bytes, digest: str) -> EdgeModel:
    if sha256(blob).hexdigest() != digest:
        raise ValueError("the edge model's checksum differs from the pointer's")
    return EdgeModel.from_bytes(blob)
