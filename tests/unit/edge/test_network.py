"""Training of the small network."""

import numpy as np
from scipy.special import softmax

from edge.network import outputs, train

_RANDOM = np.random.default_rng(0)
_INPUTS = _RANDOM.normal(size=(400, 6)).astype(np.float32)
_TARGETS = softmax(0.5 * (_INPUTS @ _RANDOM.normal(size=(6, 3))), axis=1).astype(np.float32)


def test_given_a_rule_then_one_half_learns_who_leads_and_the_other_by_what_shares() -> None:
    found = outputs(train(_INPUTS, _TARGETS, hidden=16, seed=1), _INPUTS)
    assert found.shape == (400, 6)
    assert (found[:, :3].argmax(axis=1) == _TARGETS.argmax(axis=1)).mean() >= 0.95
    assert np.abs(softmax(found[:, 3:], axis=1) - _TARGETS).mean() < 0.04


def test_given_the_same_input_then_the_same_layers_and_with_another_seed_others() -> None:
    one, again, other = (train(_INPUTS, _TARGETS, hidden=4, seed=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0], other[0])


def test_given_targets_with_a_tie_and_with_nothing_then_the_layers_are_finite() -> None:
    targets = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]], np.float32)
    assert all(np.isfinite(layer).all() for layer in train(_INPUTS[:2], targets, hidden=4, seed=1))
