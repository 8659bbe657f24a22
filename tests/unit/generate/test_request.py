"""The execution's input, checked and filled up."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock.invocation import MIN_RECORDS
from generate.plan import first_batches
from generate.request import Rejected, resolve
from tests.unit.samples import DOMAIN, defaults

DEFAULTS = defaults()


def refusal(**given: Any) -> str:
    with pytest.raises(Rejected) as caught:
        resolve(given, DEFAULTS)
    assert caught.value.error == "InvalidInput"
    return str(caught.value)


def test_given_no_input_then_the_stacks_defaults_make_the_full_run() -> None:
    run = resolve({}, DEFAULTS)
    assert (run.examples, run.holdout, run.mode, run.customization) == (10_000, 500, "labelled", "DISTILLATION")
    assert run.models == {role: DEFAULTS[role] for role in run.models}


def test_given_unknown_keys_then_each_is_named_with_what_is_known() -> None:
    text = refusal(exmaples=1, batch_size=5)
    assert text.startswith(
        "unknown input batch_size, exmaples; known are baseline, canary_share, customization, examples, holdout,"
    )


@pytest.mark.parametrize("key", ["batch_size", "chunk_size", "base", "job_teacher", "allowed_models"])
def test_given_a_setting_of_the_stack_then_no_input_overrides_it(key: str) -> None:
    assert f"unknown input {key};" in refusal(**{key: DEFAULTS[key]})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"examples": 12}, "examples: Input should be greater than or equal to 140 (got 12)"),
        ({"examples": "many"}, "examples: Input should be a valid integer"),
        ({"examples": True}, "examples: "),
        ({"mode": "both"}, "mode: Input should be 'labelled' or 'prompts' (got 'both')"),
        ({"customization": 1}, "customization: "),
        ({"promote": "perhaps"}, "promote: "),
        ({"seed": -1}, "seed: "),
        ({"teacher": 5}, "teacher: "),
        ({"judge": None}, "judge: "),
        ({"max_cost_usd": -1}, "max_cost_usd: "),
        ({"mode": "prompts", "customization": "FINE_TUNING"}, 'FINE_TUNING needs "labelled"'),
        ({"examples": 200, "holdout": 150}, "raise examples or lower holdout"),
    ],
)
def test_given_a_wrong_field_then_it_is_named_with_the_fix(given: dict[str, Any], says: str) -> None:
    assert says in refusal(**given)


def test_given_two_wrong_fields_then_both_are_named() -> None:
    text = refusal(examples=1, seed="x")
    assert "examples: " in text
    assert "seed: " in text


def test_given_a_huge_value_then_the_message_stays_short_enough_for_a_notice() -> None:
    assert len(refusal(mode="x" * 200_000)) < 1000
    assert len(refusal(**{"y" * 200_000: 1})) < 1000


@pytest.mark.parametrize(("examples", "holdout"), [(300, 60), (140, 28), (2500, 500), (10_000, 500)])
def test_given_a_small_run_then_its_holdout_shrinks_with_it(examples: int, holdout: int) -> None:
    assert resolve({"examples": examples}, DEFAULTS).holdout == holdout


def test_given_a_holdout_then_it_is_taken_as_it_is() -> None:
    assert resolve({"examples": 300, "holdout": 100}, DEFAULTS).holdout == 100


@pytest.mark.parametrize(
    ("teacher", "job_teacher"),
    [
        ("us.amazon.nova-premier-v1:0", "amazon.nova-premier-v1:0"),
        ("amazon.nova-lite-v1:0:300k", "amazon.nova-lite-v1:0"),
    ],
)
def test_given_another_teacher_then_the_jobs_teacher_follows(teacher: str, job_teacher: str) -> None:
    run = resolve({"teacher": teacher}, DEFAULTS)
    assert (run.teacher, run.job_teacher) == (teacher, job_teacher)


@pytest.mark.parametrize(("examples", "size"), [(140, 1), (199, 1), (240, 2), (1_000, 10), (2_600, 25), (15_000, 25)])
def test_given_the_batch_road_then_batches_are_small_enough_to_make_the_records_that_a_job_needs(
    examples: int, size: int
) -> None:
    run = resolve({"road": "batch", "examples": examples, "holdout": 20}, DEFAULTS)
    assert run.batch_size == size
    assert len(first_batches(run, DOMAIN)) >= MIN_RECORDS
    assert resolve({"road": "online", "examples": examples, "holdout": 20}, DEFAULTS).batch_size == 25


_VALUE = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.lists(st.integers(), max_size=2)
)
_KEY = st.sampled_from(["examples", "mode", "teacher", "holdout", "seed", "promote", "max_cost_usd", "other"])


@given(st.dictionaries(_KEY, _VALUE, max_size=5))
def test_given_any_input_then_it_is_a_run_or_a_refusal(given: dict[str, Any]) -> None:
    try:
        run = resolve(given, DEFAULTS)
    except Rejected as rejected:
        assert str(rejected)  # noqa: PT017  (either outcome is fine)
        return
    assert run.training >= 100


@pytest.mark.parametrize("odd", [[], [1], "examples", 3, None, True])
def test_given_an_input_that_is_no_object_then_it_says_what_one_looks_like(odd: object) -> None:
    with pytest.raises(Rejected, match="input: must be a JSON object") as refused:
        resolve(odd, DEFAULTS)
    assert refused.value.error == "InvalidInput"
