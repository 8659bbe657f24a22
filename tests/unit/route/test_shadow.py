"""A shadow is asked and compared, never returned; nobody waits for it, and it stays within its cap."""

import threading
from collections import Counter
from concurrent.futures import wait
from typing import Any

import pytest

from bedrock.converse import Question, Reply
from bedrock.errors import Busy
from intent.pointer import Candidate
from intent.scoring import mean_error
from route.active import Active
from route.deadline import NEVER, Deadline, Late
from route.shadow import AT_A_TIME, Findings, Shadow
from tests.unit.intent.test_weights_parse import REFUSED
from tests.unit.samples import ANSWER, WEIGHTS, leaning

from .samples import POINTER, failing, replying, student
from .test_canary import counted, serve
from .trials import CANDIDATE, LEFT, OTHER_ANSWER, OURS, TAKEN, THEIRS, Process

__all__ = ["counted"]

DAY = 86_400.0
COST = (60 * 0.035 + 25 * 0.14) / 1e6  # USD of one question


def shadowed(route_mode: Any = "distilled", **changed: Any) -> Process:
    return Process(route_mode, **{"mode": "shadow", **changed})


def finished(shadow: Shadow) -> Findings:
    """What is found once every question under way is answered."""
    wait([asked.future for asked in shadow._asked], timeout=5)  # pyright: ignore[reportPrivateUsage]
    return shadow.take()


def findings(process: Process) -> Findings:
    return finished(process.service._shadow)  # pyright: ignore[reportPrivateUsage]


def test_given_a_shadow_then_it_is_asked_and_compared_and_the_active_version_answers() -> None:
    process = shadowed()
    found = process.decide(TAKEN[0])
    assert (found.by.version, found.decision.weights, found.attempt) == (3, WEIGHTS, None)
    seen = findings(process)
    (compared,) = seen.distilled
    assert (compared.agrees, compared.error) == (False, mean_error(leaning("audio"), WEIGHTS))
    assert (seen.asked, seen.failed, seen.latency_ms) == (1, 0, [12.5])
    assert seen.usd == pytest.approx(COST)
    assert sorted(process.asked) == sorted([OURS, THEIRS])


def test_given_edge_students_then_they_are_compared_in_this_process_and_no_model_is_asked() -> None:
    process = shadowed("edge")
    assert process.decide(TAKEN[0]).by.version == 3
    seen = findings(process)
    assert ([one.agrees for one in seen.edges], seen.distilled, seen.asked) == ([False], [], 0)
    assert seen.edges[0].error > 0
    assert process.asked == []


def test_given_a_query_that_is_not_sampled_then_nothing_is_asked_or_read() -> None:
    process = shadowed()
    process.decide(LEFT[0])
    assert findings(process) == Findings()
    assert process.asked == [OURS]


def test_given_the_same_query_from_the_cache_then_the_shadow_is_not_asked_again() -> None:
    process = shadowed()
    process.decide(TAKEN[0])
    process.decide(TAKEN[0])
    assert process.asked.count(THEIRS) == 1


