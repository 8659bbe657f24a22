"""Minimise a smooth function of many variables: L-BFGS with a backtracking line search. Needs numpy only.

scipy's L-BFGS-B minds bounds, which a regression has none of: a step on 131,072 variables takes it 20 times as long.
"""

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_MEMORY = 10
_SUFFICIENT = 1e-4  # Armijo's condition
_SMALLEST_STEP = 1e-10
_TOLERANCE = 1e-7  # relative decrease at which it ends


def minimise(function: Callable[[Vector], tuple[float, Vector]], start: Vector, iterations: int) -> Vector:
    """The point reached after at most `iterations` steps. `function` returns value and gradient.

    Nocedal and Wright, Numerical Optimization (2006), algorithms 7.4 and 7.5.
    """
    point, pairs = start, deque[tuple[Vector, Vector, float]](maxlen=_MEMORY)
    value, gradient = function(point)
    for _ in range(iterations):
        direction = _direction(gradient, pairs)
        slope = _inner(gradient, direction)
        step = 1.0 if pairs else 1.0 / max(float(np.abs(gradient).max()), 1e-12)
        while step > _SMALLEST_STEP:
            found = function(point + step * direction)
            if found[0] <= value + _SUFFICIENT * step * slope:
                break
            step /= 2
        else:
            return point
        change, bend = step * direction, found[1] - gradient
        curvature = _inner(change, bend)
        if curvature > 0:
            pairs.append((change, bend, 1 / curvature))
        gain = value - found[0]
        point, value, gradient = point + change, found[0], found[1]
        if gain <= _TOLERANCE * max(abs(value), 1e-12):
            return point
    return point


def _direction(gradient: Vector, pairs: deque[tuple[Vector, Vector, float]]) -> Vector:
    """Minus the inverse Hessian's estimate times the gradient."""
    result = -gradient
    shares: list[float] = []
    for change, bend, inverse in reversed(pairs):
        share = inverse * _inner(change, result)
        result = result - share * bend
        shares.append(share)
    if pairs:
        _, bend, inverse = pairs[-1]
        result = result / (inverse * _inner(bend, bend))
    for (change, bend, inverse), share in zip(pairs, reversed(shares), strict=True):
        result = result + change * (share - inverse * _inner(bend, result))
    return result


def _inner(first: Vector, second: Vector) -> float:
    """Not BLAS: its sums depend on the number of threads, and the same records must give the same bytes."""
    return float((first * second).sum())
