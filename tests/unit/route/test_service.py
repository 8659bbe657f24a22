"""One query through the process: what a deployment that is gone, or too little time, changes."""

import time

import pytest

from bedrock.errors import Gone
from route.active import Active
from route.deadline import NEVER, Deadline
from route.endpoints import Call
from route.request import RouteRequest
from route.router import Wish
from tests.unit.samples import ANSWER

from .samples import POINTER
from .trials import CANDIDATE, OURS, TAKEN, Process

NEXT = f"{OURS}next"
GONE = Gone("ResourceNotFoundException")
NEWER = POINTER.model_copy(
    update={"version": 4, "distilled": POINTER.distilled.model_copy(update={"deployment_arn": NEXT})}
)


def _known_only_afresh(process: Process, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The newer pointer is seen once what is remembered of the parameter is forgotten."""
    forgotten: list[str] = []

    def forget() -> None:
        forgotten.append("forgotten")
        process.pointer = NEWER

    process.pointer = POINTER
    monkeypatch.setattr(process.versions, "_forget", forget)
    return forgotten


def test_given_a_deployment_that_was_replaced_then_the_new_one_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process()
    forgotten = _known_only_afresh(process, monkeypatch)
    process.says |= {OURS: GONE, NEXT: ANSWER}
    found = process.decide("red car", explain=True)
    assert (found.by.version, found.decision.source, found.decision.reasoning) == (4, "distilled", "seen")
    assert (process.asked, forgotten) == ([OURS, NEXT], ["forgotten"])


def test_given_a_deployment_that_is_gone_without_another_then_the_edge_student_answers() -> None:
    process = Process()
    process.pointer, process.says[OURS] = POINTER, GONE
    found = process.decide("red car")
    assert (found.by.version, found.decision.source, found.decision.failure) == (3, "fallback", str(GONE))
    assert process.asked == [OURS], "the same deployment is not asked twice"


def test_given_an_answer_then_the_pointer_is_not_read_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process()
    forgotten = _known_only_afresh(process, monkeypatch)
    assert process.decide("red car").by.version == 3
    assert forgotten == []


class _UntilAsked(Deadline):
    """Time for reading and for one question."""

    def __init__(self, process: Process) -> None:
        super().__init__()
        self._process = process

    def allows(self, seconds: float) -> bool:
        return not self._process.asked


def test_given_no_time_after_a_deployment_was_gone_then_nothing_more_is_read_or_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process()
    _known_only_afresh(process, monkeypatch)
    process.says |= {OURS: GONE, NEXT: ANSWER}
    found = process.service.decide("red car", RouteRequest(query="red car"), _UntilAsked(process))
    assert (found.by.version, found.decision.source, process.asked) == (3, "fallback", [OURS])


def test_given_too_little_time_for_a_canarys_file_then_it_is_passed_over() -> None:
    process = Process("edge")
    active: Active = process.service.active(NEVER)
    decider = vars(process.service)["_decider"]
    found = decider.at_once(TAKEN[0], active, Wish("edge"), Deadline(-1))
    assert (found.by.version, found.attempt) == (3, None)
    assert CANDIDATE.edge.s3_key not in process.read


def test_given_no_time_left_then_neither_the_canary_nor_the_active_version_is_asked() -> None:
    process = Process()
    active: Active = process.service.active(NEVER)
    found = vars(process.service)["_decider"].after_asking(TAKEN[0], active, Wish("distilled"), Deadline(-1))
    assert (found.by.version, found.attempt, found.decision.failure) == (3, None, "budget_spent")
    assert process.asked == []


def test_given_a_request_that_came_in_a_while_ago_then_its_milliseconds_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = Call({}, "r", 10.0, Process().service, "salt")
    monkeypatch.setattr(time, "perf_counter", lambda: 10.0123456)
    assert call.since() == 12.35