@pytest.mark.parametrize("said", [Busy("ThrottlingException"), ZeroDivisionError("a bug"), *list(REFUSED)[:6]])
def test_given_a_shadow_that_fails_then_it_is_counted_and_no_answer_changes(
    said: str | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, plain = shadowed(), Process(share=0.001)
    process.says[THEIRS] = said
    kept = [
        {key: value for key, value in serve(one, monkeypatch)(query=TAKEN[1])[1].items() if key != "latency_ms"}
        for one in (process, plain)
    ]
    assert kept[0] == kept[1], "as without a shadow"
    process.decide(TAKEN[2])
    seen = findings(process)
    assert seen.distilled == []
    assert seen.failed >= 1


def test_given_a_file_of_the_shadow_that_cannot_be_read_then_the_answer_is_the_same() -> None:
    process = shadowed("edge")
    process.files = {key: found if "runs/r/" in key else PermissionError() for key, found in process.files.items()}
    found = process.decide(TAKEN[0])
    assert (found.by.version, found.decision.source, found.decision.warnings) == (3, "edge", [])
    assert (findings(process).edges, process.warnings) == ([], ["candidate_unreadable"])


def test_given_an_active_edge_student_of_an_earlier_version_then_it_is_not_compared() -> None:
    process = shadowed("edge")
    process.files[POINTER.edge.s3_key] = PermissionError()
    assert process.active.stale
    process.decide(TAKEN[0])
    assert findings(process).edges == []


@pytest.mark.parametrize(("error", "failed"), [(Late(), 0), (ZeroDivisionError(), 2)])
def test_given_a_candidate_that_cannot_be_loaded_then_each_failure_counts_and_too_little_time_is_none(
    error: Exception, failed: int
) -> None:
    def load(_candidate: Candidate, _deadline: Deadline) -> Active | None:
        raise error

    active, shadow = shadowed("edge").active, Shadow(student(replying(ANSWER)))
    for query in TAKEN[:2]:
        shadow.compare_edges(query, active, load, NEVER)
    assert (shadow.take().failed, shadow.take().failed) == (failed, 0)


def test_given_a_candidate_without_its_file_then_nothing_is_compared_and_nothing_failed() -> None:
    due, given = Deadline(1.0), list[Deadline]()

    def load(_candidate: Candidate, deadline: Deadline) -> Active | None:
        given.append(deadline)

    shadow = Shadow(student(replying(ANSWER)))
    shadow.compare_edges(TAKEN[0], shadowed("edge").active, load, due)
    assert (given, shadow.take()) == ([due], Findings())


def test_given_an_active_version_that_fell_back_then_nothing_is_compared_with_it() -> None:
    process = shadowed()
    process.says[OURS] = Busy("ThrottlingException")
    assert process.decide(TAKEN[0]).decision.source == "fallback"
    seen = findings(process)
    assert (seen.asked, seen.distilled) == (1, [])


class Slow:
    """A model that answers when it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def __call__(self, question: Question) -> Reply:
        assert question.model == THEIRS
        assert self.go.wait(5)
        return Reply(ANSWER, "end_turn", 60, 25, 12.5)


def test_given_a_slow_shadow_then_nobody_waits_few_are_under_way_and_late_ones_are_counted_later() -> None:
    active, slow = shadowed().active, Slow()
    shadow = Shadow(student(slow))
    try:
        questions = [shadow.ask(query, active) for query in TAKEN[:5]]
        assert [one is not None for one in questions] == [True] * AT_A_TIME + [False] * 3
        seen = shadow.take()
        assert (seen.asked, seen.held_back, seen.latency_ms) == (AT_A_TIME, 3, [])
    finally:
        slow.go.set()
    assert len(finished(shadow).latency_ms) == AT_A_TIME
    assert shadow.take() == Findings()


def test_given_its_cap_then_it_is_not_asked_above_it_and_again_the_next_day() -> None:
    now = [DAY / 2]
    active = shadowed(max_usd_per_day=1e-4).active
    shadow = Shadow(student(replying(ANSWER)), clock=lambda: now[0])
    asked, spent = 0, 0.0
    for query in TAKEN:
        shadow.ask(query, active)
        seen = finished(shadow)
        asked, spent = asked + seen.asked, spent + seen.usd
    assert 5 < asked < len(TAKEN)
    assert spent <= 1e-4
    assert shadow.ask(TAKEN[0], active) is None
    now[0] += DAY
    assert shadow.ask(TAKEN[0], active) is not None


def test_given_questions_without_an_answer_then_they_count_as_the_most_that_they_can_cost() -> None:
    def lost(question: Question) -> Reply:
        raise ConnectionError(question.model)

    active, shadow = shadowed(max_usd_per_day=1e-4).active, Shadow(student(lost))
    asked = 0
    for query in TAKEN[:20]:
        shadow.ask(query, active)
        asked += finished(shadow).asked
    assert asked == 2, "1,000 tokens and the query in, 80 out: 0.000047 USD"


def test_given_a_cap_of_just_what_a_question_may_cost_then_it_is_asked_and_below_that_it_is_not() -> None:
    most = ((1_000 + len(TAKEN[0].encode())) * 0.035 + 80 * 0.14) / 1e6
    asked = Shadow(student(replying(ANSWER))).ask(TAKEN[0], shadowed(max_usd_per_day=most * (1 + 1e-12)).active)
    assert asked is not None
    assert asked.most == pytest.approx(most)
    assert Shadow(student(replying(ANSWER))).ask(TAKEN[0], shadowed(max_usd_per_day=most * 0.999).active) is None


def test_given_no_cap_then_a_shadow_may_spend_nothing() -> None:
    shadow = Shadow(student(replying(ANSWER)))
    assert shadow.ask(TAKEN[0], shadowed(max_usd_per_day=None).active) is None
    assert shadow.take().held_back == 1


def test_given_a_shadow_then_it_is_asked_for_weights_without_reasons() -> None:
    asked: list[Question] = []
    shadow = Shadow(student(replying(ANSWER, asked)))
    shadow.ask(TAKEN[0], shadowed().active)
    finished(shadow)
    assert [(one.model, one.user, one.max_tokens) for one in asked] == [(THEIRS, TAKEN[0], 80)]


@pytest.mark.parametrize("error", [ConnectionError("a bug"), Busy("ThrottlingException")])
def test_given_two_questions_that_fail_then_both_are_counted(error: Exception) -> None:
    active, shadow = shadowed().active, Shadow(student(failing(error)))
    for query in TAKEN[:2]:
        shadow.ask(query, active)
    assert finished(shadow).failed == 2


def test_given_two_answers_then_both_are_paid_and_timed() -> None:
    active, shadow = shadowed().active, Shadow(student(replying(ANSWER)))
    for query in TAKEN[:2]:
        shadow.ask(query, active)
    seen = finished(shadow)
    assert seen.usd == pytest.approx(2 * COST)
    assert (seen.asked, seen.latency_ms) == (2, [12.5, 12.5])


@pytest.mark.parametrize(
    "changed",
    [
        {"model_arn": "arn:aws:bedrock:us-east-1:123456789012:custom-model/unknown.model-v1:0/abcdefghij12"},
        {"deployment_arn": "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghij12"},
    ],
    ids=["unknown", "by the hour"],
)
def test_given_a_student_without_a_price_then_it_is_not_asked(changed: dict[str, str]) -> None:
    unpriced = CANDIDATE.distilled.model_copy(update=changed)
    process = shadowed(distilled=unpriced)
    process.decide(TAKEN[0])
    assert (findings(process).held_back, process.asked) == (1, [OURS])


def test_given_a_batch_then_every_sampled_query_is_asked_about_or_held_back(
    monkeypatch: pytest.MonkeyPatch, counted: Counter[str]
) -> None:
    process = shadowed()
    process.says[THEIRS] = OTHER_ANSWER
    _, body = serve(process, monkeypatch)("/route/batch", queries=TAKEN[:60])
    assert {result["model"]["version"] for result in body["results"]} == {3}
    assert process.asked.count(OURS) == 60
    findings(process)
    assert counted["ShadowRequests"] + counted["ShadowHeldBack"] == 60
    assert process.asked.count(THEIRS) == counted["ShadowRequests"] > 0
    assert counted["ShadowEdgeAgreements"] == 0
    assert counted["ShadowEdgeWeightError"] > 0
