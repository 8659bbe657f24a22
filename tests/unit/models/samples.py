"""The development sample, requests and writing orders."""

import json
from pathlib import Path
from typing import Any

from intent import prompts
from intent.taxonomy import load
from local.bedrock.models.types import Completion, Model, Request

TAXONOMY = load()
MODALITIES = TAXONOMY.modalities
DATA = Path("local/bedrock/models/data")
OWN = DATA / TAXONOMY.name
_SAMPLE = Path("benchmarks/data/human_queries_dev.jsonl")


def people() -> list[tuple[str, str]]:
    """Queries that people wrote, each with the modality that should lead."""
    rows = [json.loads(line) for line in _SAMPLE.read_text("utf-8").splitlines()]
    return [(row["query"], row["label"]) for row in rows]


def ask(model: Model, query: str) -> Completion:
    """A routing request as the route function sends it."""
    system = prompts.student(TAXONOMY)
    return model.complete(Request(system, query, max_tokens=200, stop=(prompts.STOP,)))


def write(model: Model, *, seed: int, count: int = 25, **cell: str) -> list[dict[str, Any]]:
    """The lines of one batch."""
    user = prompts.writer_request(cell, count=count, seed=seed)
    text = model.complete(Request(prompts.writer(TAXONOMY), user, max_tokens=10_000, stop=(prompts.END,))).text
    return [json.loads(line) for line in text.splitlines()]
