"""Reading the request: strictly, and without repeating what was sent."""

import base64
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from route.errors import InvalidRequest, RouteError, TooLarge, UnsupportedMedia
from route.request import MAX_BODY, MAX_QUERIES, BatchRequest, RouteRequest, read, read_query

from .samples import event

SECRET = "my very private query"


def refusal(body: object, **changed: Any) -> RouteError:
    with pytest.raises(RouteError) as caught:
        read(event(body, **changed), RouteRequest)
    return caught.value


def test_given_the_gateways_event_then_the_query_and_the_defaults_are_read() -> None:
    request = read(event(), RouteRequest)
    assert request.query == "find where the coach shouts time out over crowd noise, 2024 finals"
    assert (request.explain, list(request.targets), request.floor) == (False, [], 0.05)


def test_given_every_field_then_each_is_read() -> None:
    request = read(event({"query": "q", "explain": True, "targets": ["opensearch"], "floor": 0}), RouteRequest)
    assert (request.explain, request.targets, request.floor) == (True, ["opensearch"], 0)


@pytest.mark.parametrize(
    "query",
    ["x", "x" * 2000, "👩‍👩‍👧‍👦 at the beach", "שלום עולם", "e\u0301", "a\nb\tc", "\u202eabc", "'; DROP TABLE", "{}"],
)
def test_given_any_text_then_it_is_kept_to_the_letter(query: str) -> None:
    assert read(event({"query": query}), RouteRequest).query == query


def test_given_a_base64_body_then_it_is_decoded() -> None:
    body = base64.b64encode(json.dumps({"query": "grün"}, ensure_ascii=False).encode()).decode()
    assert read(event(body, isBase64Encoded=True), RouteRequest).query == "grün"


@pytest.mark.parametrize("media", ["application/json", "Application/JSON", " application/json ; charset=utf-8"])
def test_given_a_json_content_type_in_any_spelling_then_it_is_fine(media: str) -> None:
    assert read(event({"query": "q"}, headers={"CONTENT-TYPE": media}), RouteRequest).query == "q"
    assert read(event({"query": "q"}, headers=None), RouteRequest).query == "q"


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "", "application/json5"])
def test_given_another_content_type_then_415(media: str) -> None:
    found = refusal({"query": SECRET}, headers={"content-type": media})
    assert type(found) is UnsupportedMedia
    assert (found.status, str(found)) == (415, "send the body as application/json")


INVALID = {
    "nothing": ("", "body: is not valid JSON"),
    "a list": ([{"query": SECRET}], "body: must be a JSON object"),
    "a number": ("7", "body: must be a JSON object"),
    "null": ("null", "body: must be a JSON object"),
    "a text": (f'"{SECRET}"', "body: must be a JSON object"),
    "cut": (f'{{"query": "{SECRET}', "body: is not valid JSON"),
    "NaN": (f'{{"query": "{SECRET}", "floor": NaN}}', "body: is not valid JSON"),
    "Infinity": (f'{{"query": "{SECRET}", "floor": Infinity}}', "body: is not valid JSON"),
    "a duplicate key": (f'{{"query": "{SECRET}", "query": "{SECRET}"}}', "body: is not valid JSON"),
    "deep": ("[" * 16_000, "body: is not valid JSON"),
    "deep and closed": ('{"query": ' + "[" * 8_000 + "]" * 8_000 + "}", "body: is not valid JSON"),
    "a byte order mark": (f'\ufeff{{"query": "{SECRET}"}}', "body: is not valid JSON"),
    "a long number": ('{"floor": ' + "9" * 5000 + "}", "body: is not valid JSON"),
    "an empty object": ({}, "query: Field required"),
    "an empty query": ({"query": ""}, "query: String should have at least 1 character"),
    "a blank query": ({"query": " \t\u00a0\u2003"}, "query: is blank"),
    "a long query": ({"query": SECRET + "x" * 2000}, "query: String should have at most 2000 characters"),
    "a number as query": ({"query": 7}, "query: Input should be a valid string"),
    "null as query": ({"query": None}, "query: Input should be a valid string"),
    "a list as query": ({"query": [SECRET]}, "query: Input should be a valid string"),
    "NUL": ({"query": f"{SECRET}\0"}, "query: holds a character that is no text"),
    "a lone surrogate": ({"query": f"{SECRET}\ud83d"}, "query: Input should be a valid string"),
    "text as explain": ({"query": SECRET, "explain": "yes"}, "explain: Input should be a valid boolean"),
    "one as explain": ({"query": SECRET, "explain": 1}, "explain: Input should be a valid boolean"),
    "text as targets": ({"query": SECRET, "targets": "opensearch"}, "targets: Input should be a valid list"),
    "nine targets": ({"query": SECRET, "targets": ["a"] * 9}, "targets: List should have at most 8 items"),
    "a long target": ({"query": SECRET, "targets": ["a" * 41]}, "targets.0: String should have at most 40"),
    "a negative floor": ({"query": SECRET, "floor": -0.1}, "floor: Input should be greater than or equal to 0"),
    "a high floor": ({"query": SECRET, "floor": 0.51}, "floor: Input should be less than or equal to 0.5"),
    "a huge floor": (f'{{"query": "{SECRET}", "floor": 1e400}}', "floor: Input should be "),
    "text as floor": ({"query": SECRET, "floor": "0.1"}, "floor: Input should be a valid number"),
    "an unknown preference": ({"query": SECRET, "prefer": "fast"}, "prefer: Input should be 'quality' or 'speed'"),
    "a number as preference": ({"query": SECRET, "prefer": 1}, "prefer: Input should be 'quality' or 'speed'"),
    "an unknown field": ({"query": SECRET, "weights": {}}, "weights: Extra inputs are not permitted"),
}


