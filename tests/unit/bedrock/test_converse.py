"""Asking a model over a real client: every way an answer can come, or not."""

import json
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from bedrock.converse import Question, Reply, asker
from bedrock.errors import BedrockError, Busy, Gone, Malformed, Refused, Stopped
from tests.unit.wire import Answer, Fault, Raw, Wire, said

QUESTION = Question("model", "system", "query", max_tokens=80, stop=('"reasoning"',))
_URL = "https://bedrock-runtime"


def wire(*answers: Answer, attempts: int = 2) -> Wire:
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    return Wire("bedrock-runtime", config).on("Converse", *answers)


def failure(given: Wire) -> BedrockError:
    with pytest.raises(BedrockError) as caught:
        asker(given.client)(QUESTION)
    return caught.value


def body(content: Any, **changed: Any) -> Raw:
    answer = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": "end_turn", **changed}
    return Raw(json.dumps(answer).encode())


def test_given_an_answer_then_text_tokens_and_time_come_back() -> None:
    given = wire(said("hello", "stop_sequence", (11, 3)))
    reply = asker(given.client)(QUESTION)
    assert (reply.text, reply.stop_reason, reply.input_tokens, reply.output_tokens) == ("hello", "stop_sequence", 11, 3)
    assert reply.latency_ms > 0
    assert given.asked("Converse") == [
        {
            "modelId": "model",
            "system": [{"text": "system"}],
            "messages": [{"role": "user", "content": [{"text": "query"}]}],
            "inferenceConfig": {"maxTokens": 80, "temperature": 0.0, "stopSequences": ['"reasoning"']},
        }
    ]


def test_given_no_stop_sequence_then_none_is_sent() -> None:
    given = wire(said("x"))
    asker(given.client)(Question("model", "system", "query"))
    assert "stopSequences" not in given.asked("Converse")[0]["inferenceConfig"]


@pytest.mark.parametrize(
    ("fault", "kind", "attempts"),
    [
        (Fault(429, "ThrottlingException"), Busy, 2),
        (Fault(429, "ModelNotReadyException"), Busy, 2),
        (Fault(500, "InternalServerException"), Busy, 2),
        (Fault(503, "ServiceUnavailableException"), Busy, 2),
        (Fault(408, "ModelTimeoutException"), Busy, 1),
        (Fault(424, "ModelErrorException"), Busy, 1),
        (Fault(400, "ValidationException"), Refused, 1),
        (Fault(400, "ServiceQuotaExceededException"), Refused, 1),
        (Fault(403, "AccessDeniedException"), Refused, 1),
        (Fault(403, "ExpiredTokenException"), Refused, 1),
        (Fault(404, "ResourceNotFoundException"), Gone, 1),
        (Fault(418, "NewException"), Refused, 1),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_given_an_error_of_the_service_then_it_has_its_class_and_its_attempts(
    fault: Fault, kind: type[BedrockError], attempts: int
) -> None:
    given = wire(fault)
    error = failure(given)
    assert type(error) is kind
    assert error.code == fault.code
    assert given.attempts == attempts


@pytest.mark.parametrize("status", [408, 424, 429, 500, 502, 503, 504])
def test_given_a_proxys_page_instead_of_an_error_then_its_status_decides(status: int) -> None:
    assert type(failure(wire(Raw(b"<html>busy</html>", status)))) is Busy


@pytest.mark.parametrize("fault", [Fault(429, "ThrottlingException"), Fault(500, "InternalServerException")])
def test_given_one_bad_moment_then_the_second_attempt_answers(fault: Fault) -> None:
    given = wire(fault, said("fine"))
    assert asker(given.client)(QUESTION).text == "fine"
    assert given.attempts == 2


def test_given_one_attempt_only_then_nothing_is_retried() -> None:
    given = wire(Fault(429, "ThrottlingException"), said("late"), attempts=1)
    assert type(failure(given)) is Busy
    assert given.attempts == 1


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url=_URL),
        ConnectTimeoutError(endpoint_url=_URL),
        EndpointConnectionError(endpoint_url=_URL),
    ],
    ids=lambda error: type(error).__name__,
)
def test_given_no_connection_then_the_call_may_succeed_later(error: Exception) -> None:
    found = failure(wire(error))
    assert type(found) is Busy
    assert found.code == type(error).__name__


