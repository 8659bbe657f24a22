"""The active version, kept through bad moments."""

import math
from collections.abc import Callable
from hashlib import sha256

import pytest

from edge.model import EdgeModel, EdgeModelError
from intent.pointer import Pointer
from route.active import RETRY_SECONDS, Active, ActiveVersion
from route.deadline import Deadline
from route.errors import NotReady
from tests.unit.samples import MODALITIES, edge_student

from .samples import BLOB, POINTER
from .trials import CANDIDATE, TRIED


class Source:
    """A pointer and objects that may fail."""

    def __init__(
        self, pointer: Pointer | Exception | None, blob: bytes | Exception = BLOB, seconds: float = 0.0
    ) -> None:
        self.pointer, self.blob = pointer, blob
        self.reads: list[str] = []
        self.warnings: list[str] = []
        self.errors: list[Exception] = []
        self.now = 0.0
        self.asked = self.forgotten = 0
        self.release: EdgeModel | Exception = edge_student("visual")
        self.version = ActiveVersion(
            self.read_pointer,
            self.read_object,
            self.read_release,
            self.warn,
            modalities=MODALITIES,
            forget=self.forget,
            seconds=seconds,
            clock=lambda: self.now,
        )

    def warn(self, code: str, error: Exception) -> None:
        self.warnings.append(code)
        self.errors.append(error)

    def read_pointer(self) -> Pointer | None:
        self.asked += 1
        if isinstance(self.pointer, Exception):
            raise self.pointer
        return self.pointer

    def forget(self) -> None:
        self.forgotten += 1

    def read_release(self) -> EdgeModel:
        if isinstance(self.release, Exception):
            raise self.release
        return self.release

    def read_object(self, key: str) -> bytes:
        self.reads.append(key)
        if isinstance(self.blob, Exception):
            raise self.blob
        return self.blob


def another(blob: bytes) -> Pointer:
    edge = POINTER.edge.model_copy(update={"s3_key": "next", "sha256": sha256(blob).hexdigest()})
    return POINTER.model_copy(update={"version": 4, "edge": edge})


def test_given_a_pointer_then_its_edge_student_is_read_once() -> None:
    source = Source(POINTER)
    first, second = source.version.get(), source.version.get()
    assert first == Active.of(POINTER, first.edge)
    assert first.edge is second.edge is not None
    assert source.reads == [POINTER.edge.s3_key]


def test_given_a_promotion_then_the_new_student_is_read() -> None:
    source = Source(POINTER)
    source.version.get()
    source.blob = edge_student("metadata").to_bytes()
    source.pointer = another(source.blob)
    found = source.version.get()
    assert found.version == 4
    assert found.edge is not None
    assert found.edge.predict("q").weights["metadata"] > 0.5


def test_given_a_new_version_with_the_same_file_then_it_is_not_read_again() -> None:
    source = Source(POINTER)
    source.version.get()
    source.pointer = POINTER.model_copy(update={"version": 4})
    assert source.version.get().version == 4
    assert len(source.reads) == 1


def test_given_nothing_promoted_yet_then_the_releases_edge_student_answers() -> None:
    found = Source(None).version.get()
    assert (found.version, found.run_id, found.distilled, found.failure) == (0, "release", None, None)
    assert found.threshold == 0.0, "it answers everything alone"
    assert found.edge is not None
    assert found.edge.predict("q").weights["visual"] > 0.5


@pytest.mark.parametrize("error", [ValueError("garbage"), TimeoutError()])
def test_given_an_unreadable_pointer_at_first_then_the_releases_edge_student_answers_and_says_why(
    error: Exception,
) -> None:
    source = Source(error)
    found = source.version.get()
    assert (found.version, found.failure) == (0, "pointer_unreadable")
    assert source.warnings == ["pointer_unreadable"]
    source.pointer, source.now = POINTER, RETRY_SECONDS
    assert source.version.get().version == 3


@pytest.mark.parametrize(
    "release", [FileNotFoundError(), EdgeModelError("foreign"), edge_student(modalities=("text", "tables"))]
)
@pytest.mark.parametrize(
    ("pointer", "told"),
    [
        (None, "^no version is promoted yet: start the pipeline; try again shortly$"),
        (TimeoutError(), "^the active version cannot be read; try again shortly$"),
    ],
)
def test_given_no_edge_student_of_the_release_either_then_it_is_not_ready(
    release: EdgeModel | Exception, pointer: Exception | None, told: str
) -> None:
    source = Source(pointer)
    source.release = release
    with pytest.raises(NotReady, match=told):
        source.version.get()
    assert "release_unreadable" in source.warnings
    assert all(isinstance(error, OSError | ValueError) for error in source.errors)


def test_given_a_student_of_another_taxonomy_then_it_is_not_used() -> None:
    blob = edge_student(modalities=("text", "tables")).to_bytes()
    source = Source(another(blob), blob)
    assert source.version.get().edge is source.release
    assert source.warnings == ["edge_unreadable"]


def test_given_an_unreadable_pointer_later_then_the_last_version_goes_on() -> None:
    source = Source(POINTER)
    before = source.version.get()
    source.pointer = TimeoutError()
    after = source.version.get()
    assert after == before
    assert source.warnings == ["pointer_unreadable"]
    assert len(source.reads) == 1


