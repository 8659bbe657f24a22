"""Records: what the teacher wrote, and the line that Bedrock trains on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intent.records import answer, conversation, line
from intent.text import MAX_QUERY, clean, plain
from intent.weights import Parsed, parse
from tests.unit.samples import MODALITIES, WEIGHTS, example


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Red  Car", "red car"),
        (" red car. ", "red car"),
        ("red car?!", "red car"),
        ("\N{FULLWIDTH LATIN SMALL LETTER R}ed car", "red car"),
        ("STRASSE", "straße"),
        ("red\u00a0car\n", "red car"),
    ],
)
def test_given_two_spellings_of_a_query_then_they_are_the_same(one: str, other: str) -> None:
    assert plain(one) == plain(other)


def test_given_another_word_then_the_query_is_another() -> None:
    assert plain("red car") != plain("red cars")


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  red \t car\n", "red car"),
        ("cafe\u0301", "caf\u00e9"),
        ("red\x00 \x07 car\x7f", "red car"),
        ("e\x00\u0301", "\u00e9"),
        ("one\u2028two\x85three", "one two three"),
        ("family \U0001f469\u200d\U0001f467", "family \U0001f469\u200d\U0001f467"),
        ("RED Car?", "RED Car?"),
        ("\x00", ""),
    ],
)
def test_given_a_query_then_it_is_cleaned_without_losing_what_people_typed(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text())
def test_given_any_text_then_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert plain(clean(text)) == plain(clean(clean(text)))


def test_given_weights_then_the_answer_is_what_the_parser_reads() -> None:
    text = answer(WEIGHTS)
    assert parse(text, MODALITIES) == Parsed(WEIGHTS, "visual serves this query best")
    assert list(json.loads(text)) == [*MODALITIES, "reasoning"]
    assert json.loads(answer(WEIGHTS, "so"))["reasoning"] == "so"


def test_given_an_answer_then_the_training_line_has_bedrocks_shape() -> None:
    record = json.loads(conversation("q", system="s", assistant="a"))
    assert record == {
        "schemaVersion": "bedrock-conversation-2024",
        "system": [{"text": "s"}],
        "messages": [
            {"role": "user", "content": [{"text": "q"}]},
            {"role": "assistant", "content": [{"text": "a"}]},
        ],
    }


def test_given_no_answer_then_the_teacher_is_left_to_give_it() -> None:
    record = json.loads(conversation("q", system="s", assistant=None))
    assert [turn["role"] for turn in record["messages"]] == ["user"]


@given(st.text())
def test_given_any_query_then_its_line_is_one_line_and_reads_back(query: str) -> None:
    record = conversation(query, system="s", assistant=None)
    assert "\n" not in record
    assert json.loads(record)["messages"][0]["content"][0]["text"] == query


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"query": "x"}', {"query": "x"}),
        ("1. red car", "not_json"),
        ("```json", "not_json"),
        ('{"query": "x"', "not_json"),
        ('{"query": "x", "query": "y"}', "not_json"),
        ('{"visual": NaN}', "not_json"),
        ("[" * 100_000, "not_json"),
        ("[1]", "not_an_object"),
        ("7", "not_an_object"),
    ],
)
def test_given_a_writers_line_then_it_is_an_object_or_a_reason(text: str, found: object) -> None:
    assert line(text) == found


def test_given_an_example_then_it_survives_its_file_and_its_query_is_trimmed() -> None:
    made = example(1, query="  red\u2028car ")
    assert made.query == "red\u2028car"
    assert type(made).model_validate_json(made.model_dump_json()) == made
    assert made.leading == "visual"


@pytest.mark.parametrize("query", ["   ", "x" * (MAX_QUERY + 1)])
def test_given_a_query_that_the_route_would_refuse_then_it_is_no_example(query: str) -> None:
    with pytest.raises(ValidationError, match="query"):
        example(1, query=query)


def test_given_a_query_in_another_script_then_the_line_holds_it_as_it_was_typed() -> None:
    assert "歌う café" in conversation("歌う café", system="s", assistant=None)
