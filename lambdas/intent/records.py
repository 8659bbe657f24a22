"""Records of the data set: what the teacher wrote, and the line that Bedrock trains on."""

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from intent.strict import strict_json
from intent.text import MAX_QUERY
from intent.weights import Weights, leading

SCHEMA = "bedrock-conversation-2024"

Query = Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUERY, strip_whitespace=True)]


class Example(BaseModel):
    """One labelled query. `id` is unique within a run; `cell` is the plan's cell that it was written for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    query: Query
    weights: Weights
    cell: dict[str, str]

    @property
    def leading(self) -> str:
        """The modality with the largest weight."""
        return leading(self.weights)


class Quarantined(BaseModel):
    """What could not be used: the line as it came (cut to 2,000 characters) and why."""

    record: str
    reason: str


def answer(weights: Mapping[str, float], reasoning: str = "") -> str:
    """The assistant's turn for these weights: weights first, reasoning last."""
    return json.dumps({**weights, "reasoning": reasoning or f"{leading(weights)} serves this query best"})


def conversation(query: str, *, system: str, assistant: str | None) -> str:
    """One training line in Bedrock's schema; without `assistant` for jobs in which the teacher answers."""
    turns: list[dict[str, object]] = [{"role": "user", "content": [{"text": query}]}]
    if assistant is not None:
        turns.append({"role": "assistant", "content": [{"text": assistant}]})
    return json.dumps({"schemaVersion": SCHEMA, "system": [{"text": system}], "messages": turns}, ensure_ascii=False)


def line(text: str) -> Mapping[str, object] | Literal["not_json", "not_an_object"]:
    """One JSON line of a writer, strictly decoded."""
    try:
        decoded = strict_json(text)
    except ValueError:
        return "not_json"
    return decoded if isinstance(decoded, dict) else "not_an_object"
