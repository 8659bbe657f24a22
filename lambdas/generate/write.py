"""One batch: the teacher writes and weighs queries for a cell; each line is checked on its own."""

import json
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bedrock.converse import Ask, Question
from intent import prompts
from intent.plan import Batch
from intent.records import Example, Quarantined, Query, line
from intent.taxonomy import Taxonomy
from intent.weights import Rejected, check

_MAX_TOKENS_PER_LINE = 90  # about 45 are usual
_TEMPERATURE = 0.7
_QUERY: TypeAdapter[str] = TypeAdapter(Query)


class Receipt(BaseModel):
    """The count of one batch: asked = kept + invalid + lost. `surplus` lines came on top and are not used."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    batch: int
    asked: int
    kept: int
    invalid: int
    lost: int
    surplus: int
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a batch."""

    examples: list[Example]
    quarantine: list[Quarantined]
    receipt: Receipt


def write(batch: Batch, ask: Ask, taxonomy: Taxonomy, model: str) -> Written:
    """Ask the teacher once. Raises BedrockError; a bad line costs only itself."""
    question = Question(
        model=model,
        system=prompts.writer(taxonomy),
        user=prompts.writer_request(batch.cell, count=batch.count, seed=batch.seed),
        max_tokens=_MAX_TOKENS_PER_LINE * batch.count + 100,
        temperature=_TEMPERATURE,
    )
    reply = ask(question)
    lines = [text for text in reply.text.split("\n") if text.strip()]
    examples: list[Example] = []
    quarantine = [_bad(text, "surplus") for text in lines[batch.count :]]
    surplus = len(quarantine)
    for index, text in enumerate(lines[: batch.count]):
        read = _read(text, f"{batch.number:05d}-{index:02d}", batch.cell, taxonomy)
        if isinstance(read, Example):
            examples.append(read)
        else:
            quarantine.append(read)
    receipt = Receipt(
        batch=batch.number,
        asked=batch.count,
        kept=len(examples),
        invalid=len(quarantine) - surplus,
        lost=max(0, batch.count - len(lines)),
        surplus=surplus,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
    )
    return Written(examples, quarantine, receipt)


def _read(text: str, name: str, cell: dict[str, str], taxonomy: Taxonomy) -> Example | Quarantined:
    decoded = line(text)
    if isinstance(decoded, str):
        return _bad(text, decoded)
    if set(decoded) != {"query", *taxonomy.modalities}:
        return _bad(text, "wrong_keys")
    weights = check(decoded, taxonomy.modalities)
    if isinstance(weights, Rejected):
        return _bad(text, weights.reason)
    try:
        query = _QUERY.validate_python(decoded["query"], strict=True)
        json.dumps(query, ensure_ascii=False).encode()  # a lone surrogate cannot be written as UTF-8
    except (ValidationError, UnicodeEncodeError):
        return _bad(text, "bad_query")
    return Example(id=name, query=query, weights=weights, cell=cell)


def _bad(text: str, reason: str) -> Quarantined:
    return Quarantined(record=text[:2000].encode(errors="replace").decode(), reason=reason)
