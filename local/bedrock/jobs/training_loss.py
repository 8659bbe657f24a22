"""How far a student is from what it was taught, measured on some of its training records."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from intent.weights import Parsed, Weights, parse
from local.bedrock.models.registry import from_artefact
from local.bedrock.models.types import Model, Request, Weigher

_SAMPLE = 500  # records at equal distances
_FLOOR = 1e-4  # weights have four decimals: a zero stands for less than this


def training_loss(
    artefact: bytes, records: Sequence[Mapping[str, Any]], teacher: Model | None, modalities: Sequence[str]
) -> float:
    """Mean KL divergence, in nats, of the student's weights from the teacher's (without one: the records' own).

    Measured on at most 500 records; those whose target is outside the contract do not count. NaN if none is left.
    """
    chosen = records[:: max(1, math.ceil(len(records) / _SAMPLE))]
    student = from_artefact(artefact)
    losses: list[float] = []
    queries = [_text(record, "user") for record in chosen]
    for query, target in zip(queries, _targets(chosen, queries, teacher, modalities), strict=True):
        given = _read(student.complete(Request("", query)).text, modalities)
        if target and given:
            losses.append(_divergence(target, given))
    return math.fsum(losses) / len(losses) if losses else math.nan


def _targets(
    records: Sequence[Mapping[str, Any]], queries: Sequence[str], teacher: Model | None, modalities: Sequence[str]
) -> Sequence[Weights | None]:
    if teacher is None:
        return [_read(_text(record, "assistant"), modalities) for record in records]
    if isinstance(teacher, Weigher):
        return teacher.weigh(queries)
    return [_read(teacher.complete(Request("", query)).text, modalities) for query in queries]


def _text(record: Mapping[str, Any], role: str) -> str:
    """The last text of that role; empty if there is none."""
    return next((turn["content"][0]["text"] for turn in reversed(record["messages"]) if turn["role"] == role), "")


def _read(answer: str, modalities: Sequence[str]) -> Weights | None:
    found = parse(answer, modalities)
    return found.weights if isinstance(found, Parsed) else None


def _divergence(target: Weights, given: Weights) -> float:
    return math.fsum(
        weight * math.log(weight / max(given[name], _FLOOR)) for name, weight in target.items() if weight > 0
    )
