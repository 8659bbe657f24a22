"""How good an answer is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent.scoring import (
    ERROR_BOUNDS,
    JUDGE_LEVELS,
    RUBRIC,
    SCALE,
    divergence,
    emphasis_right,
    from_normalised,
    max_error,
    mean_error,
    rubric_level,
)
from intent.weights import normalise
from tests.unit.samples import MODALITIES

REFERENCE = {"visual": 0.7, "audio": 0.1, "transcription": 0.1, "metadata": 0.1}
WEIGHTS = st.lists(st.integers(0, 100), min_size=4, max_size=4).filter(any)


def weights(units: list[int]) -> dict[str, float]:
    return normalise(dict(zip(MODALITIES, units, strict=True)), MODALITIES)


def shifted(by: float) -> dict[str, float]:
    """Half of `by` is moved from visual to audio: a mean error of by / 4 with four modalities."""
    return {**REFERENCE, "visual": REFERENCE["visual"] - by / 2, "audio": REFERENCE["audio"] + by / 2}


def test_given_two_answers_then_errors_are_over_all_modalities() -> None:
    assert mean_error(shifted(0.2), REFERENCE) == pytest.approx(0.05)
    assert max_error(shifted(0.2), REFERENCE) == pytest.approx(0.1)


@given(WEIGHTS, WEIGHTS)
def test_given_any_two_answers_then_errors_are_symmetric_and_bounded(one: list[int], other: list[int]) -> None:
    a, b = weights(one), weights(other)
    assert mean_error(a, b) == mean_error(b, a)
    assert 0 <= mean_error(a, b) <= 0.5 + 1e-12
    assert mean_error(a, b) <= max_error(a, b) <= 1
    assert mean_error(a, a) == 0


@pytest.mark.parametrize(
    ("error", "level"),
    [(0, 5), (0.029, 5), (0.031, 4), (0.069, 4), (0.071, 3), (0.119, 3), (0.121, 2)],
)
def test_given_the_right_emphasis_then_the_error_decides_the_level(error: float, level: int) -> None:
    assert emphasis_right(shifted(error * 4), REFERENCE)
    assert rubric_level(shifted(error * 4), REFERENCE) == level


@pytest.mark.parametrize(
    ("bound", "level"), [(ERROR_BOUNDS[0], 5), (ERROR_BOUNDS[1], 4), (ERROR_BOUNDS[2], 3), (ERROR_BOUNDS[3], 2)]
)
def test_given_an_error_equal_to_a_bound_then_the_better_level_holds(bound: float, level: int) -> None:
    reference, predicted = {"a": 1.0, "b": 0.0}, {"a": 1.0, "b": 2 * bound}
    assert mean_error(predicted, reference) == bound
    assert rubric_level(predicted, reference) == level


@pytest.mark.parametrize(("error", "level"), [(0.05, 2), (0.119, 2), (0.13, 1), (0.3, 1)])
def test_given_the_wrong_emphasis_then_two_is_the_best_level(error: float, level: int) -> None:
    reference = {"visual": 0.4 + error, "audio": 0.4 - error, "transcription": 0.1, "metadata": 0.1}
    swapped = {**reference, "visual": reference["audio"], "audio": reference["visual"]}
    assert not emphasis_right(swapped, reference)
    assert mean_error(swapped, reference) == pytest.approx(error)
    assert rubric_level(swapped, reference) == level


def test_given_a_far_answer_with_the_right_emphasis_then_it_is_unusable_above_the_last_bound() -> None:
    assert rubric_level({"a": 1.0, "b": 0.41}, {"a": 1.0, "b": 0.0}) == 1


def test_given_a_near_tie_in_the_reference_then_either_may_lead() -> None:
    reference = {"visual": 0.42, "audio": 0.38, "transcription": 0.1, "metadata": 0.1}
    assert emphasis_right({**reference, "visual": 0.38, "audio": 0.42}, reference)
    assert not emphasis_right({**reference, "visual": 0.1, "metadata": 0.42}, reference)


def test_given_no_answer_then_it_is_unusable() -> None:
    assert rubric_level(None, REFERENCE) == 1


@given(WEIGHTS, WEIGHTS)
def test_given_any_answers_then_the_level_is_one_of_the_scale(one: list[int], other: list[int]) -> None:
    level = rubric_level(weights(one), weights(other))
    assert float(level) in JUDGE_LEVELS
    assert rubric_level(weights(one), weights(one)) == 5


def test_given_bedrocks_normalised_scores_then_levels_come_back() -> None:
    assert [from_normalised(score) for score in (0, 0.25, 0.5, 0.75, 1)] == list(JUDGE_LEVELS)


def test_given_the_scale_then_labels_are_the_rubrics_and_variables_come_last() -> None:
    assert [value for _, value in SCALE] == list(JUDGE_LEVELS)
    assert all(f"- {label}: " in RUBRIC and len(label.split()) <= 5 for label, _ in SCALE)
    assert all(f"{bound:.2f}" in RUBRIC for bound in ERROR_BOUNDS)
    assert RUBRIC.endswith("{{prediction}}")
    assert {"{{prompt}}", "{{ground_truth}}", "{{prediction}}"} <= set(RUBRIC.split())


def test_given_a_reference_that_is_exactly_the_tie_apart_then_either_may_lead() -> None:
    reference = dict(zip(MODALITIES, (0.5, 0.45, 0.05, 0.0), strict=True))
    second_leads = dict(zip(MODALITIES, (0.45, 0.5, 0.05, 0.0), strict=True))
    assert emphasis_right(second_leads, reference)


def test_given_the_wrong_emphasis_and_an_error_equal_to_the_third_bound_then_it_is_not_yet_unusable() -> None:
    reference = dict(zip(MODALITIES, (0.62, 0.38, 0.0, 0.0), strict=True))
    swapped = dict(zip(MODALITIES, (0.38, 0.62, 0.0, 0.0), strict=True))
    assert mean_error(swapped, reference) == ERROR_BOUNDS[2]
    assert rubric_level(swapped, reference) == 2


def test_given_two_answers_then_the_divergence_is_kullback_and_leiblers_from_the_reference() -> None:
    reference, predicted = {"a": 0.5, "b": 0.5, "c": 0.0}, {"a": 0.25, "b": 0.5, "c": 0.25}
    assert divergence(reference, predicted) == pytest.approx(0.5 * math.log(2))
    assert divergence(reference, reference) == 0


def test_given_a_weight_that_the_answer_has_as_zero_then_it_counts_as_half_of_the_last_decimal() -> None:
    assert divergence({"a": 0.5, "b": 0.5}, {"a": 1.0, "b": 0.0}) == pytest.approx(
        0.5 * math.log(0.5) + 0.5 * math.log(0.5 / 0.00005)
    )
