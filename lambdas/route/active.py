"""The version to answer with: the pointer's, and where there is none, the edge student that ships with the release.

And the version on trial beside it, if there is one: its file is read when a query first needs it, and whatever is wrong
with it is no business of the active version.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from edge.model import EdgeModel
from intent.pointer import Candidate, Distilled, Pointer
from route.deadline import NEVER, Deadline, Late
from route.edge_file import RETRY_SECONDS, EdgeFile, ReadObject, Warn, fitting
from route.errors import NotReady

ReadPointer = Callable[[], Pointer | None]
ReadRelease = Callable[[], EdgeModel]
UNREADABLE = "pointer_unreadable"
CANDIDATE_UNREADABLE = "candidate_unreadable"


@dataclass(frozen=True, slots=True)
class Active:
    """The version to answer with. `version` 0 is the release's own edge student; then `distilled` is None.

    `edge` is None if no edge file can be read, not even the release's. `failure`: a short code if the version that
    should answer cannot be told. `stale`: the file that the pointer names cannot be read, and the edge student is that
    of an earlier version, or the release's; it is never sure, since the threshold was chosen for another one.
    `candidate`: what is on trial beside it.
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
    candidate: Candidate | None = None

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
            candidate=pointer.candidate,
        )

    @classmethod
    def of_candidate(cls, candidate: Candidate, edge: EdgeModel) -> Self:
        """The version on trial, as if it were the active one."""
        threshold = candidate.edge.threshold
        return cls(candidate.version, candidate.run_id, candidate.teacher, candidate.distilled, edge, threshold)

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
        def file(code: str) -> EdgeFile:
            return EdgeFile(read_object, modalities, warn, code, seconds=seconds, clock=clock)

        self._read_pointer = read_pointer
        self._read_release = read_release
        self._warn = warn
        self._modalities = modalities
        self._forget = forget
        self._seconds = seconds
        self._clock = clock
        self._pointer: Pointer | None = None
        self._pointer_retry_at = -math.inf
        self._file, self._trials = file("edge_unreadable"), file(CANDIDATE_UNREADABLE)
        self._release: EdgeModel | None = None
        self._last: tuple[tuple[Pointer, EdgeModel | None, bool], Active] | None = None

    def get(self, deadline: Deadline = NEVER, *, fresh: bool = False) -> Active:
        """The version to answer with; `fresh`: read anew. Raises NotReady if there is none, not even the release's."""
        if fresh:
            self._forget()
        failure = self._look(deadline)
        if self._pointer is None:
            return self._released(failure)
        known = self._pointer.without_candidate() if failure else self._pointer  # it may have been stopped meanwhile
        stale = not self._file.get(known.edge, deadline)
        return self._made(known, self._file.edge or self._of_release(), stale)

    def _made(self, pointer: Pointer, edge: EdgeModel | None, stale: bool) -> Active:  # noqa: FBT001
        """The last one again, if it was made of the same."""
        made_of = (pointer, edge, stale)
        if self._last is None or any(one is not other for one, other in zip(self._last[0], made_of, strict=True)):
            self._last = made_of, Active.of(pointer, edge, stale=stale)
        return self._last[1]

    def trial(self, candidate: Candidate, deadline: Deadline = NEVER) -> Active | None:
        """The version on trial; None while its edge student cannot be read. Raises Late if no time is left to try."""
        if self._trials.get(candidate.edge, deadline) and self._trials.edge:
            return Active.of_candidate(candidate, self._trials.edge)
        if not self._trials.failed(candidate.edge):
            raise Late
        return None

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

    def _released(self, failure: str | None) -> Active:
        release = self._of_release()
        if release is None:
            told = "the active version cannot be read" if failure else "no version is promoted yet: start the pipeline"
            raise NotReady(f"{told}; try again shortly")
        return Active.of_release(release, failure)

    def _of_release(self) -> EdgeModel | None:
        try:
            self._release = self._release or fitting(self._read_release(), self._modalities)
        except (OSError, ValueError) as error:
            self._warn("release_unreadable", error)
        return self._release
