"""Asking the route as a caller does, against a small HTTP server on loopback."""

import json
import shlex
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from botocore.auth import SigV4Auth
from botocore.credentials import Credentials

from cli.ask import Answer, ask, curl, post, sentence, sums_to_one
from cli.caller import Route
from cli.problems import NoAnswer

WEIGHTS = {"visual": 0.1, "audio": 0.2, "transcription": 0.6, "metadata": 0.1}


class Api(BaseHTTPRequestHandler):
    """Echoes the query with the key it was given; a body without query is a 400, one that says html gets a page."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status, answer = (200, b"<html>") if b"html" in body else self.answer(json.loads(body))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer)

    def answer(self, body: dict[str, object]) -> tuple[int, bytes]:
        if "query" not in body:
            return 400, b'{"code": "invalid_request", "message": "query is missing", "request_id": "r-1"}'
        found = {"query": body["query"], "weights": WEIGHTS, "source": "edge", "key": self.headers["x-api-key"]}
        return 200, json.dumps(found).encode()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        pass


@pytest.fixture
def route() -> Generator[Route]:
    with HTTPServer(("127.0.0.1", 0), Api) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Route(url=f"http://localhost:{server.server_port}/route", key="k-1")
        server.shutdown()


def test_given_a_query_when_asked_then_the_key_travels_along(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # a proxy that is not there must not be asked
    answer = ask(route, "a red coat")
    assert (answer.status, answer.body["query"], answer.body["key"]) == (200, "a red coat", "k-1")


def test_given_no_key_when_posted_then_none_is_sent(route: Route) -> None:
    assert post(route, b'{"query": "x"}', with_key=False).body["key"] is None


def test_given_a_refusal_when_asked_then_it_is_an_answer_in_words(route: Route) -> None:
    assert sentence(post(route, b"{}")) == "400 invalid_request: query is missing (request r-1)"


def test_given_a_page_instead_of_json_then_that_is_said(route: Route) -> None:
    with pytest.raises(NoAnswer, match="not JSON"):
        ask(route, "html")


def test_given_nothing_listening_then_that_is_said() -> None:
    with pytest.raises(NoAnswer, match="does not answer"):
        ask(Route(url="http://localhost:9/route", key="k"), "x")


def test_given_an_answer_then_its_sentence_ranks_the_weights() -> None:
    text = sentence(Answer(200, {"weights": WEIGHTS, "source": "distilled"}, 12.3))
    assert text == "transcription 0.6, audio 0.2, visual 0.1, metadata 0.1  [distilled, 12 ms]"


def test_given_decimal_weights_then_the_sum_is_exact() -> None:
    assert sums_to_one(WEIGHTS)
    assert not sums_to_one({**WEIGHTS, "audio": 0.2001})


def test_given_quotes_in_a_query_then_the_curl_survives_a_shell() -> None:
    words = shlex.split(curl(Route(url="http://localhost:1/route", key="k"), 'who says "it\'s over"?'))
    assert json.loads(words[words.index("-d") + 1]) == {"query": 'who says "it\'s over"?'}


def test_given_a_signer_then_the_curl_signs_and_shows_no_secret() -> None:
    signer = SigV4Auth(Credentials("AKID", "secret"), "execute-api", "eu-west-1")
    words = shlex.split(curl(Route(url="https://x.example/dev/route", signer=signer, region="eu-west-1"), "x"))
    assert words[words.index("--aws-sigv4") + 1] == "aws:amz:eu-west-1:execute-api"
    assert not [word for word in words if "secret" in word or "AKID" in word]
