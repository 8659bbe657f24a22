"""`POST /route` through the API: the contract, the refusals, and the edge student behind every failure of the model."""

from collections.abc import Callable
from itertools import count

import pytest

from cli import ask
from cli.target import Target
from local import demo
from local.bedrock.faults.client import Fault
from tests.local.conftest import Ended

MODALITIES = ["visual", "audio", "transcription", "metadata"]
DISTILLED = "custom-model-deployment"
_numbers = count()


def fresh() -> str:
    """A query that no cache has seen."""
    return f"the crowd sings along in take {next(_numbers)}"


@pytest.mark.parametrize("query", demo.QUERIES)
def test_given_a_query_when_routed_then_the_answer_obeys_the_contract(
    target: Target, promoted: Ended, query: str
) -> None:
    answer = ask.ask(target.route, query)
    assert answer.status == 200
    assert list(answer.body["weights"]) == MODALITIES
    assert ask.sums_to_one(answer.body["weights"])
    assert answer.body["ranked"] == sorted(MODALITIES, key=lambda name: -answer.body["weights"][name])
    assert answer.body["source"] in {"cache", "edge", "distilled"}
    assert answer.body["query"] == query
    assert answer.body["reasoning"] is None


def test_given_a_wish_to_know_why_then_the_model_says_so(target: Target, promoted: Ended) -> None:
    answer = ask.ask(target.route, fresh(), explain=True)
    assert answer.status == 200
    assert answer.body["reasoning"]


def test_given_what_the_caller_prefers_then_that_student_answers(target: Target, promoted: Ended) -> None:
    quick = ask.ask(target.route, fresh(), prefer="speed").body
    assert (quick["source"], quick["latency_ms"]["model"], quick["usage"]["cost_usd"]) == ("edge", None, 0)
    asked = ask.ask(target.route, query := fresh(), prefer="quality").body
    assert asked["source"] == "distilled"
    assert asked["usage"]["cost_usd"] > 0
    again = ask.ask(target.route, query.upper(), prefer="quality").body
    assert (again["source"], again["weights"], again["usage"]["cost_usd"]) == ("cache", asked["weights"], 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"{}",
        b'{"query": ""}',
        b'{"query": 7}',
        b'{"query": "x", "floor": NaN}',
        b'{"query": "x", "unknown": 1}',
        b'{"query": "' + b"x" * 5000 + b'"}',
    ],
)
def test_given_a_bad_body_then_it_is_a_4xx_in_our_shape(target: Target, promoted: Ended, body: bytes) -> None:
    answer = ask.post(target.route, body)
    assert 400 <= answer.status < 500
    assert set(answer.body) == {"code", "message", "request_id"}


def test_given_no_key_then_the_gateway_refuses_in_our_shape(target: Target, promoted: Ended) -> None:
    answer = ask.post(target.route, b'{"query": "x"}', with_key=False)
    assert answer.status == 403
    assert set(answer.body) == {"code", "message", "request_id"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(operation="Converse", kind="throttle", match=DISTILLED),
        Fault(operation="Converse", kind="error", match=DISTILLED),
        Fault(operation="Converse", kind="malformed", form="prose", match=DISTILLED),
        Fault(operation="Converse", kind="malformed", form="nan", match=DISTILLED),
    ],
    ids=["throttled", "failing", "prose", "nan"],
)
def test_given_a_model_that_fails_then_the_edge_student_answers_and_says_so(
    target: Target, promoted: Ended, inject: Callable[..., None], fault: Fault
) -> None:
    inject(fault)
    answer = ask.ask(target.route, fresh(), prefer="quality")
    assert answer.status == 200
    assert answer.body["source"] == "fallback"
    assert ask.sums_to_one(answer.body["weights"])
