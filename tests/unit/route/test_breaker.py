"""Nobody waits for a student that keeps failing, and it is found again when it is back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock.converse import Question, Reply
from bedrock.errors import BedrockError, Busy, Gone, Refused
from route.breaker import FAILURES, OPEN_SECONDS, Breaker
from route.student import DistilledStudent, Said, Unanswered
from tests.unit.samples import ANSWER, DOMAIN


class Bench:
    """A student that answers as told, a clock to move, and a count of calls."""

    def __init__(self) -> None:
        self.now, self.calls = 0.0, 0
        self.says: str | BedrockError = Busy("ThrottlingException")
        self.student = DistilledStudent(self.ask, DOMAIN, Breaker(clock=lambda: self.now))

    def ask(self, question: Question) -> Reply:
        self.calls += 1
        if isinstance(self.says, BedrockError):
            raise self.says
        return Reply(self.says, "end_turn", 1, 1, 1.0)

    def weigh(self, deployment: str = "d") -> Said | Unanswered:
        return self.student.weigh("q", deployment, explain=False)

    def fail(self, times: int) -> None:
        for _ in range(times):
            assert isinstance(self.weigh(), Unanswered)


@pytest.mark.parametrize("says", [Busy("x"), Gone("x"), Refused("x"), "Sure! Here you are:"])
def test_given_failures_in_a_row_of_any_kind_then_it_opens(says: str | BedrockError) -> None:
    bench = Bench()
    bench.says = says
    bench.fail(FAILURES)
    assert bench.weigh() == Unanswered("circuit_open")
    assert bench.calls == FAILURES


def test_given_a_success_in_between_then_it_stays_closed() -> None:
    bench = Bench()
    for _ in range(3):
        bench.says = Busy("x")
        bench.fail(FAILURES - 1)
        bench.says = ANSWER
        assert isinstance(bench.weigh(), Said)
    assert bench.calls == 3 * FAILURES


def test_given_an_open_breaker_then_one_query_probes_after_a_while() -> None:
    bench = Bench()
    bench.fail(FAILURES)
    bench.now = OPEN_SECONDS - 0.01
    assert bench.weigh() == Unanswered("circuit_open")
    bench.now = OPEN_SECONDS
    assert bench.weigh() == Unanswered("ThrottlingException"), "the probe"
    assert bench.weigh() == Unanswered("circuit_open"), "and nobody else"
    bench.now, bench.says = 2 * OPEN_SECONDS, ANSWER
    assert isinstance(bench.weigh(), Said)
    assert isinstance(bench.weigh(), Said), "closed again"


def test_given_a_probe_that_has_not_come_back_then_nobody_else_probes_for_a_while() -> None:
    now = [0.0]
    breaker = Breaker(failures=1, clock=lambda: now[0])
    breaker.failed("d")
    now[0] = OPEN_SECONDS
    assert [breaker.allows("d"), breaker.allows("d")] == [True, False]
    now[0] = 2 * OPEN_SECONDS
    assert breaker.allows("d")


def test_given_another_deployment_then_it_is_asked() -> None:
    bench = Bench()
    bench.fail(FAILURES)
    bench.says = ANSWER
    assert isinstance(bench.weigh("other"), Said)
    assert bench.weigh("d") == Unanswered("circuit_open")


def test_given_many_deployments_then_the_memory_stays_small() -> None:
    breaker = Breaker(clock=lambda: 0.0)
    for number in range(100):
        breaker.failed(str(number))
    assert len(vars(breaker)["_states"]) <= 16


def test_given_sixteen_deployments_that_keep_failing_then_each_is_remembered() -> None:
    breaker = Breaker(failures=1, clock=lambda: 0.0)
    for number in range(16):
        breaker.failed(str(number))
    assert not any(breaker.allows(str(number)) for number in range(16))


@given(st.lists(st.sampled_from(["ok", "fail", "wait"]), max_size=60))
def test_given_any_history_then_a_working_student_is_asked_within_the_open_time(steps: list[str]) -> None:
    bench = Bench()
    for step in steps:
        if step == "wait":
            bench.now += OPEN_SECONDS / 3
        else:
            bench.says = ANSWER if step == "ok" else Busy("x")
            bench.weigh()
    bench.says, bench.now = ANSWER, bench.now + OPEN_SECONDS
    assert isinstance(bench.weigh(), Said)
