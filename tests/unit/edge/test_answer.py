"""From outputs to weights and a confidence."""

import math

from hypothesis import given
from hypothesis import strategies as st

from edge.answer import Parameters
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
