"""Scaling to four decimals with a sum of exactly 1."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from intent.weights import UNITS, leading, normalise

NAMES = ("visual", "audio", "transcription", "metadata", "e", "f", "g", "h")
WEIGHT = st.floats(min_value=0, max_value=1e300, allow_nan=False)
RAW = st.lists(WEIGHT, min_size=2, max_size=8)


@given(RAW)
@example([0.25, 0.25, 0.25, 0.25])
@example([1, 1, 1])
@example([1e-320, 2e-320, 3e-320])
@example([1e300, 1, 0, 0])
@example([0.5, 0.1, 0.2, 0.2])
@example([0.33335, 0.33335, 0.3333])
@example([-0.0, 1.0])
def test_given_any_weights_then_they_sum_to_one_exactly_and_stay_within_a_unit(values: list[float]) -> None:
    assume(sum(values) > 0)
    names = NAMES[: len(values)]
    found = normalise(dict(zip(names, values, strict=True)), names)
    units = [round(weight * UNITS) for weight in found.values()]
    assert list(found) == list(names)
    assert [unit / UNITS for unit in units] == list(found.values()), "four decimals"
    assert sum(units) == UNITS
    total = sum(map(Fraction, values))
    for unit, value in zip(units, values, strict=True):
        assert abs(unit - Fraction(value) / total * UNITS) < 1 + Fraction(1, 10**9), "largest remainder, within a unit"


@given(RAW)
def test_given_two_weights_then_their_order_is_kept(values: list[float]) -> None:
    assume(sum(values) > 0)
    names = NAMES[: len(values)]
    found = list(normalise(dict(zip(names, values, strict=True)), names).values())
    for first in range(len(values)):
        for second in range(len(values)):
            if values[first] > values[second]:
                assert found[first] >= found[second]


@given(st.permutations(range(4)))
def test_given_another_order_of_keys_then_the_answer_keeps_the_taxonomys(order: list[int]) -> None:
    raw = {NAMES[index]: (index + 1) / 10 for index in order}
    assert list(normalise(raw, NAMES[:4]).items()) == [(NAMES[index], (index + 1) / 10) for index in range(4)]


def test_given_a_tie_of_remainders_then_the_earlier_modality_gets_the_rest() -> None:
    assert list(normalise({"a": 1, "b": 1, "c": 1}, ("a", "b", "c")).values()) == [0.3334, 0.3333, 0.3333]


def test_given_normal_weights_when_normalised_again_then_nothing_changes() -> None:
    once = normalise({"a": 0.123456, "b": 0.4, "c": 0.3}, ("a", "b", "c"))
    assert normalise(once, ("a", "b", "c")) == once


@pytest.mark.parametrize(
    "values",
    [
        (0, 0),
        (-0.1, 1.1),
        (math.nan, 1),
        (math.inf, 1),
        (-math.inf, math.inf),
        (1.7e308, 1.7e308),
        (10**400, 1),
    ],
)
def test_given_no_weights_then_that_is_an_error(values: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="weights must be"):
        normalise(dict(zip("ab", values, strict=True)), "ab")


def test_given_a_missing_modality_then_that_is_an_error() -> None:
    with pytest.raises(ValueError, match="every modality"):
        normalise({"a": 1.0}, "ab")


def test_given_a_tie_then_the_earlier_modality_leads() -> None:
    assert leading({"a": 0.3, "b": 0.35, "c": 0.35}) == "b"