UNREADABLE = [
    b"",
    b"{}",
    b"<html>",
    b'{"output": {"message": {"content": [{"text": "{',
    b"[]",
    b"null",
    b"5",
    b'"text"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"output": []}',
    b'{"output": {"message": {"content": [{}]}}, "stopReason": "end_turn"}',
    b'{"output": {"message": []}}',
    b'{"output": {"message": {"content": [5]}}, "stopReason": "end_turn"}',
    b'{"output": {"message": {"content": [{"text": "x"}]}}, "stopReason": "end_turn", "usage": {"inputTokens": "x"}}',
]


@pytest.mark.parametrize("answer", UNREADABLE, ids=range(len(UNREADABLE)))
def test_given_a_200_that_is_no_answer_then_it_is_malformed(answer: bytes) -> None:
    assert type(failure(wire(Raw(answer)))) is Malformed


@pytest.mark.parametrize("content", [[], None, [None], [{"text": 5}], [{"toolUse": {"name": "x"}}], {}])
def test_given_no_text_in_the_answer_then_it_is_malformed(content: Any) -> None:
    assert failure(wire(body(content))).code == "no_text"


def test_given_a_reasoning_block_first_then_only_the_text_counts() -> None:
    blocks = [{"reasoningContent": {"reasoningText": {"text": "hmm"}}}, {"text": '{"a":'}, {"text": " 1}"}]
    assert asker(wire(body(blocks)).client)(QUESTION).text == '{"a": 1}'


@pytest.mark.parametrize("count", [None, -1, 10**400, 2**31])
def test_given_no_usage_or_one_that_is_no_count_then_tokens_are_zero(count: Any) -> None:
    usage = {"inputTokens": count, "outputTokens": count}
    reply = asker(wire(body([{"text": "x"}], usage=usage if count is not None else None)).client)(QUESTION)
    assert (reply.input_tokens, reply.output_tokens) == (0, 0)


@pytest.mark.parametrize("reason", ["end_turn", "stop_sequence", "max_tokens"])
def test_given_a_stop_after_text_then_the_text_is_the_answer(reason: str) -> None:
    reply = asker(wire(said("x", reason)).client)(QUESTION)
    assert reply == Reply("x", reason, 50, 20, reply.latency_ms)


@pytest.mark.parametrize(
    "reason",
    [
        *("tool_use", "guardrail_intervened", "content_filtered", "malformed_model_output"),
        *("malformed_tool_use", "model_context_window_exceeded", "something_new"),
    ],
)
def test_given_any_other_stop_then_the_text_is_not_believed(reason: str) -> None:
    error = failure(wire(said('{"visual": 1}', reason)))
    assert type(error) is Stopped
    assert error.code == reason


def test_given_a_lone_surrogate_then_the_text_can_be_written_as_utf_8() -> None:
    reply = asker(wire(Raw(body([{"text": "a"}]).body.replace(b'"a"', b'"a\\ud800"'))).client)(QUESTION)
    assert reply.text == "a?"


def test_given_a_request_that_boto3_refuses_then_it_never_leaves() -> None:
    given = wire(said("x"))
    with pytest.raises(Refused, match="ParamValidationError"):
        asker(given.client)(Question("model", "system", "query", max_tokens="many"))  # pyright: ignore[reportArgumentType]  # what boto3 must catch
    assert given.attempts == 0


_CLIENT = wire(said("x"), attempts=1)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["output", "message", "content", "text", "stopReason", "usage"]), inner, max_size=4
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_given_any_body_then_a_reply_or_our_error_comes_out(answer: bytes) -> None:
    _CLIENT.on("Converse", Raw(answer))
    try:
        reply = asker(_CLIENT.client)(QUESTION)
    except BedrockError:
        return
    assert isinstance(reply.text, str)
    assert reply.text.encode()
