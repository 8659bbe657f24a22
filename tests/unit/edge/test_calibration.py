"""What a confidence means: bounds and curves against figures worked out by hand."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.calibration import Calibration, calibrate, expected_calibration_error, reliability, threshold_for, upper_bound

_THREE = ("visual", "audio", "metadata")
_SHARES = np.array([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]])


def _flags(*right: int) -> NDArray[np.bool_]:
    return np.array(right, bool)


def _calibrated(ranks: NDArray[np.float64], targets: NDArray[np.float64]) -> Calibration:
    return calibrate(np.hstack([ranks, np.log(_SHARES)[: len(ranks)]]), targets, _THREE, risk=0.05)


@pytest.mark.parametrize(
    ("wrong", "count", "bound"),
    [(0, 1, 0.95), (0, 10, 1 - 0.05**0.1), (1, 2, 0.95**0.5), (2, 20, 0.282619), (5, 5, 1.0), (0, 0, 1.0)],
)
def test_given_errors_among_trials_then_the_upper_bound_is_clopper_and_pearsons(
    wrong: int, count: int, bound: float
) -> None:
    assert upper_bound(wrong, count) == pytest.approx(bound, abs=1e-6)


@pytest.mark.parametrize(("right", "wrong"), [(1, 0), (20, 0), (59, 1)])
def test_given_a_risk_of_just_what_the_split_shows_then_it_answers_and_below_that_it_does_not(
    right: int, wrong: int
) -> None:
    confidence, flags = np.full(right + wrong, 0.9), _flags(*[1] * right, *[0] * wrong)
    shown = upper_bound(wrong, right + wrong)
    assert threshold_for(confidence, flags, shown) == 0.9
    assert threshold_for(confidence, flags, shown - 0.001) == 1.0


def test_given_a_single_right_answer_then_a_risk_below_its_bound_is_not_taken() -> None:
    assert threshold_for(np.array([0.9]), _flags(1), 0.94) == 1.0


def test_given_equal_confidences_then_they_answer_together_or_not_at_all() -> None:
    confidence = np.full(200, 0.9)
    assert threshold_for(confidence, _flags(*[1] * 100, *[0] * 100), 0.05) == 1.0


def test_given_a_split_without_queries_then_nothing_is_answered_alone() -> None:
    assert threshold_for(np.array([]), _flags(), 0.05) == 1.0


@pytest.mark.parametrize(
    ("confidence", "right", "gap"),
    [
        ([0.95, 0.95, 0.95, 0.95, 0.25, 0.25, 0.25, 0.25], (1, 1, 1, 0, 1, 0, 0, 0), 0.1),
        ([0.85, 0.85, 0.95, 0.95], (0, 0, 1, 1), 0.45),
        ([0.9, 1.0], (1, 0), 0.45),
    ],
)
def test_given_ten_bins_then_the_error_is_the_gap_in_each_by_its_share_of_the_queries(
    confidence: list[float], right: tuple[int, ...], gap: float
) -> None:
    assert expected_calibration_error(np.array(confidence), _flags(*right)) == pytest.approx(gap)


def test_given_confidences_then_each_tenth_that_occurs_has_a_line_and_certainty_is_in_the_last() -> None:
    assert reliability(np.array([0.92, 1.0, 0.31, 0.3333333, 0.85]), _flags(1, 0, 1, 0, 1)) == [
        {"from": 0.3, "to": 0.4, "count": 2, "confidence": 0.3217, "right": 0.5},
        {"from": 0.8, "to": 0.9, "count": 1, "confidence": 0.85, "right": 1.0},
        {"from": 0.9, "to": 1.0, "count": 2, "confidence": 0.96, "right": 0.5},
    ]
    assert reliability(np.array([0.5, 0.5, 0.5]), _flags(1, 0, 0))[0]["right"] == 0.3333


def test_given_one_lead_for_all_then_the_confidence_is_the_share_right_drawn_in_as_platt_does() -> None:
    targets = np.array([[0.7, 0.2, 0.1]] * 3 + [[0.1, 0.2, 0.7]])
    outputs = np.hstack([np.tile([2.0, 0.0, -1.0], (4, 1)), np.log(targets)])
    found = calibrate(outputs, targets, _THREE, risk=0.05).parameters
    assert found.confidence(2.0) == pytest.approx((3 * 4 / 5 + 1 / 3) / 4, abs=1e-4)


def test_given_two_queries_then_the_metrics_are_those_of_the_shares_beside_the_targets() -> None:
    targets = np.array([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])
    found = _calibrated(np.array([[3.0, 1.0, 0.0], [2.5, 0.0, 0.5]]), targets)
    second = 0.5 * math.log(0.25 / 0.125) + 0.5 * math.log(0.5 / 0.75)
    assert found.metrics["kl"] == pytest.approx((0.5 * math.log(0.5 / 0.25) + second) / 2)
    assert found.metrics["mae"] == pytest.approx((0.25 + 0.25 + 0.125 + 0.125 + 0.25) / 6)
    assert found.metrics["agreement"] == 0.5
    assert found.metrics["threshold"] == found.parameters.threshold == 1.0
    assert found.parameters.modalities == _THREE