@pytest.mark.parametrize("what", INVALID)
def test_given_a_bad_body_then_400_names_field_and_rule_and_never_the_query(what: str) -> None:
    body, says = INVALID[what]
    found = refusal(body)
    assert type(found) is InvalidRequest
    assert found.status == 400
    assert str(found).startswith(says)
    assert SECRET not in str(found)


def test_given_two_wrong_fields_then_both_are_named() -> None:
    told = str(refusal({"floor": 2, "explain": 1})).split("; ")
    assert [one.partition(": ")[0] for one in told] == ["explain", "floor", "query"], "query is missing as well"


def test_given_many_unknown_fields_then_the_message_stays_short_and_plain() -> None:
    text = str(refusal({f"{'ß' * 30}\ud800{number}": 1 for number in range(150)}))
    assert len(text) < 800
    assert text.isascii()


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"query": "\xc3"}', b"\xed\xa0\x80"])
def test_given_bytes_that_are_no_utf_8_then_400(body: bytes) -> None:
    found = refusal(base64.b64encode(body).decode(), isBase64Encoded=True)
    assert (type(found), str(found)) == (InvalidRequest, "body: is not UTF-8 text")


@pytest.mark.parametrize("body", ["%%%", "abc", "e30=\n", "\u00e4"])
def test_given_text_that_is_no_base64_then_400(body: str) -> None:
    found = refusal(body, isBase64Encoded=True)
    assert (type(found), str(found)) == (InvalidRequest, "body: is not UTF-8 text")


def test_given_a_lone_surrogate_in_the_body_itself_then_400() -> None:
    assert type(refusal('{"query": "\ud83d"}')) is InvalidRequest


@pytest.mark.parametrize("size", [MAX_BODY + 1, 40_000, 10_000_000])
def test_given_a_body_larger_than_any_valid_one_then_413(size: int) -> None:
    found = refusal(" " * size)
    assert type(found) is TooLarge
    assert (found.status, str(found)) == (413, f"body: is larger than {MAX_BODY} bytes")


def test_given_many_bytes_in_few_characters_then_413_all_the_same() -> None:
    found = refusal("é" * (MAX_BODY // 2 + 1))
    assert (type(found), str(found)) == (TooLarge, f"body: is larger than {MAX_BODY} bytes")


def test_given_a_body_of_just_the_most_bytes_then_it_is_read() -> None:
    assert read(event('{"query": "q"}'.ljust(MAX_BODY)), RouteRequest).query == "q"


def test_given_the_longest_valid_query_in_escapes_then_it_fits() -> None:
    assert len(read(event(json.dumps({"query": "\u00e9" * 2000})), RouteRequest).query) == 2000


@pytest.mark.parametrize(
    "options",
    [{}, {"explain": True}, {"floor": 0.0}, {"floor": 0.5}, {"prefer": "speed"}, {"prefer": None, "explain": False}],
)
def test_given_a_plain_request_then_a_function_that_starts_needs_no_pydantic(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pydantic", None)
    assert read(event({"query": "q", **options}), RouteRequest) == RouteRequest(query="q", **options)
    for queries in (["q"], ["q"] * MAX_QUERIES):
        found = read(event({"queries": queries, **options}), BatchRequest)
        assert found == BatchRequest(queries=queries, **options)
    longest = "x" * 2_000
    assert read_query(longest) == read(event({"query": longest}), RouteRequest).query == longest


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_FIELDS = st.dictionaries(st.sampled_from(["query", "explain", "targets", "floor", "x"]), _JSON, max_size=4)


@given(body=_FIELDS.map(json.dumps) | st.text() | _JSON.map(json.dumps), encoded=st.booleans())
def test_given_any_body_then_a_request_or_a_route_error_comes_out(body: str, *, encoded: bool) -> None:
    try:
        request = read(event(body, isBase64Encoded=encoded), RouteRequest)
    except RouteError as error:
        assert 400 <= error.status < 500  # noqa: PT017  (either outcome is fine)
        return
    assert request.query.strip()
    assert 0 <= request.floor <= 0.5
