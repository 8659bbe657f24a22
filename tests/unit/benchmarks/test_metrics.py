"""The figures, each against another way to compute it or a value worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, entropy

from benchmarks import metrics, spread
from intent.weights import normalise
from tests.unit.samples import MODALITIES, leaning

VISUAL, AUDIO = leaning("visual"), leaning("audio")
LABELS = [("visual",), ("audio", "visual"), ("audio",), ("metadata",)]
ANSWERS = [VISUAL, VISUAL, VISUAL, None]
WEIGHTS = st.lists(st.integers(1, 1000), min_size=4, max_size=4).map(
    lambda raw: normalise(dict(zip(MODALITIES, raw, strict=True)), MODALITIES)
)


def test_given_answers_then_any_accepted_modality_is_right_and_none_is_wrong() -> None:
    assert metrics.right(ANSWERS, LABELS) == [True, True, False, False]


def test_given_right_and_wrong_then_recall_goes_by_the_preferred_modality() -> None:
    assert metrics.recall([True, True, False, False], LABELS) == {"audio": 0.5, "metadata": 0.0, "visual": 1.0}


@given(st.integers(1, 3000).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_the_interval_is_scipys(counts: tuple[int, int]) -> None:
    reference = binomtest(*counts).proportion_ci(0.95, method="wilson")
    assert metrics.wilson(*counts) == pytest.approx((reference.low, reference.high), abs=1e-6)


def test_given_weights_then_error_and_dominant_are_as_by_hand() -> None:
    tied = {"visual": 0.4, "audio": 0.4, "transcription": 0.1, "metadata": 0.1}
    found = metrics.against([VISUAL, VISUAL, None], [AUDIO, tied, VISUAL])
    assert found["mae"] == pytest.approx((0.3 + 0.15) / 2)
    assert found["dominant"] == pytest.approx(1 / 3), "a tie may be led by either; no answer leads nothing"
    assert metrics.against([None], [AUDIO])["mae"] is None


@given(st.lists(st.tuples(WEIGHTS, WEIGHTS, st.floats(0, 1)), min_size=1, max_size=40), st.floats(0, 1))
def test_trust_is_what_numpy_and_scipy_make_of_it(
    rows: list[tuple[dict[str, float], dict[str, float], float]], threshold: float
) -> None:
    found = metrics.trust([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], threshold)
    given_ = np.array([list(row[0].values()) for row in rows])
    taught = np.array([list(row[1].values()) for row in rows])
    sure, agrees = np.array([row[2] for row in rows]), given_.argmax(axis=1) == taught.argmax(axis=1)
    assert found["agreement"] == pytest.approx(agrees.mean())
    assert found["mae_teacher"] == pytest.approx(np.abs(given_ - taught).mean())
    assert found["kl"] == pytest.approx(entropy(taught, np.maximum(given_, 1e-4), axis=1).mean(), abs=2e-3)
    assert found["coverage"] == pytest.approx((sure >= threshold).mean())
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(sure[bins == b].mean() - agrees[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    assert found["ece"] == pytest.approx(sum(gaps), abs=1e-9)
    if (sure >= threshold).any():
        assert found["covered_agreement"] == pytest.approx(agrees[sure >= threshold].mean())
    else:
        assert found["covered_agreement"] is None


def test_given_a_hundred_values_then_a_percentile_is_one_of_them() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert (metrics.percentile(values, 0.5), metrics.percentile(values, 0.99)) == (50.0, 99.0)
    assert metrics.percentile([3.0], 0.99) == 3.0


def test_given_runs_then_every_figure_has_its_median_and_extremes() -> None:
    runs = [
        {"edge": {"top1": top1, "interval": [top1 - 0.1, 1], "gone": gone}} for top1, gone in ((0.8, None), (0.9, 1))
    ]
    assert spread.median(runs) == {
        "edge": {"top1": pytest.approx(0.85), "interval": [pytest.approx(0.75), 1], "gone": 1}
    }
    top1 = spread.spread(runs)["edge"]["top1"]
    assert (top1["min"], top1["max"]) == (0.8, 0.9)
    assert math.isclose(top1["median"], 0.85)
    assert spread.median([{"a": None}, {"a": None}]) == {"a": None}
