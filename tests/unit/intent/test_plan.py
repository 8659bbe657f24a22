"""The settings of a run and its plan."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intent.candidates import CANDIDATES, JUDGED, KNOWN
from intent.figures import WHO
from intent.plan import MIN_TRAINING, Batch, Plan, spare_calls
from tests.unit.samples import plan, run


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"examples": 139}, "examples"),
        ({"examples": 15_001}, "examples"),
        ({"holdout": 19}, "holdout"),
        ({"holdout": 5001}, "holdout"),
        ({"others": ["a.b", "a.b"]}, "others: a model is named twice"),
        ({"others": ["a", "b", "c", "d", "e"]}, "others"),
        ({"others": ["no id"]}, "others"),
        ({"others": "a.b"}, "others"),
        ({"judged": ["distilled", "cascade"]}, "judged: cascade is none of distilled"),
        ({"judge_repeat": 1001}, "judge_repeat"),
        ({"keep_failed": "perhaps"}, "keep_failed"),
        ({"mode": "both"}, "mode"),
        ({"customization": "CONTINUED_PRE_TRAINING"}, "customization"),
        ({"max_cost_usd": 0}, "max_cost_usd"),
        ({"max_cost_usd": float("nan")}, "max_cost_usd"),
        ({"seed": -1}, "seed"),
        ({"speed": 1}, "speed"),
        ({"mode": "prompts", "customization": "FINE_TUNING"}, "FINE_TUNING needs"),
        ({"examples": 600, "holdout": 500}, "raise examples or lower holdout"),
    ],
)
def test_given_settings_that_do_not_fit_then_the_field_is_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        run(**changed)


@given(st.integers(140, 15_000), st.integers(20, 5000))
def test_given_a_run_that_may_start_then_its_three_parts_fill_it(examples: int, holdout: int) -> None:
    try:
        wanted = run(examples=examples, holdout=holdout)
    except ValidationError as error:
        assert "for training after" in str(error)  # noqa: PT017  (the other outcome is fine too)
        return
    assert wanted.training + wanted.validation + wanted.holdout == examples
    assert wanted.training >= MIN_TRAINING


def test_given_a_plan_then_it_survives_its_file_and_finds_its_batches() -> None:
    made = plan()
    read = Plan.model_validate(json.loads(json.dumps(made.model_dump(mode="json"))))
    assert read == made
    assert [read.batch(number).number for number in (1, 6)] == [1, 6]


def test_given_the_candidates_then_those_that_are_judged_are_among_them() -> None:
    assert set(JUDGED) < set(CANDIDATES)


def test_given_the_candidates_then_the_gate_may_name_each_of_them_and_the_cascade() -> None:
    assert {*KNOWN, "cascade"} == set(WHO)


def _batches(number: int, round_: int = 0, **cell: str) -> list[Batch]:
    return [Batch(number=1, round=round_, cell={"domain": "film", **cell}, count=25, seed=1)] * number


@pytest.mark.parametrize(
    ("batches", "budget", "calls"),
    [
        (_batches(30, leading="visual"), 1.0, 0),
        (_batches(30, leading="visual"), 2.0, 30),
        (_batches(30, leading="visual"), 1.25, 8),
        (_batches(1, leading="visual"), 2.0, 4),
        ([*_batches(1, leading="visual"), *_batches(1, leading="audio")], 2.0, 8),
        ([*_batches(1, leading="visual"), *_batches(1, leading="visual", second="audio")], 2.0, 8),
        ([*_batches(9, leading="visual"), *_batches(50, 1, leading="audio")], 2.0, 9),
    ],
    ids=["no budget", "twice", "rounded up", "one family", "two families", "a mixed one", "topped up"],
)
def test_given_a_first_plan_then_topping_up_may_use_its_calls_again_and_four_a_family_at_least(
    batches: list[Batch], budget: float, calls: int
) -> None:
    assert spare_calls(run(call_budget=budget), batches) == calls
