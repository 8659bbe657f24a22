"""What tokens cost, and what a run may cost at most."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent import prices
from intent.prices import PriceTable, Sizes, estimate
from tests.unit.samples import defaults, run

TABLE = PriceTable.model_validate(
    {
        "as_of": "2026-11-21",
        "models": {"a.small-v1:0": {"input": 1, "output": 10}, "us.a.small-v1:0": {"input": 2, "output": 20}},
        "training": {"a.small-v1:0": {"per_million_tokens_and_epoch": 4}},
        "storage_per_model_and_month": 3,
    }
)
MODELS = dict.fromkeys(("teacher", "job_teacher", "base", "baseline", "judge"), "us.a.small-v1:0") | {
    "student": "a.small-v1:0:128k"
}


def sizes(**changed: Any) -> Sizes:
    whole = {"examples": 1000, "holdout": 100, "batch_size": 25, "distillation": True}
    characters = dict.fromkeys(("writer", "teacher", "student", "rubric"), 400)
    return Sizes.model_validate({**whole, **{f"{name}_characters": n for name, n in characters.items()}, **changed})


def test_given_tokens_then_they_cost_what_the_table_says_per_million() -> None:
    assert TABLE.cost("a.small-v1:0", 1_000_000, 100_000) == 1 + 1
    assert TABLE.cost("us.a.small-v1:0", 1_000_000, 0) == 2, "a profile with a row of its own"
    assert TABLE.cost("eu.a.small-v1:0", 1_000_000, 0) == 1, "a profile without one"
    assert TABLE.cost("a.small-v1:0:128k", 0, 1_000_000) == 10


def test_given_a_model_without_a_price_then_it_is_named_and_not_free() -> None:
    with pytest.raises(KeyError, match=r"no price for b\.large"):
        TABLE.cost("b.large", 1, 1)
    with pytest.raises(KeyError, match=r"no training price for b\.large"):
        TABLE.training_rate("b.large")
    with pytest.raises(KeyError, match=r"no training price for a\.other"):
        estimate(sizes(), {**MODELS, "student": "a.other"}, judged=5, table=TABLE)


def test_given_a_run_then_each_item_of_its_bill_is_as_computed_by_hand() -> None:
    assert estimate(sizes(), MODELS, judged=5, table=TABLE) == {
        "write_and_label": round((40 * 100 * 2 + 1000 * 60 * 20) / 1e6, 4),
        "job_teacher": round((1000 * 130 * 2 + 1000 * 110 * 20) / 1e6, 4),
        "training": round(4 * 3 * 1000 * 240 / 1e6, 4),
        "model_storage_month": 3,
        "answer": round(100 * ((130 + 1100) + 3 * (130 * 2 + 110 * 20)) / 1e6, 4),
        "judge": round(5 * 100 * (350 * 2 + 200 * 20) / 1e6, 4),
    }


def test_given_fine_tuning_then_no_teacher_answers_inside_the_job() -> None:
    assert estimate(sizes(distillation=False), MODELS, judged=5, table=TABLE)["job_teacher"] == 0


@given(st.integers(140, 15_000), st.integers(20, 1000), st.integers(1, 50))
def test_given_a_larger_run_then_no_item_gets_cheaper(examples: int, holdout: int, batch_size: int) -> None:
    small = estimate(sizes(examples=examples, holdout=holdout, batch_size=batch_size), MODELS, judged=5, table=TABLE)
    more = sizes(examples=examples + 100, holdout=holdout + 1, batch_size=batch_size)
    large = estimate(more, MODELS, judged=5, table=TABLE)
    assert all(large[item] >= cost >= 0 for item, cost in small.items())


def test_given_the_shipped_table_then_it_knows_every_default_model() -> None:
    table, wanted = prices.load(), run()
    assert all(table.cost(model, 1000, 1000) > 0 for model in wanted.models.values())
    assert table.training_rate(defaults()["student"]) > 0
    assert math.isfinite(table.storage_per_model_and_month)


def test_given_the_published_comparison_then_the_student_is_95_percent_cheaper_than_the_baseline() -> None:
    table, wanted = prices.load(), run()
    assert table.cost(wanted.student, 90, 30) < 0.05 * table.cost(wanted.baseline, 90, 30)
