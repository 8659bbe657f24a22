"""Fitting and calibrating the edge student."""

import numpy as np
import pytest

from edge.calibration import calibrate
from edge.training import fit
from intent.weights import leading
from tests.unit.edge.toy import MODALITIES, examples, fitted


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
    expected = {"agreement", "kl", "mae", "ece", "temperature", "threshold", "coverage", "examples"}
    assert set(metrics) == expected
    assert metrics["agreement"] == 1
    assert 0 <= metrics["kl"] < 0.05
    assert metrics["temperature"] > 0


@pytest.mark.parametrize(("train", "validation"), [(0, 4), (4, 0)])
def test_given_an_empty_split_then_it_is_refused(train: int, validation: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        fit(examples()[:train], examples()[:validation], MODALITIES, seed=7)


def test_given_errors_only_among_the_unsure_then_the_threshold_keeps_them_out() -> None:
    sure, unsure = np.tile([6.0, 0, 0, 0], (400, 1)), np.tile([0.5, 0, 0, 0], (100, 1))
    targets = np.tile([0.7, 0.1, 0.1, 0.1], (500, 1))
    targets[400::2] = [0.1, 0.7, 0.1, 0.1]
    found = calibrate(np.concatenate([sure, unsure]), targets, risk=0.05)
    assert found.metrics["coverage"] == pytest.approx(0.8)
    assert found.metrics["agreement"] == pytest.approx(0.9)


def test_given_too_few_to_prove_the_risk_then_nothing_is_answered_alone() -> None:
    found = calibrate(np.tile([3.0, 0, 0, 0], (10, 1)), np.tile([0.7, 0.1, 0.1, 0.1], (10, 1)), risk=0.05)
    assert found.threshold == 1.0
