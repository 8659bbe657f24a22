"""From outputs to weights and a confidence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.answer import Parameters, lead, softmax
from intent.weights import leading
from tests.unit.edge.toy import MODALITIES

_NUMBERS = st.lists(st.floats(-50, 50), min_size=8, max_size=8)
_PARAMETERS = Parameters(MODALITIES, slope=0.7, offset=-1.0, threshold=0.8)


@given(_NUMBERS)
def test_given_any_outputs_then_who_leads_the_ranking_leads_the_weights(outputs: list[float]) -> None:
    answer = _PARAMETERS.answer(outputs)
    assert leading(answer.weights) == MODALITIES[outputs.index(max(outputs[:4]))]
    assert sum(round(weight * 10_000) for weight in answer.weights.values()) == 10_000
    assert 0 <= answer.confidence <= 1


def test_given_that_both_halves_agree_then_the_shares_are_the_softmax() -> None:
    shares = (0.2, 0.5, 0.2, 0.1)
    answer = _PARAMETERS.answer([0, 3, 1, 0, *map(math.log, shares)])
    assert tuple(answer.weights.values()) == shares
    assert answer.confidence == _PARAMETERS.confidence(2.0)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_given_a_larger_lead_then_the_confidence_is_no_smaller(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert _PARAMETERS.confidence(low) <= _PARAMETERS.confidence(high)


def test_given_parameters_then_their_meta_gives_them_back() -> None:
    assert Parameters.of(_PARAMETERS.meta()) == _PARAMETERS


@pytest.mark.parametrize("modalities", [("one", "two", "three"), ("one", "two", "three", "four", "five")])
def test_given_another_number_of_modalities_then_the_leader_is_the_least_bit_ahead_of_the_next(
    modalities: tuple[str, ...],
) -> None:
    count = len(modalities)
    answer = Parameters(modalities, 1.0, 0.0, 1.0).answer([0.0] * (count - 1) + [1.0] + [0.0] * count)
    highest, next_one = sorted(answer.weights.values(), reverse=True)[:2]
    assert highest - next_one == pytest.approx(0.001, abs=2e-4)
    assert leading(answer.weights) == modalities[-1]


def test_given_ranks_then_the_lead_is_from_the_first_to_the_second() -> None:
    assert lead([1.0, 7.0, 4.0]) == 3.0
    assert lead([1.0, 7.0, 4.0, 2.0, 0.0]) == 3.0


def test_given_slope_and_offset_then_the_confidence_is_their_logistic_curve() -> None:
    assert Parameters(MODALITIES, 2.0, -1.0, 0.8).confidence(1.5) == pytest.approx(1 / (1 + math.exp(-2)))


def test_given_logits_of_any_size_then_the_shares_add_up_to_one() -> None:
    assert softmax([800.0, 800.0]) == [0.5, 0.5]
    assert softmax([-900.0, -900.0 + math.log(3)]) == pytest.approx([0.25, 0.75])


def test_given_three_modalities_that_both_halves_rank_alike_then_the_shares_are_the_softmax() -> None:
    answer = Parameters(("one", "two", "three"), 1.0, 0.0, 1.0).answer([3, 1, 0, *map(math.log, (0.5, 0.3, 0.2))])
    assert tuple(answer.weights.values()) == (0.5, 0.3, 0.2)
