"""What tokens cost, and prices that a deployment puts over the table."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from intent import prices
from intent.prices import PriceTable, load, put_over
from tests.unit.samples import defaults, run

TABLE = PriceTable.model_validate(
    {
        "models": {"a.small-v1:0": {"input": 1, "output": 10}, "us.a.small-v1:0": {"input": 2, "output": 20}},
        "training": {"a.small-v1:0": {"per_million_tokens_and_epoch": 4}},
        "storage": {"per_model_and_month": 3},
        "batch": {"share": 0.5},
        "aws": {"per_run": 1, "per_step": 0.01},
    }
)


@pytest.fixture(autouse=True)
def fresh() -> Generator[None]:
    load.cache_clear()
    yield
    load.cache_clear()


def test_given_tokens_then_they_cost_what_the_table_says_per_million() -> None:
    assert TABLE.cost("a.small-v1:0", 1_000_000, 100_000) == 1 + 1
    assert TABLE.cost("us.a.small-v1:0", 1_000_000, 0) == 2, "a profile with a row of its own"
    assert TABLE.cost("eu.a.small-v1:0", 1_000_000, 0) == 1, "a profile without one"
    assert TABLE.cost("a.small-v1:0:128k", 0, 1_000_000) == 10


def test_given_a_model_without_a_price_then_model_and_fix_are_named_and_it_is_not_free() -> None:
    with pytest.raises(KeyError, match=r"no price for b\.large; add one: context key .prices. in cdk\.json"):
        TABLE.cost("b.large", 1, 1)
    with pytest.raises(KeyError, match=r"no training price for b\.large; add one"):
        TABLE.training_rate("b.large")


def test_given_prices_of_ones_own_then_they_replace_those_of_the_models_they_name() -> None:
    own = {"models": {"a.small-v1:0": {"input": 5, "output": 6}, "b": {"input": 7, "output": 8}}, "batch": {"share": 1}}
    table = put_over(TABLE, own)
    assert (table.cost("a.small-v1:0", 10**6, 0), table.cost("b", 0, 10**6), table.batch.share) == (5, 8, 1)
    assert table.cost("us.a.small-v1:0", 10**6, 0) == 2, "the others stay"
    assert table.models["a.small-v1:0"].source == "", "the shipped source does not vouch for another price"
    assert put_over(TABLE, {}) == TABLE


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"models": {"x": {"output": 1}}}, r"prices\.models\.x\.input: Field required"),
        ({"models": {"x": {"input": -1, "output": 1}}}, r"prices\.models\.x\.input: .*greater than or equal to 0"),
        ({"models": {"x": {"input": float("nan"), "output": 1}}}, r"prices\.models\.x\.input: "),
        ({"models": {"x": {"input": 1, "output": 1, "cache": 1}}}, r"prices\.models\.x\.cache: Extra"),
        ({"models": {"x": 3}}, r"prices\.models\.x: "),
        ({"models": 3}, r"prices\.models: "),
        ({"modles": {}}, r"prices\.modles: Extra"),
        ({"batch": {"share": 0}}, r"prices\.batch\.share: "),
        ({"aws": {"per_run": 1}}, r"prices\.aws\.per_step: Field required"),
    ],
)
def test_given_prices_that_are_wrong_then_the_key_is_named(own: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        put_over(TABLE, own)


def test_given_a_bundle_with_prices_beside_the_packages_then_they_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = load()
    over = tmp_path / "prices.json"
    over.write_text(json.dumps({"models": {"x": {"input": 1, "output": 2}}}))
    monkeypatch.setattr(prices, "_OVER", over)
    load.cache_clear()
    assert load().cost("x", 10**6, 0) == 1
    assert load().models.keys() == {*shipped.models, "x"}


def test_given_the_shipped_table_then_it_knows_every_default_model_and_says_where_from() -> None:
    table, wanted = load(), run()
    assert all(table.cost(model, 1000, 1000) > 0 for model in wanted.models.values())
    assert table.training_rate(defaults()["student"]) > 0
    entries = [*table.models.values(), *table.training.values(), table.storage, table.batch, table.aws]
    assert all(entry.source and entry.as_of.startswith("2026-") for entry in entries)


def test_given_the_published_comparison_then_the_student_is_95_percent_cheaper_than_the_baseline() -> None:
    table, wanted = load(), run()
    assert table.cost(wanted.student, 90, 30) < 0.05 * table.cost(wanted.baseline, 90, 30)
