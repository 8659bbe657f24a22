"""Every fault of the list, on the wire under the real handler: what comes out, after how many attempts, how late."""

import itertools
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from route.breaker import FAILURES
from route.deadline import ANSWER_SECONDS
from tests.unit.route.samples import BLOB, POINTER
from tests.unit.samples import ANSWER
from tests.unit.wire import Fault, Raw, Script, said

from .bench import PROMPT, STORES, Bench, pointer, promoted_since
from .cases import CASES, OF_THE_MODEL, URL, Case


def test_no_fault_of_the_list_is_left_out() -> None:
    assert {case.number for case in CASES} == set(range(1, 38))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {case.what}")
def test_given_a_fault_then_answer_attempts_and_metrics_are_as_stated(bench: Bench, case: Case) -> None:
    if case.warm:
        bench.route({"query": "before"})
    bench.forget_calls()
    case.inject(bench)
    found = bench.route(case.body, case.left_ms, **case.changed)
    assert found.status == case.status
    assert found.body.get("source") == case.source
    if case.says:
        assert case.says in (found.body["warnings"][0] if case.status == 200 else found.body["code"])
    assert bench.bedrock.attempts == len(bench.bedrock.calls) == case.calls
    assert bench.ssm.attempts <= 1, "nothing here is tried again"
    assert bench.s3.attempts <= 1
    assert {name: found.metrics.get(name, 0) for name in case.counted} == case.counted
    assert ("InvalidAnswers" in found.metrics) == (case.status == 200)
    assert found.seconds <= ANSWER_SECONDS


@pytest.mark.parametrize("case", OF_THE_MODEL, ids=lambda case: f"{case.number} {case.what}")
def test_given_a_fault_that_passes_then_the_next_request_is_answered_by_the_distilled_student(
    bench: Bench, case: Case
) -> None:
    case.inject(bench)
    bench.route({"query": "during"})
    bench.all_well()
    assert bench.route({"query": "after"}).body["source"] == "distilled"


def test_given_a_throttle_that_lasts_then_after_some_failures_nobody_waits_for_the_model(bench: Bench) -> None:
    bench.bedrock.on("Converse", Fault(429, "ThrottlingException"))
    found = [bench.route({"query": f"q{number}"}) for number in range(FAILURES + 3)]
    assert {one.body["source"] for one in found} == {"fallback"}
    assert bench.bedrock.attempts == FAILURES
    assert "circuit_open" in found[-1].body["warnings"][0]


def test_given_little_time_then_no_call_of_any_service_is_begun(bench: Bench) -> None:
    bench.route(left_ms=300)
    assert [wire.attempts for wire in (bench.ssm, bench.s3, bench.bedrock)] == [0, 0, 0]


def test_given_a_pointer_that_moves_while_the_model_is_asked_then_the_answer_names_the_version_that_gave_it(
    bench: Bench,
) -> None:
    def move(_: object) -> Any:
        bench.ssm.on("GetParameter", promoted_since())
        return said(ANSWER)

    bench.bedrock.on("Converse", move)
    assert bench.route({"query": "during"}).body["model"]["version"] == POINTER.version


def test_given_a_gone_deployment_then_the_answer_names_the_version_that_gave_it(bench: Bench) -> None:
    bench.route({"query": "before"})
    next(case for case in CASES if case.number == 36).inject(bench)
    found = bench.route({"query": "after"})
    assert (found.body["model"]["version"], found.body["warnings"]) == (4, [])
    assert bench.ssm.attempts == 2


def test_given_a_bucket_and_a_model_that_fail_at_a_cold_start_then_the_releases_edge_student_answers(
    bench: Bench,
) -> None:
    bench.s3.on("GetObject", Raw(b"", 503))
    bench.bedrock.on("Converse", Fault(500, "InternalServerException"))
    found = bench.route()
    assert (found.status, found.body["source"], found.body["model"]["version"]) == (200, "fallback", POINTER.version)
    assert "release" in found.body["warnings"][1]


def _slow(bench: Bench, answer: Any) -> dict[str, list[Script]]:
    """Ways in which a store may be slow, each as slow as its client allows."""
    just, late = STORES.connect_timeout + STORES.read_timeout, ReadTimeoutError(endpoint_url=URL)
    return {
        "fine": [answer],
        "slow": [bench.after(just, answer)],
        "late once": [bench.after(just, late), bench.after(just, answer)],
        "500 once": [Fault(500, "InternalServerError"), answer],
        "late": [bench.after(just, late)],
    }


def _models(bench: Bench) -> dict[str, list[Script]]:
    longest = PROMPT.connect_timeout + PROMPT.read_timeout
    return {
        "slow": [bench.after(longest, said(ANSWER))],
        "late": [bench.after(longest, ReadTimeoutError(endpoint_url=URL))],
        "unreachable": [bench.after(PROMPT.connect_timeout, ConnectTimeoutError(endpoint_url=URL))],
        "gone": [Fault(404, "ResourceNotFoundException"), bench.after(longest, said(ANSWER))],
        "gone, slowly": [bench.after(longest, Fault(404, "ResourceNotFoundException"))],
    }


_WAYS = ("fine", "slow", "late once", "500 once", "late")
_MODELS = ("slow", "late", "unreachable", "gone", "gone, slowly")


@pytest.mark.parametrize(("ssm", "s3", "model"), [*itertools.product(_WAYS, _WAYS, _MODELS)])
def test_given_everything_slow_at_once_then_the_waits_do_not_add_up_beyond_the_budget(
    bench: Bench, ssm: str, s3: str, model: str
) -> None:
    bench.ssm.on("GetParameter", *_slow(bench, pointer())[ssm], promoted_since())
    bench.s3.on("GetObject", *_slow(bench, Raw(BLOB))[s3])
    bench.bedrock.on("Converse", *_models(bench)[model])
    cold, warm = bench.route({"query": "cold"}), bench.route({"query": "warm"})
    assert max(cold.seconds, warm.seconds) <= ANSWER_SECONDS
    assert (cold.status, warm.status) == (200, 200)
