"""The prompts that teach and the prompt that asks."""

import json
from collections.abc import Callable

import pytest

from intent import prompts
from intent.taxonomy import Taxonomy
from tests.unit.samples import CELL, DOMAIN, MODALITIES


def changed(**fields: object) -> Taxonomy:
    return Taxonomy.model_validate({**DOMAIN.model_dump(by_alias=True), **fields})


def test_given_the_domain_then_the_students_prompt_is_short_and_names_every_key_in_order() -> None:
    text = prompts.student(DOMAIN)
    positions = [text.index(name) for name in (*MODALITIES, "reasoning")]
    assert positions == sorted(positions)
    assert len(text) <= 160
    assert len(text) * 5 < len(prompts.teacher(DOMAIN))


@pytest.mark.parametrize("prompt", [prompts.teacher, prompts.writer])
def test_given_the_domain_then_long_prompts_explain_every_modality(prompt: Callable[[Taxonomy], str]) -> None:
    text = prompt(DOMAIN)
    assert all(f"- {name}: {meaning}" in text for name, meaning in DOMAIN.descriptions.items())


def test_given_the_teachers_shape_then_weights_come_first_and_reasoning_last() -> None:
    shape = next(line for line in prompts.teacher(DOMAIN).splitlines() if line.startswith("{"))
    assert list(json.loads(shape)) == [*MODALITIES, "reasoning"]


def test_given_the_stop_sequence_then_it_is_the_key_that_follows_the_weights() -> None:
    assert prompts.STOP in prompts.teacher(DOMAIN)
    assert json.loads(prompts.STOP) == "reasoning"


def test_given_a_cell_then_the_request_ends_with_its_json_object() -> None:
    last = prompts.writer_request(CELL, count=25, seed=7).splitlines()[-1]
    assert json.loads(last) == {"count": 25, **CELL, "seed": 7}


@pytest.mark.parametrize("part", ["domains", "styles", "lengths"])
def test_given_domains_styles_and_lengths_then_the_writer_is_told_each(part: str) -> None:
    assert all(f"- {name}: {text}" in prompts.writer(DOMAIN) for name, text in getattr(DOMAIN, part).items())


def test_given_the_writers_prompt_then_it_tells_every_field_of_the_request_and_how_to_end() -> None:
    text = prompts.writer(DOMAIN)
    for name in ("count", "leading", "second", "length", "seed", str(prompts.CLOSE_BEHIND), prompts.END):
        assert name in text


def test_given_the_writers_prompt_then_it_has_a_shape_and_no_example_to_copy() -> None:
    shapes = [json.loads(line) for line in prompts.writer(DOMAIN).splitlines() if line.startswith("{")]
    assert shapes == [{"query": "...", **dict.fromkeys(MODALITIES, 0.0)}]


@pytest.mark.parametrize(
    "fields", [{"task": "Another task."}, {"name": "audio-search"}, {"styles": {**DOMAIN.styles, "slang": "as said"}}]
)
def test_given_another_text_then_the_version_changes(fields: dict[str, object]) -> None:
    assert prompts.version(changed()) == prompts.version(DOMAIN)
    assert prompts.version(changed(**fields)) != prompts.version(DOMAIN)


def test_given_the_domain_then_the_version_is_twelve_hex_digits() -> None:
    assert len(prompts.version(DOMAIN)) == 12
    assert int(prompts.version(DOMAIN), 16)
