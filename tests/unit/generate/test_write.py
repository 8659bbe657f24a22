"""What the teacher wrote for a batch, line by line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generate.write import Written, fits, parse
from intent.plan import Batch
from tests.unit.samples import CELL, DOMAIN, WEIGHTS, line

from .fakes import asked_for, fitting, lines

MIXED = {"leading": "visual", "second": "audio", "domain": "sports", "style": "question", "length": "short"}


def written(text: str, count: int = 3, stop_reason: str = "end_turn", cell: dict[str, str] = CELL) -> Written:
    found = parse(text, stop_reason, Batch(number=7, cell=cell, count=count, seed=11), DOMAIN)
    assert found.asked == count == len(found.examples) + found.invalid + found.off_cell + found.lost
    assert min(found.figures().values()) >= 0
    assert found.invalid + found.off_cell + found.surplus == len(found.quarantine)
    return found


def reasons(*texts: str) -> list[str]:
    return [bad.reason for bad in written("\n".join(texts), len(texts)).quarantine]


def test_given_good_lines_then_each_is_an_example_of_its_cell() -> None:
    request = json.dumps({"count": 3, **CELL, "seed": 11})
    found = written(lines(request))
    assert asked_for(request)["count"] == 3
    assert [example.id for example in found.examples] == ["00007-00", "00007-01", "00007-02"]
    assert {json.dumps(example.cell) for example in found.examples} == {json.dumps(CELL)}
    assert found.quarantine == []


def test_given_fences_blank_lines_and_the_end_marker_then_they_are_no_lines() -> None:
    text = "\n".join(["```json", line("a b"), "", line("c d"), line("e f"), "```", "<end>"])
    found = written(text)
    assert [example.query for example in found.examples] == ["a b", "c d", "e f"]
    assert found.quarantine == []


def test_given_the_end_marker_behind_the_last_line_then_the_line_counts() -> None:
    assert len(written(f"{line('a b')}<end>", 1).examples) == 1


def test_given_an_introduction_then_it_costs_only_itself() -> None:
    found = written("\n".join(["Here are your queries:", line("a b"), line("c d"), line("e f")]))
    assert (len(found.examples), found.invalid, found.surplus) == (3, 0, 1)
    assert [bad.reason for bad in found.quarantine] == ["not_json"]


def test_given_an_introduction_and_too_few_lines_then_it_is_charged() -> None:
    found = written("\n".join(["Here are your queries:", line("a b")]))
    assert (len(found.examples), found.invalid, found.lost) == (1, 1, 1)


def test_given_too_few_lines_then_the_others_are_lost() -> None:
    assert written(line("a b") + "\n\n").lost == 2
    assert written("").lost == 3


def test_given_more_lines_than_asked_then_the_surplus_is_set_aside() -> None:
    found = written("\n".join(line(f"query {number}") for number in range(5)))
    assert [example.query for example in found.examples] == ["query 0", "query 1", "query 2"]
    assert (found.surplus, found.invalid) == (2, 0)
    assert [bad.reason for bad in found.quarantine] == ["surplus", "surplus"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1. red car", "not_json"),
        (line()[:-1], "not_json"),
        ('{"query": "a", ' + line()[1:], "not_json"),
        (line().replace("0.5", "NaN"), "not_json"),
        (f"{line()},", "not_json"),
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
        (line("\x00\x07"), "bad_query"),
        (line("x" * 2001), "bad_query"),
        (line("half \ud83d"), "bad_query"),
        (json.dumps({"query": 5, **WEIGHTS}), "bad_query"),
        (json.dumps({"query": None, **WEIGHTS}), "bad_query"),
        ("[" * 50_000, "not_json"),
        (line(visual=0.1, audio=0.5), "off_cell"),
    ],
)
def test_given_a_bad_line_then_it_alone_is_set_aside_with_its_reason(text: str, reason: str) -> None:
    assert reasons(line("before"), text, line("after")) == [reason]


def test_given_a_reply_cut_at_its_token_limit_then_the_last_line_alone_is_cut_short() -> None:
    found = written(f"{line('a b')}\nprose\n{line('c d')[:40]}", 3, "max_tokens")
    assert [bad.reason for bad in found.quarantine] == ["not_json", "cut_short"]
    assert [bad.reason for bad in written(f"{line()}\n{line()}", 2, "max_tokens").quarantine] == []


def test_given_a_query_then_it_is_normalised_before_use() -> None:
    text = json.dumps({"query": " cafe\u0301\u2028 noir\x85\x07\t loud ", **WEIGHTS}, ensure_ascii=False)
    assert [example.query for example in written(text, 1).examples] == ["café noir loud"]


def test_given_windows_line_ends_then_lines_are_read() -> None:
    assert len(written(f"{line('a b')}\r\n{line('c d')}\r\n", 2).examples) == 2


def test_given_a_long_bad_line_then_a_piece_of_it_is_kept() -> None:
    assert len(written("y" * 100_000, 1).quarantine[0].record) == 2000


@pytest.mark.parametrize(
    ("weights", "cell", "fit"),
    [
        ((0.5, 0.2, 0.2, 0.1), CELL, True),
        ((0.2, 0.5, 0.2, 0.1), CELL, False),
        ((0.4, 0.4, 0.1, 0.1), CELL, True),
        ((0.4, 0.2, 0.2, 0.2), MIXED, True),
        ((0.4, 0.4, 0.1, 0.1), MIXED, True),
        ((0.5, 0.3, 0.1, 0.1), MIXED, True),
        ((0.5001, 0.3, 0.1, 0.0999), MIXED, False),
        ((0.4, 0.25, 0.35, 0), MIXED, False),
        ((0.35, 0.4, 0.15, 0.1), MIXED, False),
    ],
)
def test_given_weights_then_they_fit_a_cell_that_they_lead_with_its_second_close_behind(
    weights: tuple[float, ...], cell: dict[str, str], fit: object
) -> None:
    assert fits(dict(zip(DOMAIN.modalities, weights, strict=True)), cell) is fit


def test_given_an_all_wrong_batch_then_every_line_is_off_cell() -> None:
    wrong = json.dumps({"query": "x", **fitting({"leading": "audio"})})
    found = written("\n".join([wrong] * 4), 3, cell=MIXED)
    assert (found.off_cell, found.surplus, found.lost) == (3, 1, 0)


_PIECE = st.sampled_from(
    [
        line(),
        line("b"),
        "```",
        "",
        "[]",
        line(visual=2),
        "{",
        "\u2028",
        line("\ud800"),
        "<end>",
        line(visual=0.1, audio=0.5),
    ]
)


@given(
    st.lists(_PIECE, max_size=8).map("\n".join) | st.text(),
    st.integers(1, 6),
    st.sampled_from(["end_turn", "max_tokens"]),
)
def test_given_any_reply_then_every_line_is_accounted_for_and_can_be_written(
    text: str, count: int, stop_reason: str
) -> None:
    found = written(text, count, stop_reason)
    for model in (*found.examples, *found.quarantine):
        assert type(model).model_validate_json(model.model_dump_json().encode()) == model
