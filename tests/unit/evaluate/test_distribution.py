"""How the weight errors are spread."""

import pytest

from evaluate.distribution import BOUNDS, weight_errors
from tests.unit.samples import MODALITIES, leaning

from .samples import response


def off(by: float) -> dict[str, float]:
    """Weights that differ from the reference of query 0 by `by` in two of four modalities."""
    reference = leaning(MODALITIES[0])
    return {**reference, MODALITIES[0]: round(0.7 - by, 4), MODALITIES[1]: round(0.1 + by, 4)}


@pytest.mark.parametrize(
    ("by", "bin_"),
    [(0.0, 0), (0.04, 0), (0.0401, 1), (0.1, 1), (0.1001, 2), (0.2, 2), (0.2001, 3), (0.4, 3), (0.4001, 4), (0.7, 4)],
)
def test_given_an_error_then_a_bound_belongs_to_the_bin_below_it(by: float, bin_: int) -> None:
    found = weight_errors({"a": [response(0, off(by))]})
    assert found["bounds"] == list(BOUNDS)
    assert found["candidates"]["a"]["counts"] == [int(number == bin_) for number in range(5)]


def test_given_answers_that_broke_the_contract_then_they_are_counted_apart() -> None:
    found = weight_errors({"a": [response(0, off(0.0)), response(0, None), response(0, None)], "b": []})
    assert found["candidates"]["a"] == {
        "counts": [1, 0, 0, 0, 0],
        "shares": [0.3333, 0.0, 0.0, 0.0, 0.0],
        "invalid": 2,
        "invalid_share": 0.6667,
    }
    assert found["candidates"]["b"]["invalid_share"] == 0.0
