"""Train a small network with one hidden layer on soft targets: who leads, and by what shares. Needs numpy and scipy."""

from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

Matrix = NDArray[np.float32]
Layers = tuple[Matrix, Matrix, Matrix, Matrix]
"""Weights (inputs x hidden) and biases of the hidden layer, weights (hidden x outputs) and biases of the last."""

# Chosen on held-out synthetic queries and a development sample of written ones; half or twice of each measured alike.
_BATCH, _EPOCHS, _RATE, _DECAY, _DROPPED = 64, 16, 2e-3, 1e-3, 0.2
_LEAST_STEPS = 1200  # of which small data sets make more rounds
_MOMENTS, _TINY = (0.9, 0.99), 1e-8  # Adam (Kingma and Ba 2015) with decoupled decay (Loshchilov and Hutter 2019)
_SHARPNESS = 8  # the power of the targets from which the first half of the outputs learns who leads


def train(inputs: Matrix, targets: Matrix, *, hidden: int, seed: int) -> Layers:
    """The same input gives the same layers.

    inputs: rows x features; targets: rows x classes, each row sums to 1. The first half of the outputs are logits of
    the sharpened targets, the second half those of the targets themselves: one alone either blurs who leads, or is off
    the scale.
    """
    random, classes = np.random.default_rng(seed), targets.shape[1]
    wanted = np.hstack([_sharpened(targets), targets]).astype(np.float32)
    layers = [np.zeros(shape, np.float32) for shape in shapes(inputs.shape[1], hidden, classes)]
    layers[0] = random.standard_normal(layers[0].shape, dtype=np.float32) / np.float32(inputs.shape[1] ** 0.5)
    first, second = [np.zeros_like(layer) for layer in layers], [np.zeros_like(layer) for layer in layers]
    rounds = max(_EPOCHS, ceil(_LEAST_STEPS / ceil(len(inputs) / _BATCH)))
    batches = [batch for _ in range(rounds) for batch in _batches(random.permutation(len(inputs)))]
    for step, rows in enumerate(batches, start=1):
        rate = np.float32(_RATE * (1 - step / len(batches)))
        for k, slope in enumerate(_slopes(layers, inputs[rows], wanted[rows], random)):
            first[k] += (1 - _MOMENTS[0]) * (slope - first[k])
            second[k] += (1 - _MOMENTS[1]) * (slope**2 - second[k])
            change = (first[k] / (1 - _MOMENTS[0] ** step)) / (np.sqrt(second[k] / (1 - _MOMENTS[1] ** step)) + _TINY)
            layers[k] -= rate * (change + _DECAY * layers[k])
    return layers[0], layers[1], layers[2], layers[3]


def outputs(layers: Layers, inputs: Matrix) -> Matrix:
    """Rows x (classes + classes): logits of who leads, then of the shares."""
    into, shift, out, last = layers
    return np.maximum(inputs @ into + shift, 0) @ out + last


def shapes(inputs: int, hidden: int, classes: int) -> tuple[tuple[int, ...], ...]:
    """Of the layers, in their order."""
    return (inputs, hidden), (hidden,), (hidden, 2 * classes), (2 * classes,)


def _sharpened(targets: Matrix) -> Matrix:
    powers = (targets / targets.max(axis=1, keepdims=True)) ** _SHARPNESS
    return powers / powers.sum(axis=1, keepdims=True)


def _batches(order: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]


def _slopes(
    layers: list[Matrix], inputs: Matrix, wanted: Matrix, random: np.random.Generator
) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Gradients of the sum of both cross-entropies, with some hidden units dropped."""
    into, shift, out, last = layers
    before: Matrix = inputs @ into + shift
    drawn = random.random(before.shape, dtype=np.float32) >= _DROPPED
    kept: Matrix = (drawn & (before > 0)).astype(np.float32) * np.float32(1 / (1 - _DROPPED))
    hidden: Matrix = before * kept
    found, classes = hidden @ out + last, wanted.shape[1] // 2
    logs = np.hstack([log_softmax(found[:, :classes], axis=1), log_softmax(found[:, classes:], axis=1)])
    error: Matrix = ((np.exp(logs) - wanted) / len(inputs)).astype(np.float32)
    back: Matrix = (error @ out.T) * kept
    return inputs.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)
