"""Every endpoint but POST /route itself, and the document that describes them all."""

import json
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from bedrock.converse import Ask, Question, Reply
from bedrock.errors import Busy
from edge.model import EdgeModel
from intent.pointer import Pointer
from local import openapi
from route import batch, handler
from route.active import ActiveVersion
from route.breaker import Breaker
from route.cache import DecisionCache
from route.request import MAX_BATCH_BODY, MAX_QUERIES
from route.router import Mode
from route.service import Service
from route.student import DistilledStudent
from tests.unit.samples import ANSWER, DOMAIN, MODALITIES, edge_student

from .samples import BLOB, POINTER, event, failing, replying

DOCUMENT = json.loads(openapi.FILE.read_text("utf-8"))
Serve = Callable[..., None]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """`serve(ask, ...)`: this version is active, and this answers for the distilled student."""
    monkeypatch.setattr(handler, "_settings", lambda: SimpleNamespace(log_salt="salt"))

    def switch(
        ask: Ask,
        pointer: Pointer | Exception | None = POINTER,
        blob: bytes = BLOB,
        mode: Mode = "distilled",
        release: EdgeModel | None = None,
    ) -> None:
        def read_pointer() -> Pointer | None:
            if isinstance(pointer, Exception):
                raise pointer
            return pointer

        def read_release() -> EdgeModel:
            if release is None:
                raise FileNotFoundError
            return release

        versions = ActiveVersion(
            read_pointer, lambda _: blob, read_release, lambda _code, _error: None, modalities=MODALITIES
        )
        service = Service(versions, DistilledStudent(ask, DOMAIN, Breaker()), mode, DecisionCache())
        monkeypatch.setattr(handler, "_service", lambda: service)

    switch(replying(ANSWER))
    return switch


