"""A canary answers its share, and whatever is wrong with it, every answer is as good as without it."""

import json
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from bedrock.errors import Busy, Gone, Malformed, Refused
from edge.model import EdgeModel
from intent.weights import UNITS
from local import openapi
from route import handler, measure
from route.errors import NotReady
from tests.unit.intent.test_weights_parse import REFUSED
from tests.unit.samples import MODALITIES, WEIGHTS, edge_student, leaning

from .samples import POINTER, event
from .trials import CANDIDATE, LEFT, OTHER_ANSWER, OURS, TAKEN, THEIRS, Process

DOCUMENT = json.loads(openapi.FILE.read_text("utf-8"))
Call = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Sums of the route's metrics."""
    found: Counter[str] = Counter()

    def count(name: str, value: float = 1, *_: object) -> None:
        found[name] += value  # pyright: ignore[reportArgumentType]  (a metric may be a fraction)

    monkeypatch.setattr(measure, "count", count)
    return found


def serve(process: Process, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The function's door over this process; every answer is checked against the document."""
    monkeypatch.setattr(handler, "_settings", lambda: SimpleNamespace(log_salt="salt"))
    monkeypatch.setattr(handler, "_service", lambda: process.service)

    def call(path: str = "/route", verb: str = "POST", **body: Any) -> tuple[int, dict[str, Any]]:
        given = event(body, resource=path, httpMethod=verb)
        result = handler.route(given, SimpleNamespace(aws_request_id="r"))
        found = json.loads(result["body"])
        answers = DOCUMENT["paths"][path][verb.lower()]["responses"]
        schema = answers[str(result["statusCode"])]["content"]["application/json"]["schema"]
        jsonschema.validate(found, {**schema, "components": DOCUMENT["components"]})
        return result["statusCode"], found

    return call


def test_given_a_canary_then_its_queries_are_its_own_and_the_others_are_not() -> None:
    process = Process()
    theirs, ours = process.decide(TAKEN[0]), process.decide(LEFT[0])
    assert (theirs.by.version, theirs.decision.weights) == (2, leaning("audio"))
    assert (ours.by.version, ours.decision.weights, ours.attempt) == (3, WEIGHTS, None)
    assert process.asked == [THEIRS, OURS]
    assert theirs.attempt is not None
    assert theirs.attempt.failure is None


def test_given_a_canary_then_the_answer_names_it_and_its_price(monkeypatch: pytest.MonkeyPatch) -> None:
    status, body = serve(Process(), monkeypatch)(query=TAKEN[0])
    assert (status, body["source"], body["model"]["version"], body["model"]["run_id"]) == (
        *(200, "distilled", 2),
        CANDIDATE.run_id,
    )
    assert body["usage"]["cost_usd"] > 0
    assert body["warnings"] == []


def test_given_the_same_query_again_then_the_canarys_own_answer_comes_from_the_cache() -> None:
    process = Process()
    process.decide(TAKEN[0])
    again = process.decide(TAKEN[0].upper())
    assert (again.by.version, again.decision.source, process.asked) == (2, "cache", [THEIRS])


def test_given_a_sure_edge_student_of_the_canary_then_it_answers_alone() -> None:
    found = Process("edge").decide(TAKEN[0])
    assert (found.by.version, found.decision.source) == (2, "edge")
    assert found.decision.weights["visual"] > 0.5


@pytest.mark.parametrize(("threshold", "source"), [(0.0, "edge"), (1.0, "distilled")])
def test_given_a_canary_then_its_edge_student_is_as_sure_as_its_own_threshold_says(
    threshold: float, source: str
) -> None:
    edge = CANDIDATE.edge.model_copy(update={"threshold": threshold})
    found = Process("cascade", edge=edge).decide(TAKEN[0])
    assert (found.by.version, found.decision.source) == (2, source)


def test_given_a_batch_and_a_sure_edge_student_of_the_canary_then_it_answers_its_queries_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process("edge")
    _, body = serve(process, monkeypatch)("/route/batch", queries=[*TAKEN[:2], *LEFT[:2]])
    assert [(one["model"]["version"], one["source"]) for one in body["results"]] == [(2, "edge")] * 2 + [
        (3, "edge")
    ] * 2


def test_given_no_query_of_the_canary_then_its_file_is_never_read() -> None:
    process = Process()
    process.decide(LEFT[0])
    assert CANDIDATE.edge.s3_key not in process.read
    process.decide(TAKEN[0])
    process.decide(TAKEN[1])
    assert process.read.count(CANDIDATE.edge.s3_key) == 1


ERRORS = [Busy("ThrottlingException"), Gone("ResourceNotFoundException"), Refused("AccessDeniedException"),
          Malformed("no_text"), ZeroDivisionError("a bug")]  # fmt: skip
FILES: list[bytes | Exception] = [PermissionError(), TimeoutError(), b"", b"damaged", edge_student("audio").to_bytes()]


@pytest.mark.parametrize("said", [*ERRORS, *REFUSED], ids=range(len(ERRORS) + len(REFUSED)))
def test_given_a_canary_that_cannot_answer_then_the_active_version_does_as_if_there_were_none(
    said: str | Exception, monkeypatch: pytest.MonkeyPatch, counted: Counter[str]
) -> None:
    process = Process()
    process.says[THEIRS] = said
    status, body = serve(process, monkeypatch)(query=TAKEN[0])
    assert (status, body["source"], body["model"]["version"], body["weights"]) == (200, "distilled", 3, WEIGHTS)
    assert "v2, on trial, could not answer" in body["warnings"][0]
    invalid = isinstance(said, str | Malformed)
    assert body["usage"]["input_tokens"] == (120 if isinstance(said, str) else 60), "what was paid in vain is billed"
    assert (counted["CandidateRequests"], counted["CandidateFallbacks"], counted["Fallbacks"]) == (1, 1, 0)
    assert (counted["CandidateErrors"], counted["CandidateInvalidAnswers"]) == (not invalid, invalid)


@pytest.mark.parametrize("blob", FILES, ids=range(len(FILES)))
@pytest.mark.parametrize("mode", ["cascade", "edge", "distilled"])
def test_given_a_canarys_file_that_cannot_be_used_then_the_active_version_answers(
    blob: bytes | Exception, mode: Any, monkeypatch: pytest.MonkeyPatch, counted: Counter[str]
) -> None:
    process = Process(mode)
    process.files[CANDIDATE.edge.s3_key] = blob
    call = serve(process, monkeypatch)
    for query in TAKEN[:3]:
        status, body = call(query=query)
        assert (status, body["model"]["version"]) == (200, 3)
        assert "edge_unreadable" in body["warnings"][0]
    assert process.read.count(CANDIDATE.edge.s3_key) == 1, "not every request waits for it"
    assert process.warnings == ["candidate_unreadable"], "no alarm about the active version"
    assert (counted["CandidateRequests"], counted["CandidateErrors"]) == (3, 3)
    status, body = call("/health", "GET")
    assert (status, body["status"]) == (200, "ok")


def test_given_a_canary_whose_edge_student_breaks_then_the_active_version_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process("edge")
    process.decide(TAKEN[0])
    monkeypatch.setattr(EdgeModel, "predict", _breaks_for_visual(EdgeModel.predict))
    found = process.decide(TAKEN[1])
    assert (found.by.version, found.decision.source) == (3, "edge")
    assert found.attempt is not None
    assert found.attempt.failure == "ZeroDivisionError"


def _breaks_for_visual(predict: Callable[..., Any]) -> Callable[..., Any]:
    def broken(model: EdgeModel, query: str) -> Any:
        found = predict(model, query)
        if max(found.weights, key=lambda name: found.weights[name]) == "visual":
            raise ZeroDivisionError
        return found

    return broken


def test_given_both_models_down_then_the_active_edge_student_answers_once_and_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process()
    process.says = dict.fromkeys((OURS, THEIRS), Busy("ThrottlingException"))
    status, body = serve(process, monkeypatch)(query=TAKEN[0])
    assert (status, body["source"], body["model"]["version"]) == (200, "fallback", 3)
    assert [len(body["warnings"]), sum(round(one * UNITS) for one in body["weights"].values())] == [2, UNITS]
    assert list(body["weights"]) == list(MODALITIES)


def test_given_a_canary_that_keeps_failing_then_nobody_waits_for_it_any_more() -> None:
    process = Process()
    process.says[THEIRS] = Busy("ReadTimeoutError")
    failures = [attempt.failure for query in TAKEN[:8] if (attempt := process.decide(query).attempt)]
    assert (failures[0], failures[-1]) == ("ReadTimeoutError", "circuit_open")
    assert process.asked.count(THEIRS) == 5
    assert process.asked.count(OURS) == 8


def test_given_an_active_version_that_cannot_answer_either_then_it_is_not_ready_as_without_a_canary() -> None:
    process = without_edge()
    process.says = dict.fromkeys((OURS, THEIRS), Busy("x"))
    with pytest.raises(NotReady):
        process.decide(TAKEN[0])


def test_given_no_edge_student_that_could_answer_after_it_then_the_canary_is_not_asked() -> None:
    process = without_edge()
    found = process.decide(TAKEN[0])
    assert (found.by.version, found.decision.source, found.attempt) == (3, "distilled", None)
    assert process.asked == [OURS]


def without_edge() -> Process:
    """Nor that of the release."""

    def lost() -> EdgeModel:
        raise OSError

    process = Process()
    process.files[POINTER.edge.s3_key] = PermissionError()
    process.release = lost
    return process


def test_given_a_batch_then_each_query_is_answered_by_its_version(
    monkeypatch: pytest.MonkeyPatch, counted: Counter[str]
) -> None:
    process = Process()
    call = serve(process, monkeypatch)
    _, body = call("/route/batch", queries=[*TAKEN[:3], *LEFT[:3]])
    assert [result["model"]["version"] for result in body["results"]] == [2, 2, 2, 3, 3, 3]
    process.says[THEIRS] = OTHER_ANSWER[:9]
    _, body = call("/route/batch", queries=[*TAKEN[3:6], *LEFT[3:6]])
    assert (body["answered"], {result["model"]["version"] for result in body["results"]}) == (6, {3})
    assert (counted["CandidateRequests"], counted["CandidateFallbacks"]) == (6, 3)


def test_given_a_trial_then_version_shows_it_until_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process()
    call = serve(process, monkeypatch)
    shown = call("/version", "GET")[1]
    assert shown["model"]["version"] == 3
    assert shown["candidate"] == {
        "version": 2,
        "run_id": CANDIDATE.run_id,
        "mode": "canary",
        "share": 0.5,
        "started_at": CANDIDATE.started_at.isoformat(),
    }
    assert not isinstance(process.pointer, Exception)
    process.pointer = process.pointer.without_candidate()
    assert call("/version", "GET")[1]["candidate"] is None
    assert process.decide(TAKEN[0]).by.version == 3


def test_given_a_pointer_that_cannot_be_read_any_more_then_the_trial_rests_since_it_may_have_been_stopped() -> None:
    process = Process()
    assert process.decide(TAKEN[0]).by.version == 2
    process.pointer = TimeoutError()
    assert process.decide(TAKEN[1]).by.version == 3
