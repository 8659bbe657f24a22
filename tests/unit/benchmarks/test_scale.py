"""The model of scale: Little's law, quotas, tiers; held against a simulation, and the page against the model."""

import math
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from scipy import stats

from benchmarks import scale
from benchmarks.scale_model import RARELY, Account, AwsPrices, Mix, Quotas, carried, idle, limits, load, month, peak
from benchmarks.scale_simulation import simulate
from cli.settings import of_stage
from route import handler, student
from route.measure import Name

PAGE = (Path(__file__).parents[3] / "docs" / "scale.md").read_text("utf-8")
ALWAYS = Mix(name="distilled", edge=0.0)
FREE = Quotas(tokens_per_minute=1e12)


def test_the_settings_are_those_of_the_code() -> None:
    limits_, quotas = of_stage("prod").limits, Quotas()
    assert (quotas.route_rate, quotas.route_burst) == (limits_.route_rate, limits_.route_burst)
    assert quotas.key_per_day == limits_.route_quota_per_day
    assert quotas.pointer_seconds == handler.POINTER_TTL
    assert Mix().reserved_tokens == student.WEIGHTS_TOKENS
    always = [name for name in get_args(Name) if not name.startswith(("Candidate", "Shadow"))]  # those: while on trial
    assert AwsPrices().metrics == len(always), "each is billed"


@pytest.mark.parametrize("mean", [0.05, 1.0, 10.0, 83.3, 499.0, 501.0, 593.0, 8_330.0])
def test_the_peak_is_what_poisson_exceeds_once_in_ten_thousand(mean: float) -> None:
    most = int(stats.poisson.ppf(1 - RARELY, mean))
    assert peak(mean) == most if mean < 500 else abs(peak(mean) - most) <= 2


def test_concurrency_is_arrivals_times_time() -> None:
    assert load(100, ALWAYS, FREE).concurrency == pytest.approx(83.3)
    assert load(100, Mix(cache=0.5, edge=0.5), FREE).concurrency == pytest.approx(0.11)


def test_a_limit_carries_exactly_what_it_allows() -> None:
    assert carried(lambda rate: rate <= 1234.5) == pytest.approx(1234.5, rel=1e-3)
    assert carried(lambda _: True) == math.inf
    by_name = {limit.name: limit.rate for limit in limits(Account(mix=ALWAYS))}
    per_request = ALWAYS.input_tokens + ALWAYS.reserved_tokens
    assert by_name["tokens a minute of the deployment"] == pytest.approx(4e6 / 60 / per_request, rel=2e-3)
    assert peak(by_name["Lambda concurrency"] * ALWAYS.busy_seconds) <= 1_000


def test_more_traffic_costs_more_and_a_surer_edge_student_less() -> None:
    costs = [sum(month(rate, Account()).values()) for rate in scale.RATES]
    assert costs == sorted(costs)
    dear, cheap = (sum(month(100, Account(mix=Mix(edge=edge))).values()) for edge in (0.5, 0.99))
    assert dear > cheap
    assert month(0.0, Account())["idle"] == idle(Account()) == sum(month(0.0, Account()).values())


def test_requests_beyond_a_tier_cost_that_tiers_price() -> None:
    million = 1_000_000 / (30 * 86_400)
    first = month(333 * million, Account())["API Gateway"]
    assert first == pytest.approx(333 * 3.5)
    assert month(433 * million, Account())["API Gateway"] == pytest.approx(first + 100 * 2.8)


@pytest.mark.parametrize(("mix", "rate"), [(ALWAYS, 50.0), (Mix(), 400.0)])
def test_a_simulation_that_knows_no_formula_agrees_about_concurrency(mix: Mix, rate: float) -> None:
    seen, said = simulate(rate, 60, mix, FREE), load(rate, mix, FREE)
    assert seen.concurrency == pytest.approx(said.concurrency, rel=0.07)
    assert seen.peak <= said.peak * 1.1
    assert set(seen.outcomes) <= {"edge", "distilled"}


@pytest.mark.parametrize("demand", [0.8, 2.0, 4.0])
def test_a_quota_that_is_short_is_used_up_and_the_edge_student_answers_the_rest(demand: float) -> None:
    rate = 50.0
    quota = Quotas(tokens_per_minute=load(rate, ALWAYS, FREE).reserved_per_minute / demand)
    seen = simulate(rate, 120, ALWAYS, quota)
    assert seen.outcomes["distilled"] / seen.outcomes.total() == pytest.approx(min(1, 1 / demand), abs=0.03)
    assert ("fallback" in seen.outcomes) == (demand > 1)


def test_a_simulation_says_the_same_each_time() -> None:
    assert simulate(20, 10, ALWAYS, FREE) == simulate(20, 10, ALWAYS, FREE)
    assert simulate(20, 10, ALWAYS, FREE) != simulate(20, 10, ALWAYS, FREE, seed=8)


def test_the_page_shows_what_the_model_says() -> None:
    for table in scale.tables():
        assert "\n".join(table) in PAGE, "python -m benchmarks.scale prints the tables"
    drawn = Path(__file__).parents[3] / "docs" / "scale.svg"
    assert drawn.read_text("utf-8") == scale.chart(), "python -m benchmarks.scale --svg docs/scale.svg"


def test_a_quota_of_ones_own_moves_its_limit_only() -> None:
    one, two = (Account(quotas=quotas) for quotas in (Quotas(), replace(Quotas(), tokens_per_minute=8e6)))
    before, after = ({limit.name: limit.rate for limit in limits(account)} for account in (one, two))
    assert {name for name in before if before[name] != after[name]} == {"tokens a minute of the deployment"}