def call(verb: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    """Ask an endpoint; whatever it answers must be what the document says."""
    given = event(body, resource=path, httpMethod=verb)
    result = handler.route(given, SimpleNamespace(aws_request_id="r"))
    found = json.loads(result["body"])
    responses = DOCUMENT["paths"][path][verb.lower()]["responses"]
    schema = responses[str(result["statusCode"])]["content"]["application/json"]["schema"]
    jsonschema.validate(found, {**schema, "components": DOCUMENT["components"]})
    return result["statusCode"], found


def many(*queries: object, **options: Any) -> tuple[int, dict[str, Any]]:
    return call("POST", "/route/batch", {"queries": list(queries), **options})


def test_given_a_batch_then_each_query_has_its_answer_in_order(serve: Serve) -> None:
    status, body = many("one", "two", "three", floor=0.2)
    assert (status, body["answered"], body["failed"]) == (200, 3, 0)
    assert [result["query"] for result in body["results"]] == ["one", "two", "three"]
    assert {result["source"] for result in body["results"]} == {"distilled"}
    assert body["results"][0]["active"] == ["visual", "transcription", "metadata"]


@pytest.mark.parametrize("bad", ["", " ", 7, None, ["a"], "x" * 2001, "nul\0", {"query": "q"}])
def test_given_one_bad_query_then_only_it_fails(serve: Serve, bad: object) -> None:
    status, body = many("one", bad, "three")
    assert (status, body["answered"], body["failed"]) == (200, 2, 1)
    error = body["results"][1]["error"]
    assert error["code"] == "invalid_request"
    assert error["message"].startswith("query: ")
    assert body["results"][2]["query"] == "three"


@pytest.mark.parametrize("queries", [[], ["q"] * (MAX_QUERIES + 1), "q", None])
def test_given_no_queries_or_too_many_then_the_whole_batch_is_refused(serve: Serve, queries: object) -> None:
    status, body = call("POST", "/route/batch", {"queries": queries})
    assert (status, body["code"]) == (400, "invalid_request")
    assert body["message"].startswith("queries: ")


def test_given_the_largest_valid_batch_then_it_fits_and_a_larger_body_does_not(serve: Serve) -> None:
    queries = ["x" * 2000 + str(number) for number in range(0)] + [
        f"{number:04d}" + "y" * 1996 for number in range(100)
    ]
    assert many(*queries)[1]["answered"] == 100
    status, body = call("POST", "/route/batch", json.dumps({"queries": ["q"]}) + " " * MAX_BATCH_BODY)
    assert (status, body["code"]) == (413, "too_large")


def test_given_the_same_query_many_times_then_it_is_asked_once(serve: Serve) -> None:
    asked: list[Question] = []
    serve(replying(ANSWER, asked))
    body = many("red car", "red car", "blue boat", "red car")[1]
    assert [result["query"] for result in body["results"]] == ["red car", "red car", "blue boat", "red car"]
    assert len(asked) == 2
    many("red car")
    assert len(asked) == 2, "and the next batch finds it in the cache"


def test_given_a_sure_edge_student_then_no_model_is_asked(serve: Serve) -> None:
    sure = POINTER.model_copy(update={"edge": POINTER.edge.model_copy(update={"threshold": 0.0})})
    serve(failing(AssertionError("asked")), sure, mode="cascade")
    assert {result["source"] for result in many("one", "two")[1]["results"]} == {"edge"}


def test_given_an_answer_of_the_edge_student_then_its_confidence_has_four_decimals(serve: Serve) -> None:
    serve(failing(AssertionError("asked")), mode="edge")
    confidence = call("POST", "/route", {"query": "one"})[1]["confidence"]
    assert confidence == round(edge_student().predict("one").confidence, 4) != edge_student().predict("one").confidence


def test_given_a_failing_student_then_the_edge_answers_each(serve: Serve) -> None:
    serve(failing(Busy("ThrottlingException")))
    body = many(*(f"q{number}" for number in range(20)))[1]
    assert body["answered"] == 20
    assert {result["source"] for result in body["results"]} == {"fallback"}
    assert any("circuit_open" in result["warnings"][0] for result in body["results"]), "nobody waits for the last ones"


def test_given_a_slow_student_then_the_budget_holds_and_the_edge_answers_the_rest(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()

    def slow(_: Question) -> Reply:
        release.wait(10)
        return Reply(ANSWER, "end_turn", 1, 1, 1.0)

    serve(slow)
    monkeypatch.setattr("route.endpoints.BUDGET_SECONDS", 0.2)
    started = time.monotonic()
    try:
        body = many(*(f"q{number}" for number in range(30)))[1]
    finally:
        release.set()
    assert time.monotonic() - started < 3
    assert body["answered"] == 30
    assert {result["warnings"][0].split("(")[1].split(")")[0] for result in body["results"]} == {"budget_spent"}


def test_given_a_slow_student_then_its_calls_run_side_by_side(serve: Serve) -> None:
    together = threading.Barrier(batch.WORKERS, timeout=5)

    def ask(_: Question) -> Reply:
        together.wait()
        return Reply(ANSWER, "end_turn", 1, 1, 1.0)

    serve(ask)
    assert many(*(f"q{number}" for number in range(batch.WORKERS)))[1]["answered"] == batch.WORKERS


def test_given_neither_student_then_each_query_says_so(serve: Serve) -> None:
    serve(failing(Busy("x")), POINTER, b"damaged")
    body = many("one", "two")[1]
    assert (body["answered"], body["failed"]) == (0, 2)
    assert {result["error"]["code"] for result in body["results"]} == {"not_ready"}


def test_given_a_promoted_version_then_health_and_version_name_it(serve: Serve) -> None:
    status, body = call("GET", "/health")
    assert (status, body["status"], body["version"]) == (200, "ok", 3)
    assert body["checks"] == {"pointer": "read", "edge": "loaded"}
    body = call("GET", "/version")[1]
    assert body["model"] == {"version": 3, "run_id": "r", "teacher": "t", "promoted_at": "2026-11-21T12:00:00+00:00"}
    assert (body["modalities"], body["mode"]) == (list(MODALITIES), "distilled")


@pytest.mark.parametrize(
    ("pointer", "blob", "checks"),
    [
        (None, BLOB, {"pointer": "absent", "edge": "loaded"}),
        (TimeoutError(), BLOB, {"pointer": "unreadable", "edge": "loaded"}),
        (POINTER, b"damaged", {"pointer": "read", "edge": "stale"}),
    ],
)
def test_given_something_missing_then_health_is_degraded_and_says_what(
    serve: Serve, pointer: Pointer | Exception | None, blob: bytes, checks: dict[str, str]
) -> None:
    serve(replying(ANSWER), pointer, blob, release=edge_student())
    status, body = call("GET", "/health")
    assert (status, body["status"], body["checks"]) == (200, "degraded", checks)


def test_given_no_edge_student_but_the_distilled_one_then_health_says_which_is_missing(serve: Serve) -> None:
    serve(replying(ANSWER), POINTER, b"damaged")
    status, body = call("GET", "/health")
    assert (status, body["status"], body["version"]) == (200, "degraded", 3)
    assert body["checks"] == {"pointer": "read", "edge": "unreadable"}


def test_given_nothing_promoted_then_version_names_the_release_and_no_day(serve: Serve) -> None:
    serve(replying(ANSWER), None, release=edge_student())
    assert call("GET", "/version")[1]["model"] == {
        "version": 0,
        "run_id": "release",
        "teacher": "embedded",
        "promoted_at": None,
    }


def test_given_nothing_promoted_then_the_releases_edge_student_answers_labelled(serve: Serve) -> None:
    serve(failing(AssertionError("asked")), None, release=edge_student())
    status, body = call("POST", "/route", {"query": "q", "prefer": "quality"})
    assert (status, body["source"], body["model"]["version"]) == (200, "edge", 0)
    shipped = "these weights are those of the edge student that ships with the release"
    assert body["warnings"] == [f"no version is promoted yet; {shipped}"]


def test_given_an_unreadable_pointer_then_the_answer_is_a_fallback_and_says_why(serve: Serve) -> None:
    serve(failing(AssertionError("asked")), PermissionError(), release=edge_student())
    status, body = call("POST", "/route", {"query": "q"})
    assert (status, body["source"]) == (200, "fallback")
    shipped = "these weights are those of the edge student that ships with the release"
    assert body["warnings"] == [f"the active version cannot be read; {shipped}"]


def test_given_nothing_at_all_then_health_is_503(serve: Serve) -> None:
    serve(replying(ANSWER), None)
    assert call("GET", "/health")[0] == 503


def test_given_another_path_then_404_names_those_that_there_are(serve: Serve) -> None:
    for verb, path in [("GET", "/route"), ("POST", "/health"), ("DELETE", "/route"), ("GET", "/")]:
        result = handler.route(event(resource=path, httpMethod=verb), SimpleNamespace(aws_request_id="r"))
        assert result["statusCode"] == 404
        assert "POST /route/batch" in json.loads(result["body"])["message"]


def test_the_document_is_what_the_code_says(serve: Serve) -> None:
    assert openapi.FILE.read_text("utf-8") == openapi.text(), "run: python -m local.openapi"
    assert call("GET", "/openapi.json")[1] == DOCUMENT
    documented = {
        int(status) for path in DOCUMENT["paths"].values() for way in path.values() for status in way["responses"]
    }
    assert openapi.statuses() <= documented
