"""Who answers the held-out set: with which prompt, and priced as which model."""

import pytest

from intent.candidates import CANDIDATES, OTHERS, RULES, STUDENTS, model_of, names, prompt_of
from tests.unit.samples import pointer, run

MODELS = run(others=["a.one", "b.two"]).models


def test_given_other_models_and_a_version_in_service_then_they_stand_among_the_candidates_of_every_run() -> None:
    assert names((), None) == CANDIDATES
    assert names(("a.one", "b.two"), pointer()) == (
        *(*STUDENTS, "active", "base", "base-short", "baseline", "teacher"),
        *(*OTHERS[:2], *RULES),
    )


@pytest.mark.parametrize(
    ("name", "prompt", "model"),
    [
        ("distilled", "short", MODELS["student"]),
        ("active", "short", "amazon.nova-micro-v1:0"),
        ("base-short", "short", MODELS["base"]),
        ("base", "long", MODELS["base"]),
        ("baseline", "long", MODELS["baseline"]),
        ("teacher", "long", MODELS["teacher"]),
        ("other-2", "long", "b.two"),
        ("edge", None, None),
        ("keyword", None, None),
        ("static", None, None),
        ("cascade", None, MODELS["student"]),
    ],
)
def test_given_a_candidate_then_its_prompt_and_the_model_it_is_priced_by(
    name: str, prompt: str | None, model: str | None
) -> None:
    assert (prompt_of(name), model_of(name, MODELS, pointer())) == (prompt, model)


def test_given_no_version_in_service_then_the_active_candidate_has_no_model() -> None:
    assert model_of("active", MODELS, None) is None
