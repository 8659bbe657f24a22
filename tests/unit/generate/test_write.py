"""One batch: what the teacher writes, line by line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock.converse import Question, Reply
from bedrock.errors import Busy
from generate.write import Written, write
from intent import prompts
from intent.plan import Batch
from tests.unit.samples import CELL, DOMAIN, WEIGHTS, line

from .fakes import asked_for, lines, replying


def batch(count: int = 3, number: int = 7) -> Batch:
    return Batch(number=number, cell=CELL, count=count, seed=11)


def written(text: str, count: int = 3) -> Written:
    found = write(batch(count), replying(text), DOMAIN, "teacher")
    receipt = found.receipt
    assert receipt.asked == count == receipt.kept + receipt.invalid + receipt.lost
    assert receipt.kept == len(found.examples)
    assert receipt.invalid + receipt.surplus == len(found.quarantine)
    return found


def reasons(*texts: str) -> list[str]:
    return [bad.reason for bad in written("\n".join(texts), len(texts)).quarantine]


def test_given_good_lines_then_each_is_an_example_of_its_cell() -> None:
    found = write(batch(), replying(lines), DOMAIN, "teacher")
    assert [example.id for example in found.examples] == ["00007-00", "00007-01", "00007-02"]
    assert {json.dumps(example.cell) for example in found.examples} == {json.dumps(CELL)}
    assert found.quarantine == []
    assert (found.receipt.kept, found.receipt.input_tokens, found.receipt.output_tokens) == (3, 100, 50)


def test_given_a_batch_then_the_teacher_is_asked_once_with_room_for_every_line() -> None:
    asked: list[Question] = []

    def ask(question: Question) -> Reply:
        asked.append(question)
        return Reply("", "end_turn", 1, 1, 1.0)

    write(batch(25), ask, DOMAIN, "teacher")
    (question,) = asked
    assert (question.model, question.system) == ("teacher", prompts.writer(DOMAIN))
    assert asked_for(question.user) == {"count": 25, **CELL, "seed": 11}
    assert question.max_tokens >= 25 * 60
    assert question.stop == ()
    assert question.temperature > 0


def test_given_code_fences_then_only_the_fences_are_invalid() -> None:
    found = written("\n".join(["```json", line("a b"), line("c d"), "```"]), 4)
    assert [example.query for example in found.examples] == ["a b", "c d"]
    assert [bad.reason for bad in found.quarantine] == ["not_json", "not_json"]


def test_given_too_few_lines_then_the_others_are_lost() -> None:
    assert written(line("a b") + "\n\n").receipt.lost == 2
    assert written("").receipt.lost == 3


def test_given_more_lines_than_asked_then_the_surplus_is_set_aside() -> None:
    found = written("\n".join(line(f"query {number}") for number in range(5)))
    assert [example.query for example in found.examples] == ["query 0", "query 1", "query 2"]
    assert (found.receipt.surplus, found.receipt.invalid) == (2, 0)
    assert [bad.reason for bad in found.quarantine] == ["surplus", "surplus"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1. red car", "not_json"),
        (line()[:-1], "not_json"),
        ('{"query": "a", ' + line()[1:], "not_json"),
        (line().replace("0.5", "NaN"), "not_json"),
        ("[]", "not_an_object"),
        (line(reasoning="x"), "wrong_keys"),
        (json.dumps(WEIGHTS), "wrong_keys"),
        (json.dumps({"query": "a", "visual": 1}), "wrong_keys"),
        (line(visual=0.9), "wrong_sum"),
        (line(visual=-0.5), "out_of_range"),
        (line(visual="0.5"), "not_a_number"),
        (line(visual=True), "not_a_number"),
        (line(""), "bad_query"),
        (line("   "), "bad_query"),
        (line("x" * 2001), "bad_query"),
        (line("half \ud83d"), "bad_query"),
        (json.dumps({"query": 5, **WEIGHTS}), "bad_query"),
        (json.dumps({"query": None, **WEIGHTS}), "bad_query"),
        ("[" * 50_000, "not_json"),
    ],
)
def test_given_a_bad_line_then_it_alone_is_set_aside_with_its_reason(text: str, reason: str) -> None:
    assert reasons(line("before"), text, line("after")) == [reason]


def test_given_a_query_with_a_unicode_line_separator_then_it_is_one_line() -> None:
    text = json.dumps({"query": "a\u2028b\x85c", **WEIGHTS}, ensure_ascii=False)
    assert [example.query for example in written(text, 1).examples] == ["a\u2028b\x85c"]


def test_given_windows_line_ends_then_lines_are_read() -> None:
    assert written(f"{line('a b')}\r\n{line('c d')}\r\n", 2).receipt.kept == 2


def test_given_a_long_bad_line_then_a_piece_of_it_is_kept() -> None:
    assert len(written("y" * 100_000, 1).quarantine[0].record) == 2000


def test_given_an_outage_then_no_receipt_hides_it() -> None:
    def ask(question: Question) -> Reply:
        raise Busy("ThrottlingException")

    with pytest.raises(Busy):
        write(batch(), ask, DOMAIN, "teacher")


_PIECE = st.sampled_from([line(), line("b"), "```", "", "[]", line(visual=2), "{", "\u2028", line("\ud800")])


@given(st.lists(_PIECE, max_size=8).map("\n".join) | st.text(), st.integers(1, 6))
def test_given_any_reply_then_every_line_is_accounted_for_and_can_be_written(text: str, count: int) -> None:
    found = written(text, count)
    for model in (*found.examples, *found.quarantine, found.receipt):
        assert type(model).model_validate_json(model.model_dump_json().encode()) == model
