"""Intervals: held against draws written out, known laws, and scipy."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluate.bootstrap import DRAWS, Resamples, groups, interval, intervals, paired, worst
from evaluate.measure import percentile
from evaluate.responses import Response
from tests.unit.samples import MODALITIES, leaning

from .samples import response


def answers(count: int, *, wrong_every: int = 0, **changed: float) -> list[Response]:
    """`count` answers that lead as the teacher does, but every `wrong_every`th."""
    found: list[Response] = []
    for number in range(count):
        wrong = wrong_every and number % wrong_every == 0
        lead = MODALITIES[(number + (1 if wrong else 0)) % 4]
        found.append(response(number, leaning(lead), **{"latency_ms": 1.0 + number, **changed}))
    return found


def draws(size: int, count: int = 50) -> tuple[Resamples, list[list[int]]]:
    """The resamples, and each draw written out as positions."""
    resamples = Resamples(size, seed=3, draws=count)
    counts = np.stack([resamples.means(np.eye(size)[place]) * size for place in range(size)], axis=1)
    return resamples, [np.repeat(np.arange(size), np.rint(row).astype(int)).tolist() for row in counts]


@settings(max_examples=30)
@given(st.lists(st.none() | st.floats(-5, 5), min_size=2, max_size=12), st.sampled_from([0.5, 0.95, 0.99]))
def test_given_any_values_then_each_draw_is_what_one_would_compute_by_hand(
    values: list[float | None], share: float
) -> None:
    array = np.array([np.nan if value is None else value for value in values])
    resamples, written = draws(len(values))
    means, ranks = resamples.means(array), resamples.percentiles(array, share)
    for place, positions in enumerate(written):
        assert len(positions) == len(values)
        known = [value for value in (values[position] for position in positions) if value is not None]
        if not known:
            assert np.isnan(means[place])
            assert np.isnan(ranks[place])
            continue
        assert means[place] == pytest.approx(np.mean(known), abs=1e-9)
        assert ranks[place] == percentile(known, share)


def test_given_a_share_then_the_interval_is_that_of_scipy() -> None:
    answered = answers(500, wrong_every=10)
    found = intervals(answered, Resamples(500, seed=1))["top1"]
    right = np.array([number % 10 != 0 for number in range(500)], dtype=float)
    other = stats.bootstrap((right,), np.mean, method="percentile", n_resamples=9_999, rng=2).confidence_interval
    assert found == pytest.approx((other.low, other.high), abs=0.006)


def test_given_the_same_seed_then_the_same_intervals() -> None:
    answered = answers(60, wrong_every=7)
    one, other = (intervals(answered, Resamples(60, seed=5)) for _ in range(2))
    assert one == other
    assert one != intervals(answered, Resamples(60, seed=6))


def test_given_no_valid_answer_then_no_interval_is_made_up() -> None:
    found = intervals([response(number, None) for number in range(20)], Resamples(20, seed=1))
    assert (found["mae"], found["kl"], found["latency_ms"]["p50"]) == (None, None, None)
    assert found["valid"] == (0.0, 0.0)
    assert intervals([], Resamples(1, seed=1)) == {}


def test_given_a_figure_that_most_draws_lack_then_it_has_no_interval() -> None:
    assert interval(np.array([np.nan] * 10 + [0.5] * 90)) is None
    assert interval(np.array([np.nan] + [0.5] * 99)) == (0.5, 0.5)


def test_given_a_candidate_beside_itself_then_the_paired_difference_is_nothing() -> None:
    answered = answers(80, wrong_every=3)
    found = paired(answered, list(reversed(answered)), Resamples(80, seed=1))
    assert found["top1"] == {"difference": 0.0, "interval": (0.0, 0.0)}
    assert found["latency_p50"]["interval"] == (0.0, 0.0)


def test_given_errors_on_the_same_queries_then_pairing_narrows_the_interval() -> None:
    good, bad = answers(400, wrong_every=20), answers(400, wrong_every=10)
    resamples = Resamples(400, seed=1)
    low, high = paired(good, bad, resamples)["top1"]["interval"]
    (good_low, good_high), (bad_low, bad_high) = (intervals(side, resamples)["top1"] for side in (good, bad))
    assert paired(good, bad, resamples)["top1"]["difference"] == pytest.approx(0.05)
    assert 0 < low < 0.05 < high
    assert high - low < (good_high - good_low) + (bad_high - bad_low)


def test_given_other_queries_then_nothing_is_compared() -> None:
    with pytest.raises(ValueError, match="same held-out queries"):
        paired(answers(4), answers(5), Resamples(4, seed=1))
    with pytest.raises(ValueError, match="same held-out queries"):
        paired(answers(4), [*answers(3), response(9, None)], Resamples(4, seed=1))


def test_given_cells_then_each_group_has_its_share() -> None:
    answered = [
        answer.model_copy(update={"cell": {"leading": "visual", "style": "title" if number % 2 else "quote"}})
        for number, answer in enumerate(answers(40, wrong_every=2))
    ]
    found = groups(answered, Resamples(40, seed=1))
    assert found["style"]["title"] == {"count": 20, "top1": 1.0, "mae": 0.0, "interval": (1.0, 1.0)}
    assert found["style"]["quote"] == {"count": 20, "top1": 0.0, "mae": 0.3, "interval": (0.0, 0.0)}
    assert found["leading"]["visual"]["top1"] == 0.5


def test_given_wrong_answers_then_the_worst_come_first_and_right_ones_never() -> None:
    near, far = {"visual": 0.4, "audio": 0.5, "transcription": 0.1, "metadata": 0.0}, leaning("metadata")
    answered = [response(0, leaning("visual")), response(4, near), response(8, far), response(12, None)]
    assert [answer.id for answer in worst(answered)] == ["h12", "h8", "h4"]
    assert [answer.id for answer in worst(answered, 1)] == ["h12"]


def test_given_nine_candidates_on_five_hundred_queries_then_it_takes_seconds() -> None:
    started, resamples = time.process_time(), Resamples(500, seed=1)
    baseline = answers(500, wrong_every=5)
    for _ in range(9):
        intervals(baseline, resamples)
        groups(baseline, resamples)
        paired(baseline, baseline, resamples)
    assert time.process_time() - started < 10
    assert DRAWS >= 1_000
