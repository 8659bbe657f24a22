"""The distilled student: what the customization job trains and the deployment serves."""

from functools import cache
from typing import Any

import pytest

from edge import container
from intent import prompts, records
from intent.weights import Parsed, leading, normalise, parse
from local.bedrock.models.registry import for_role, from_artefact, train
from tests.unit.edge.toy import fitted
from tests.unit.models.samples import MODALITIES, TAXONOMY, ask, people, write


@cache
def _written() -> list[dict[str, Any]]:
    return [
        line
        for number, cell in enumerate(MODALITIES * 3)
        for line in write(for_role("teacher"), seed=number, leading=cell, domain="film", style="sentence")
    ]


def _records(*, answered: bool) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    for line in _written():
        answer = records.answer(normalise({name: line[name] for name in MODALITIES}, MODALITIES))
        text = records.conversation(
            line["query"], system=prompts.student(TAXONOMY), assistant=answer if answered else None
        )
        decoded = records.line(text)
        assert isinstance(decoded, dict)
        turns.append(decoded)
    return turns


@cache
def _distilled() -> bytes:
    return train(_records(answered=False), for_role("teacher"), MODALITIES)


def test_given_prompts_and_a_teacher_then_a_few_hundred_are_enough_to_be_useful() -> None:
    student = from_artefact(_distilled())
    found = [parse(ask(student, query).text, MODALITIES) for query, _ in people()]
    right = [
        isinstance(answer, Parsed) and leading(answer.weights) == label
        for answer, (_, label) in zip(found, people(), strict=True)
    ]
    assert all(isinstance(answer, Parsed) for answer in found)
    assert sum(right) / len(right) >= 0.80


def test_given_answered_records_and_no_teacher_then_the_same_student_results() -> None:
    """The records' answers are the teacher's own weights, so fine-tuning on them is distilling from it."""
    tuned = train(_records(answered=True), None, MODALITIES)
    assert tuned == _distilled()


def test_given_no_usable_answers_then_training_says_so() -> None:
    with pytest.raises(ValueError, match="usable answer"):
        train(_records(answered=False), None, MODALITIES)


def test_given_an_edge_students_file_then_it_is_no_distilled_student() -> None:
    with pytest.raises(ValueError, match="no distilled student"):
        from_artefact(fitted().model.to_bytes())


def test_given_an_artefact_that_does_not_fit_its_modalities_then_it_is_refused() -> None:
    meta, payload = container.unpack(_distilled())
    assert len(payload) <= 500_000
    with pytest.raises(ValueError, match="do not fit"):
        from_artefact(container.pack(meta, payload[:-4]))


def test_given_a_damaged_artefact_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="not an edge model"):
        from_artefact(b"something else entirely, long enough to have a header and a checksum")
