"""Fitting and calibrating the edge student."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from edge.calibration import Calibration, calibrate
from edge.training import fit
from intent.weights import leading
from tests.unit.edge.toy import MODALITIES, examples, fitted

Array = NDArray[np.float64]


def test_given_examples_then_the_student_leads_as_they_do_and_keeps_their_scale() -> None:
    model = fitted().model
    for query, weights in examples():
        found = model.predict(query).weights
        assert leading(found) == leading(weights), query
        assert max(abs(found[name] - weights[name]) for name in MODALITIES) < 0.1, query


def test_given_the_same_records_then_the_same_bytes() -> None:
    again = fit(examples(), examples(), MODALITIES, seed=7)
    assert again.model.to_bytes() == fitted().model.to_bytes()


def test_given_a_fit_then_its_metrics_are_complete_and_in_range() -> None:
    metrics = fitted().metrics
    expected = {"agreement", "kl", "mae", "ece", "threshold", "coverage", "examples"}
    assert set(metrics) == expected
    assert metrics["agreement"] == 1
    assert metrics["examples"] == 16
    assert metrics["threshold"] == 1.0, "so few cannot show that it errs on less than 5 %"
    assert 0 <= metrics["kl"] < 0.05


@pytest.mark.parametrize(("train", "validation"), [(0, 4), (4, 0)])
def test_given_an_empty_split_then_it_is_refused(train: int, validation: int) -> None:
    with pytest.raises(ValueError, match=r"^edge training needs at least one training and one validation example$"):
        fit(examples()[:train], examples()[:validation], MODALITIES, seed=7)


def test_given_words_that_no_example_has_then_their_meaning_leads() -> None:
    model = fitted().model
    assert leading(model.predict("cello and flute").weights) == "audio"
    assert leading(model.predict("a green bicycle").weights) == "visual"


def _calibrated(ranks: Array, targets: Array, risk: float = 0.05) -> Calibration:
    return calibrate(np.hstack([ranks, np.log(targets)]), targets, MODALITIES, risk)


def test_given_errors_only_among_the_unsure_then_the_threshold_keeps_them_out() -> None:
    sure, unsure = np.tile([6.0, 0, 0, 0], (400, 1)), np.tile([0.5, 0, 0, 0], (100, 1))
    targets = np.tile([0.7, 0.1, 0.1, 0.1], (500, 1))
    targets[400::2] = [0.1, 0.7, 0.1, 0.1]
    found = _calibrated(np.concatenate([sure, unsure]), targets)
    assert found.metrics["coverage"] == pytest.approx(0.8)
    assert found.metrics["agreement"] == pytest.approx(0.9)


def test_given_too_few_to_prove_the_risk_then_nothing_is_answered_alone() -> None:
    found = _calibrated(np.tile([3.0, 0, 0, 0], (10, 1)), np.tile([0.7, 0.1, 0.1, 0.1], (10, 1)))
    assert found.parameters.threshold == 1.0


@pytest.mark.parametrize(("slope", "offset"), [(0.5, -0.5), (2.0, 0.5), (0.8, 1.5)])
def test_given_leads_that_are_right_by_a_logistic_curve_then_the_confidence_is_that_curve(
    slope: float, offset: float
) -> None:
    random = np.random.default_rng(3)
    leads = random.exponential(2.0, size=20_000)
    right = random.random(len(leads)) < expit(slope * leads + offset)
    targets = np.where(right[:, None], [0.7, 0.1, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1])
    found = _calibrated(np.column_stack([leads, np.zeros((len(leads), 3))]), targets)
    assert (found.parameters.slope, found.parameters.offset) == pytest.approx((slope, offset), abs=0.15)
    assert found.metrics["ece"] < 0.015


def test_given_leads_that_mean_the_opposite_then_the_confidence_does_not_rise_with_them() -> None:
    ranks = np.column_stack([np.repeat([1.0, 4.0], 50), np.zeros((100, 3))])
    targets = np.repeat([[0.7, 0.1, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1]], 50, axis=0)
    found = _calibrated(ranks, targets)
    assert found.parameters.slope == 0
    assert found.parameters.confidence(3.0) == pytest.approx(0.5, abs=0.01)
