"""The distilled student: trained by the customization job on the teacher's soft weights, it answers in the contract.

The same kind of model as the edge student, in the same file format: hashed words and letters to a softmax.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from edge.model import EdgeModel
from edge.training import Example, fit
from intent.weights import Parsed, Weights, leading, parse
from local.bedrock.models import answering
from local.bedrock.models.types import Completion, Model, Request, Weigher

_VALIDATION_EVERY = 20  # one record in twenty calibrates; customization jobs get no split of their own to choose from
_LEAST = 2


class Student:
    """Answers routing requests from an artefact."""

    def __init__(self, artefact: bytes) -> None:
        """Raises `edge.model.EdgeModelError` (a ValueError) if the artefact is damaged or foreign."""
        self._model = EdgeModel.from_bytes(artefact)

    def complete(self, request: Request) -> Completion:
        """Weigh the user's turn as a query."""
        answer = self._model.predict(request.user)
        reasoning = f"{leading(answer.weights)} leads with confidence {answer.confidence:.2f}"
        return answering.complete(request, answering.render(answer.weights, reasoning))


def train(records: Iterable[Mapping[str, Any]], teacher: Model | None, modalities: Sequence[str]) -> bytes:
    """A student's artefact from `bedrock-conversation-2024` records.

    With a teacher (DISTILLATION) it weighs each prompt; without (FINE_TUNING) the records' own answers count. Answers
    outside the contract are left out, as Bedrock filters them. Raises ValueError if fewer than two are left.
    """
    turns = [_turns(record) for record in records]
    labels = (
        _labels(turns, modalities) if teacher is None else _asked([query for query, _ in turns], teacher, modalities)
    )
    examples: list[Example] = [(query, label) for (query, _), label in zip(turns, labels, strict=True) if label]
    if len(examples) < _LEAST:
        raise ValueError("fewer than two records have a usable answer")
    validation = examples[::_VALIDATION_EVERY]
    rest = [example for index, example in enumerate(examples) if index % _VALIDATION_EVERY]
    return fit(rest, validation, modalities, seed=0).model.to_bytes()


def _turns(record: Mapping[str, Any]) -> tuple[str, str | None]:
    """The last user's text and the assistant's, if there is one."""
    texts = {turn["role"]: turn["content"][0]["text"] for turn in record["messages"]}
    return texts["user"], texts.get("assistant")


def _labels(turns: Sequence[tuple[str, str | None]], modalities: Sequence[str]) -> list[Weights | None]:
    return [_read(answer or "", modalities) for _, answer in turns]


def _asked(queries: Sequence[str], teacher: Model, modalities: Sequence[str]) -> Sequence[Weights | None]:
    if isinstance(teacher, Weigher):
        return teacher.weigh(queries)
    return [_read(teacher.complete(Request("", query)).text, modalities) for query in queries]


def _read(answer: str, modalities: Sequence[str]) -> Weights | None:
    found = parse(answer, modalities)
    return found.weights if isinstance(found, Parsed) else None
