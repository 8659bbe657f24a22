"""Softmax regression on soft targets, for sparse and dense designs alike. Needs numpy and scipy."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

Matrix = NDArray[np.float64]

_START = 1e-3
_MEMORY = 10  # pairs of steps that L-BFGS remembers


def fit_softmax(
    design: csr_array | Matrix, targets: Matrix, *, penalty: float, iterations: int, seed: int = 0
) -> tuple[Matrix, Matrix]:
    """Minimise mean cross-entropy (KL up to a constant) + `penalty` * squared weights, by L-BFGS.

    design: rows x features; targets: rows x classes, each row sums to 1. Returns weights (features x classes) and
    biases (classes). The problem is convex; `seed` draws a start near zero: the same input gives the same result.
    """
    classes = targets.shape[1]
    transposed = design.T
    features = (transposed @ targets).shape[0]

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights, biases = flat[:-classes].reshape(features, classes), flat[-classes:]
        logits = np.asarray(design @ weights) + biases
        logits -= logits.max(axis=1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        error = (np.exp(logs) - targets) / len(targets)
        gradient = np.asarray(transposed @ error) + 2 * penalty * weights
        value = -(targets * logs).sum() / len(targets) + penalty * (weights**2).sum()
        return float(value), np.concatenate([gradient.ravel(), error.sum(axis=0)])

    start = np.random.default_rng(seed).normal(scale=_START, size=(features + 1) * classes)
    options = {"maxiter": iterations, "maxcor": _MEMORY}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    return found[:-classes].reshape(features, classes), found[-classes:]
