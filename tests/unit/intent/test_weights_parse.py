"""Reading a model's answer: the contract's object or a reason, whatever comes; held against a slow twin."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intent.weights import MAX_ANSWER, UNITS, Parsed, Rejected, check, parse

from .oracle import Edge, weigh

NAMES = ("visual", "audio", "transcription", "metadata")
GOOD = '{"visual": 0.5, "audio": 0.1, "transcription": 0.25, "metadata": 0.15, "reasoning": "it is \\"seen\\" {here}"}'
CUT = GOOD[: GOOD.index('"reasoning"')]
WEIGHTS = {"visual": 0.5, "audio": 0.1, "transcription": 0.25, "metadata": 0.15}


def text_of(**changed: Any) -> str:
    return json.dumps({**WEIGHTS, **changed})


def reason(text: str) -> str:
    found = parse(text, NAMES)
    assert isinstance(found, Rejected), found
    return found.reason


def agrees(text: str) -> None:
    """`parse` and the twin say the same, and what is accepted obeys the contract."""
    found = parse(text, NAMES)
    try:
        exact = weigh(text, NAMES)
    except Edge:
        return
    if exact is None:
        assert isinstance(found, Rejected), text
        return
    assert isinstance(found, Parsed), (text, found)
    units = {name: round(weight * UNITS) for name, weight in found.weights.items()}
    assert list(units) == list(NAMES)
    assert sum(units.values()) == UNITS
    assert all(
        abs(Fraction(units[name], UNITS) - exact[name]) < Fraction(1, UNITS) + Fraction(1, 10**9) for name in NAMES
    )


def test_given_the_contracts_object_then_weights_and_reasoning_are_read() -> None:
    assert parse(GOOD, NAMES) == Parsed(WEIGHTS, 'it is "seen" {here}')


@pytest.mark.parametrize("text", [CUT, CUT.rstrip(), CUT + '"reasoning"', f"\n {CUT}\n", CUT + '"reasoning" '])
def test_given_an_answer_cut_at_the_stop_sequence_then_the_weights_are_read(text: str) -> None:
    assert parse(text, NAMES) == Parsed(WEIGHTS, None)


@pytest.mark.parametrize("end", range(len(GOOD)))
def test_given_a_cut_anywhere_then_no_shorter_number_is_believed(end: int) -> None:
    found = parse(GOOD[:end], NAMES)
    agrees(GOOD[:end])
    assert isinstance(found, Rejected) or found.weights == WEIGHTS


REFUSED = {
    "": "not_an_object",
    "   ": "not_an_object",
    "[]": "not_an_object",
    '"visual"': "not_an_object",
    f"```json\n{GOOD}\n```": "not_an_object",
    f"Here you are: {GOOD}": "not_an_object",
    f"{GOOD} I hope this helps": "cut_short",
    f"{GOOD}{GOOD}": "not_json",
    f"{GOOD}\n{GOOD}": "not_json",
    "\ufeff" + GOOD: "not_an_object",
    "{": "cut_short",
    "{}": "wrong_keys",
    '{"visual": 0.5': "cut_short",
    '{"reasoning"': "cut_short",
    '{"visual": 1,': "wrong_keys",
    text_of().replace("0.5", "NaN"): "not_json",
    text_of().replace("0.5", "Infinity"): "not_json",
    text_of().replace("0.5", "-Infinity"): "not_json",
    text_of().replace("0.5", "1e400"): "out_of_range",
    text_of().replace("0.5", "-1e400"): "out_of_range",
    text_of().replace("0.5", "05"): "not_json",
    text_of().replace("0.5", ".5"): "not_json",
    text_of().replace("0.5", "9" * 1000): "out_of_range",
    text_of(visual=-0.1): "out_of_range",
    text_of(visual=1.5): "out_of_range",
    text_of(visual=True): "not_a_number",
    text_of(visual="0.5"): "not_a_number",
    text_of(visual=None): "not_a_number",
    text_of(visual=[0.5]): "not_a_number",
    text_of(visual=0.53): "wrong_sum",
    text_of(visual=0.47): "wrong_sum",
    '{"visual": 0, "audio": 0, "transcription": 0, "metadata": 0}': "wrong_sum",
    '{"visual": 0.5, ' + text_of()[1:]: "not_json",
    '{"visual": 0.1, "\\u0076isual": 0.5, "audio": 0.1, "transcription": 0.25, "metadata": 0.15}': "not_json",
    text_of().replace("visual", "v\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}sual"): "wrong_keys",
    text_of().replace("visual", "Visual"): "wrong_keys",
    text_of().replace("visual", "visual "): "wrong_keys",
    text_of(smell=0.1): "wrong_keys",
    '{"visual": 0.5, "audio": 0.25, "transcription": 0.25}': "wrong_keys",
    text_of(reasoning=5): "reasoning_not_text",
    text_of(reasoning=["a"]): "reasoning_not_text",
    text_of(reasoning="\ud83d"): "reasoning_not_text",
    text_of().replace('"', "'"): "not_json",
    text_of()[:-1] + ",}": "not_json",
    '{"visual": ' * 250 + "1" + "}" * 250: "not_json",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_given_a_broken_answer_then_the_rule_that_it_breaks_is_named(text: str) -> None:
    assert reason(text) == REFUSED[text]
    agrees(text)


HUGE = {
    "nesting": '{"visual":' + "[" * 100_000,
    "closed nesting": '{"visual":' + "[" * 100_000 + "]" * 100_000 + "}",
    "integer": text_of().replace("0.5", "9" * 5000),
    "ten megabytes": GOOD + " " * 10_000_000,
    "open object": "{" * 3_000 + "}",
    "nested lists within the length": '{"reasoning":' + "[" * 1_900 + "]" * 1_900 + "}",
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_given_something_huge_then_it_is_refused_without_an_exception(text: str) -> None:
    assert reason(text) in {"too_long", "not_json", "wrong_keys", "cut_short"}


def test_given_an_integer_too_long_for_python_but_not_for_us_then_it_is_refused() -> None:
    digits = MAX_ANSWER - len(text_of()) - 10
    assert reason(text_of().replace("0.5", "9" * digits)) == "out_of_range"


@pytest.mark.parametrize(("text", "first"), [("0.49", 0.495), ("0.51", 0.505), ("5e-1", 0.5), ("0.5000", 0.5)])
def test_given_a_models_own_rounding_then_it_is_scaled(text: str, first: float) -> None:
    found = parse(text_of().replace("0.5", text, 1), NAMES)
    assert isinstance(found, Parsed)
    assert found.weights["visual"] == first


def test_given_a_negative_zero_then_it_is_a_zero() -> None:
    found = parse('{"visual": -0.0, "audio": 1, "transcription": 0, "metadata": -0}', NAMES)
    assert isinstance(found, Parsed)
    assert json.dumps(found.weights) == '{"visual": 0.0, "audio": 1.0, "transcription": 0.0, "metadata": 0.0}'


def test_given_another_order_of_keys_then_the_taxonomys_order_comes_out() -> None:
    found = parse(json.dumps({"reasoning": None, **dict(reversed(WEIGHTS.items()))}), NAMES)
    assert isinstance(found, Parsed)
    assert list(found.weights) == list(NAMES)


NUMBERS = st.one_of(
    st.sampled_from(
        ["0", "1", "-0.0", "0.25", "0.5", "0.1", "0.2", "1e-1", "2E-1", "NaN", "true", "null", '"0.5"', "01"]
    ),
    st.floats(min_value=0, max_value=1).map(repr),
    st.integers(0, 100).map(lambda number: str(number / 100)),
)
KEYS = st.sampled_from([*NAMES, "reasoning", "Visual", "x", "\\u0076isual"])
OBJECTS = st.lists(st.tuples(KEYS, NUMBERS), max_size=6).map(
    lambda pairs: "{" + ", ".join(f'"{key}": {number}' for key, number in pairs) + "}"
)
NEAR = st.lists(st.integers(0, 40), min_size=4, max_size=4).map(
    lambda units: json.dumps({name: unit / 40 for name, unit in zip(NAMES, units, strict=True)})
)


@given(st.one_of(OBJECTS, NEAR, st.text(max_size=200)))
@example(GOOD)
@example(text_of(reasoning="\ud83d\ude00"))
def test_given_any_answer_then_parse_and_its_slow_twin_agree(text: str) -> None:
    agrees(text)


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=4).filter(any), st.text(max_size=50))
def test_given_weights_that_a_model_may_write_then_they_are_read_back(units: list[int], why: str) -> None:
    total = sum(units)
    raw = {name: round(unit / total, 3) for name, unit in zip(NAMES, units, strict=True)}
    whole = json.dumps({**raw, "reasoning": why})
    found = parse(whole, NAMES)
    agrees(whole)
    assert isinstance(found, Parsed)
    assert found.reasoning == why
    assert parse(whole[: whole.index('"reasoning"')], NAMES) == Parsed(found.weights, None)


@given(st.text(alphabet=st.characters(exclude_categories=[])), st.integers(0, 200), st.integers(0, 200))
def test_given_text_forced_into_a_good_answer_then_parse_still_answers(noise: str, start: int, length: int) -> None:
    agrees(GOOD[:start] + noise + GOOD[start + length :])


def test_given_an_object_that_was_decoded_already_then_the_same_rules_hold() -> None:
    assert check({**WEIGHTS, "query": "x"}, NAMES) == WEIGHTS
    assert check({**WEIGHTS, "audio": True}, NAMES) == Rejected("not_a_number")
    assert check({"visual": 1.0}, NAMES) == Rejected("wrong_keys")
    assert check({**WEIGHTS, "audio": 0.4}, NAMES) == Rejected("wrong_sum")


def test_given_an_answer_as_long_as_may_be_then_it_is_read_and_one_longer_is_not() -> None:
    filler = MAX_ANSWER - len(text_of(reasoning=""))
    assert isinstance(parse(text_of(reasoning="x" * filler), NAMES), Parsed)
    assert reason(text_of(reasoning="x" * (filler + 1))) == "too_long"


@pytest.mark.parametrize("half", ["\\ud800", "\\udfff"])
def test_given_the_first_or_the_last_lone_surrogate_then_the_reasoning_is_no_text(half: str) -> None:
    assert reason(text_of(reasoning="HALF").replace("HALF", half)) == "reasoning_not_text"
