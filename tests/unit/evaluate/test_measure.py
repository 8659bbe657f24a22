"""A candidate's figures, held against another computation of them."""

import statistics
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr

from evaluate.measure import figures, leads_by_id, percentile
from evaluate.responses import Response
from intent.prices import PriceTable
from intent.weights import normalise
from tests.unit.samples import MODALITIES, leaning

from .samples import response

TABLE = PriceTable.model_validate(
    {
        "models": {"m": {"input": 1, "output": 10}},
        "training": {},
        "storage": {"per_model_and_month": 0},
        "batch": {"share": 0.5},
        "aws": {"per_run": 0, "per_step": 0},
    }
)
WEIGHTS = (
    st.lists(st.integers(0, 20), min_size=4, max_size=4)
    .filter(any)
    .map(lambda units: normalise(dict(zip(MODALITIES, units, strict=True)), MODALITIES))
)
_ANSWER = st.tuples(st.none() | WEIGHTS, st.floats(0.01, 5000), st.integers(1, 500), st.integers(1, 200))
ANSWERS = st.lists(_ANSWER, min_size=1, max_size=15).map(
    lambda answers: [
        response(number, weights, latency_ms=ms, input_tokens=read, output_tokens=written)
        for number, (weights, ms, read, written) in enumerate(answers)
    ]
)


def measured(responses: list[Response], model: str | None = "m", judge: float | None = None) -> dict[str, Any]:
    return figures(responses, model=model, judge=judge, table=TABLE)


def first(weights: dict[str, float]) -> str:
    best = max(weights.values())
    return next(name for name in MODALITIES if weights[name] == best)


@given(ANSWERS)
def test_given_any_answers_then_another_computation_gives_the_same_figures(responses: list[Response]) -> None:
    found = measured(responses)
    valid = [answer for answer in responses if answer.weights is not None]
    hits = [answer for answer in valid if first(answer.weights or {}) == first(answer.reference)]
    assert found["answered"] == len(responses)
    assert found["valid"] == pytest.approx(len(valid) / len(responses), abs=6e-5)
    assert found["top1"] == pytest.approx(len(hits) / len(responses), abs=6e-5)
    gaps = [[abs(Fraction((a.weights or {})[n]) - Fraction(a.reference[n])) for n in MODALITIES] for a in valid]
    if gaps:
        assert found["mae"] == pytest.approx(float(statistics.mean(gap for four in gaps for gap in four)), abs=6e-5)
        assert found["max_error"] == pytest.approx(float(max(map(max, gaps))), abs=6e-5)
        for place, name in enumerate(MODALITIES):
            own = [four[place] for four in gaps]
            error = {"mae": float(statistics.mean(own)), "max": float(max(own))}
            assert found["weight_error"][name] == pytest.approx(error, abs=6e-5)
        pairs = [
            ([a.reference[n] for n in MODALITIES], [(a.weights or {})[n] or 5e-5 for n in MODALITIES]) for a in valid
        ]
        assert found["kl"] == pytest.approx(statistics.mean(float(rel_entr(*pair).sum()) for pair in pairs), abs=6e-5)
    else:
        assert found["mae"] is found["max_error"] is found["kl"] is None
        assert found["weight_error"] == {}
    for name in MODALITIES:
        group = [answer for answer in responses if first(answer.reference) == name]
        share = sum(answer in hits for answer in group) / len(group) if group else None
        assert found["recall"][name] == (None if share is None else pytest.approx(share, abs=6e-5))
    usd = sum(answer.input_tokens + 10 * answer.output_tokens for answer in responses) / len(responses)
    assert found["cost_per_million_usd"] == pytest.approx(usd, abs=0.006)
    assert sum(found["rejections"].values()) == len(responses) - len(valid)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=50), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_given_any_values_then_the_percentile_is_the_smallest_that_covers_the_share(
    values: list[int], share: float
) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


def test_given_the_teachers_own_answers_then_agreement_is_with_those_and_not_with_the_reference() -> None:
    teacher = [response(0, leaning("audio")), response(1, leaning("audio")), response(2, None)]
    given = [response(0, leaning("audio")), response(1, None), response(2, leaning("transcription"))]
    leads = leads_by_id(teacher)
    assert leads == {"h0": "audio", "h1": "audio"}
    found = figures(given, model=None, judge=None, table=TABLE, leads=leads)
    assert (found["agreement"], found["top1"]) == (0.5, pytest.approx(1 / 3, abs=1e-4))
    assert figures(teacher, model=None, judge=None, table=TABLE, leads=leads)["agreement"] == 1.0
    assert measured(given)["agreement"] is None


def test_given_no_answers_then_no_figure_is_made_up() -> None:
    found = measured([])
    assert (found["answered"], found["valid"], found["top1"], found["mae"]) == (0, None, None, None)
    assert found["latency_ms"] == {"p50": None, "p95": None, "p99": None}
    assert found["cost_per_million_usd"] is None
    assert found["recall"] == {}


def test_given_only_errors_then_they_count_against_the_candidate() -> None:
    found = measured([response(number, None, reason="ThrottlingException") for number in range(4)])
    assert (found["valid"], found["top1"], found["mae"], found["cost_per_million_usd"]) == (0.0, 0.0, None, None)
    assert found["rejections"] == {"ThrottlingException": 4}
    assert set(found["recall"].values()) == {0.0}


def test_given_a_candidate_in_our_own_process_then_it_costs_nothing() -> None:
    assert measured([response(0, leaning("visual"))], model=None)["cost_per_million_usd"] == 0.0


def test_given_calls_that_failed_before_any_token_then_they_do_not_make_the_others_cheaper() -> None:
    paid = response(0, leaning("visual"), input_tokens=100, output_tokens=10, latency_ms=5.0)
    assert measured([paid, response(1, None)])["cost_per_million_usd"] == 200.0


def test_given_a_judges_mean_then_it_is_kept_to_three_decimals() -> None:
    assert measured([response(0, leaning("visual"))], judge=4.00049)["judge"] == 4.0
    assert measured([response(0, leaning("visual"))])["judge"] is None