BROKEN: dict[str, Callable[[], bytes | Exception]] = {
    "forbidden": PermissionError,
    "another file": lambda: edge_student("visual").to_bytes(),
    "cut": lambda: BLOB[:-1],
    "empty": lambda: b"",
}


@pytest.mark.parametrize("what", BROKEN)
def test_given_an_edge_file_that_is_not_the_pointers_then_the_releases_stands_in_and_is_never_sure(what: str) -> None:
    source = Source(POINTER, BROKEN[what]())
    found = source.version.get()
    assert isinstance(source.release, EdgeModel)
    assert found == Active.of(POINTER, source.release, stale=True)
    assert found.threshold == math.inf
    assert source.warnings == ["edge_unreadable"]
    assert isinstance(source.errors[0], Exception)


def test_given_no_edge_file_at_all_then_the_distilled_student_goes_on_alone() -> None:
    source = Source(POINTER, PermissionError())
    source.release = FileNotFoundError()
    assert source.version.get() == Active.of(POINTER, None, stale=True)
    assert source.warnings == ["edge_unreadable", "release_unreadable"]


def test_given_a_file_with_the_right_checksum_that_is_no_model_then_it_is_not_used() -> None:
    source = Source(another(b"not a model"), b"not a model")
    assert source.version.get().edge is source.release
    assert source.warnings == ["edge_unreadable"]


def test_given_an_edge_file_that_comes_back_then_it_is_used_after_a_while() -> None:
    source = Source(POINTER, TimeoutError())
    assert source.version.get().stale
    source.blob = BLOB
    source.now = RETRY_SECONDS - 0.1
    assert source.version.get().stale
    source.now = RETRY_SECONDS
    found = source.version.get()
    assert found.edge is not source.release
    assert not found.stale


def test_given_a_file_that_cannot_be_read_then_not_every_request_waits_for_it() -> None:
    source = Source(POINTER, TimeoutError())
    for source.now in (0.0, 1.0, 2.0, RETRY_SECONDS, RETRY_SECONDS + 1):
        source.version.get()
    assert len(source.reads) == 2
    assert source.warnings == ["edge_unreadable"] * 2


def test_given_a_pointer_that_cannot_be_read_then_not_every_request_waits_for_it() -> None:
    source = Source(POINTER)
    source.version.get()
    source.pointer = TimeoutError()
    for source.now in (1.0, 2.0, 3.0, 1.0 + RETRY_SECONDS):
        assert source.version.get().version == POINTER.version
    assert source.asked == 3, "once well, then once per retry"


def test_given_a_new_version_whose_file_cannot_be_read_then_the_earlier_student_stands_in() -> None:
    source = Source(POINTER)
    before = source.version.get()
    source.pointer, source.blob = another(b"unseen"), PermissionError()
    after = source.version.get()
    assert (after.version, after.edge, after.stale) == (4, before.edge, True)
    source.blob, source.now = edge_student("metadata").to_bytes(), RETRY_SECONDS
    source.pointer = another(source.blob)
    found = source.version.get()
    assert (found.stale, found.edge is before.edge) == (False, False)


def test_given_a_way_back_to_a_version_whose_file_is_held_then_it_is_not_read_again() -> None:
    source = Source(POINTER)
    source.version.get()
    source.pointer, source.blob = another(b"unseen"), PermissionError()
    source.version.get()
    source.pointer = POINTER
    found = source.version.get()
    assert (found.edge is not None, found.stale, len(source.reads)) == (True, False, 2)


def test_given_too_little_time_then_nothing_is_read_and_the_next_request_reads() -> None:
    source = Source(POINTER, seconds=1.0)
    found = source.version.get(Deadline(0.5))
    assert (found.version, found.failure, source.asked, source.warnings) == (0, "pointer_unreadable", 0, [])
    assert source.version.get(Deadline(2)).version == POINTER.version


class Once(Deadline):
    """Time for one call."""

    def __init__(self) -> None:
        super().__init__()
        self._calls = 0

    def allows(self, seconds: float) -> bool:
        self._calls += 1
        return self._calls == 1


def test_given_time_for_the_pointer_only_then_the_file_is_read_by_the_next_request() -> None:
    source = Source(POINTER)
    assert source.version.get(Once()).stale
    assert (source.asked, source.reads) == (1, [])
    assert not source.version.get().stale


def test_given_a_wish_for_the_present_then_what_is_remembered_is_forgotten_first() -> None:
    source = Source(POINTER)
    source.version.get()
    assert source.forgotten == 0
    source.version.get(fresh=True)
    assert source.forgotten == 1


def test_given_a_trial_after_another_whose_file_cannot_be_read_then_it_is_not_tried_with_the_files_of_the_first() -> (
    None
):
    source = Source(POINTER, TRIED)
    first = source.version.trial(CANDIDATE)
    assert first is not None
    assert (first.version, first.edge is not None) == (CANDIDATE.version, True)
    source.blob = PermissionError()
    edge = CANDIDATE.edge.model_copy(update={"s3_key": "next", "sha256": "d" * 64})
    assert source.version.trial(CANDIDATE.model_copy(update={"version": 5, "edge": edge})) is None
    assert source.warnings == ["candidate_unreadable"]
