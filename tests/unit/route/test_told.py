"""What the operator is told of each request: one line of log, and metrics by name."""

import hmac
import io
import json
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest

from bedrock.errors import Busy
from intent.pointer import Pointer
from route import handler
from tests.unit.samples import ANSWER

from . import test_canary
from .samples import POINTER, event, failing, replying
from .test_endpoints import call, many, serve
from .trials import LEFT, TAKEN, THEIRS, Process

__all__ = ["serve"]

Serve = Callable[..., None]


Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """One for each request since the last time: its metrics, and what is told beside them."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def summed(lines: list[dict[str, Any]]) -> Counter[str]:
    """Metrics by name."""
    found: Counter[str] = Counter()
    for line in lines:
        for name, value in line.items():
            if isinstance(value, list):
                found[name] += sum(value)  # pyright: ignore[reportArgumentType]  (a metric may be a fraction)
    return found


def test_given_a_batch_with_bad_queries_then_each_of_them_counts_as_refused(serve: Serve, lines: Lines) -> None:
    many("one", "", 7, "three")
    found = summed(lines())
    assert (found["Requests"], found["RequestsRefused"], found["RequestsFailed"]) == (2, 2, 0)


def test_given_a_batch_that_nobody_can_answer_then_each_query_counts_as_failed(serve: Serve, lines: Lines) -> None:
    serve(failing(Busy("x")), POINTER, b"damaged")
    many("one", "two", "three")
    found = summed(lines())
    assert (found["Requests"], found["RequestsRefused"], found["RequestsFailed"]) == (0, 0, 3)


def test_given_a_batch_then_the_log_tells_how_many_queries_and_how_many_failed(serve: Serve, lines: Lines) -> None:
    many("one", "", "three")
    (entry,) = lines()
    assert (entry["message"], entry["queries"], entry["failed"]) == ("routed_batch", 3, 1)
    assert entry["total_ms"] >= 0


def test_given_a_query_then_the_log_tells_its_length_and_a_hash_that_only_the_salt_gives(
    serve: Serve, lines: Lines
) -> None:
    for query in ("Four", " four? ", "five"):
        call("POST", "/route", {"query": query})
    first, again, other = lines()
    assert first["query_hash"] == again["query_hash"] != other["query_hash"]
    assert first["query_hash"] == hmac.new(b"salt", b"four", sha256).hexdigest()[:16]
    assert [entry["query_length"] for entry in (first, again)] == [4, 7]
    assert all(entry["total_ms"] >= 0 and entry["source"] for entry in (first, again, other))
    assert "candidate" not in first


def test_given_a_canary_then_the_log_tells_its_version_and_why_it_did_not_answer(
    monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    process = Process()
    ask = test_canary.serve(process, monkeypatch)
    ask(query=TAKEN[0])
    process.says[THEIRS] = Busy("ThrottlingException")
    ask(query=TAKEN[1])
    ask(query=LEFT[0])
    entries = lines()
    told = [(entry.get("candidate"), entry.get("candidate_failure")) for entry in entries]
    assert told == [(2, None), (2, "ThrottlingException"), (None, None)]
    assert [entry["source"] for entry in entries] == ["distilled"] * 3
    found = summed(entries)
    assert (found["Requests"], found["CandidateRequests"], found["CandidateFallbacks"]) == (3, 2, 1)
    assert found["Latency"] >= found["CandidateLatency"] > 0


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("", "query: String should have at least 1 character"),
        (" ", "query: is blank"),
        (7, "query: Input should be a valid string"),
        ("x" * 2001, "query: String should have at most 2000 characters"),
        ("nul\0", "query: holds a character that is no text (NUL or a lone surrogate)"),
    ],
)
def test_given_a_bad_query_in_a_batch_then_its_caller_is_told_the_rule(serve: Serve, bad: object, told: str) -> None:
    assert many(bad)[1]["results"][0]["error"]["message"] == told


def test_given_an_answer_then_nothing_but_one_line_is_written(serve: Serve, lines: Lines, log: io.StringIO) -> None:
    serve(replying(ANSWER))
    call("POST", "/route", {"query": "one"})
    assert [entry["message"] for entry in lines()] == ["routed"]
    assert not log.getvalue()


def test_given_a_bug_then_the_log_tells_where_it_was_and_not_what_it_said(serve: Serve, log: io.StringIO) -> None:
    serve(failing(ZeroDivisionError("a secret")))
    answer = handler.route(event({"query": "one"}), SimpleNamespace(aws_request_id="r"))
    assert answer["statusCode"] == 500
    assert json.loads(answer["body"])["message"] == "something went wrong here; the request may be sent again"
    (entry,) = map(json.loads, log.getvalue().splitlines())
    assert (entry["level"], entry["message"], entry["error"]) == ("ERROR", "unexpected", "ZeroDivisionError")
    assert entry["at"][0].split(":")[0].endswith("handler.py")
    assert entry["at"][-1].endswith("ask")
    assert "secret" not in log.getvalue()


def test_given_a_metric_then_its_unit_is_that_of_its_alarm(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    test_canary.serve(Process(), monkeypatch)(query=TAKEN[0])
    told = [one for line in lines() for metrics in line["_aws"]["CloudWatchMetrics"] for one in metrics["Metrics"]]
    units = {one["Name"]: one["Unit"] for one in told}
    assert units["Latency"] == units["CandidateLatency"] == "Milliseconds"
    assert units["Requests"] == units["InputTokens"] == "Count"
    assert units["CostUsd"] == "None"


@pytest.mark.parametrize(
    ("body", "pointer", "name"),
    [({"query": ""}, POINTER, "RequestsRefused"), ({"query": "one"}, None, "RequestsFailed")],
)
def test_given_a_request_without_an_answer_then_it_counts_as_the_callers_fault_or_as_ours(
    serve: Serve, lines: Lines, body: object, pointer: Pointer | None, name: str
) -> None:
    serve(replying(ANSWER), pointer)
    call("POST", "/route", body)
    assert {one: total for one, total in summed(lines()).items() if one.startswith("Requests")} == {name: 1}


def test_given_an_event_without_the_gateways_id_then_the_answer_has_lambdas_own() -> None:
    assert json.loads(handler.route({}, None)["body"])["request_id"] == "", "or none"
    answer = handler.route({}, SimpleNamespace(aws_request_id="lambda-1"))
    assert json.loads(answer["body"]) == {
        "code": "not_found",
        "message": "there are POST /route, POST /route/batch, GET /health, GET /version, GET /openapi.json",
        "request_id": "lambda-1",
    }
