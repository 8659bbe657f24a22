"""One query through the process: what a deployment that is gone, or too little time, changes."""

import json
import time
from types import SimpleNamespace

import pytest

from bedrock.errors import Gone
from route import handler
from route.active import Active
from route.breaker import Breaker
from route.cache import DecisionCache
from route.deadline import NEVER, Deadline
from route.endpoints import Call
from route.request import RouteRequest
from route.router import Wish
from route.service import Service
from route.student import DistilledStudent
from tests.unit.samples import ANSWER, DOMAIN

from .samples import POINTER, event
from .trials import CANDIDATE, LEFT, OURS, TAKEN, Process

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


@pytest.mark.parametrize(("left_ms", "source"), [(2_050, "fallback"), (2_500, "distilled"), (20_000, "distilled")])
def test_given_the_time_that_lambda_leaves_then_no_call_is_begun_that_would_not_leave_a_tenth_of_a_second(
    left_ms: int, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process()
    process.pointer = POINTER
    slow = DistilledStudent(process.ask, DOMAIN, Breaker(), seconds=2.0)
    service = Service(process.versions, slow, "distilled", DecisionCache())
    monkeypatch.setattr(handler, "_settings", lambda: SimpleNamespace(log_salt="salt"))
    monkeypatch.setattr(handler, "_service", lambda: service)
    context = SimpleNamespace(aws_request_id="r", get_remaining_time_in_millis=lambda: left_ms)
    assert json.loads(handler.route(event({"query": "red car"}), context)["body"])["source"] == source


def test_given_a_canary_that_is_not_sure_then_its_own_model_is_asked_even_where_the_active_version_is_sure() -> None:
    unsure = CANDIDATE.edge.model_copy(update={"threshold": 1.0})
    process = Process("cascade", edge=unsure)
    assert not isinstance(process.pointer, Exception)
    sure = process.pointer.edge.model_copy(update={"threshold": 0.0})
    process.pointer = process.pointer.model_copy(update={"edge": sure})
    assert process.decide(LEFT[0]).decision.source == "edge"
    found = process.decide(TAKEN[0])
    assert (found.by.version, found.decision.source) == (2, "distilled")


@pytest.mark.parametrize(("prefer", "source"), [("speed", "edge"), ("quality", "distilled")])
def test_given_a_preference_then_the_process_follows_it(prefer: str, source: str) -> None:
    process = Process("cascade")
    process.pointer = POINTER
    assert process.decide("red car", prefer=prefer).decision.source == source
