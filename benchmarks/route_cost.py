"""Tokens per answer and what a million routes cost, by who answers: arithmetic over the price table."""

from typing import Any

from benchmarks.loopback import ANSWER
from intent import prices, prompts, taxonomy
from intent.tokens import tokens

STUDENT, HAIKU = "amazon.nova-micro-v1:0", "us.anthropic.claude-haiku-4-5-20251001-v1:0"
MILLION = 1_000_000
# AWS's sample (docs/benchmarks.md): a student prompt of 121 characters, a router prompt of 829, and answers with their
# reasoning. Its texts are not ours to copy: tokens follow from the characters as they do in this project's own prompts.
PUBLISHED_STUDENT_CHARACTERS, PUBLISHED_ROUTER_CHARACTERS = 121, 829


def measure(queries: list[str], coverage: float) -> dict[str, Any]:
    """`coverage`: the share of queries that the edge student answers alone (docs/benchmarks.md)."""
    domain = taxonomy.load()
    ours, teacher = prompts.student(domain), prompts.teacher(domain)
    query = sum(map(tokens, queries)) / len(queries)
    stopped = ANSWER.partition(prompts.STOP)[0]
    per_character = (tokens(ours) + tokens(teacher)) / (len(ours) + len(teacher))
    found = {
        "query": round(query, 1),
        "ours": {"input": tokens(ours) + query, "output": tokens(stopped)},
        "ours_explained": {"input": tokens(ours) + query, "output": tokens(ANSWER)},
        "published_student": {"input": PUBLISHED_STUDENT_CHARACTERS * per_character + query, "output": tokens(ANSWER)},
        "haiku_router": {"input": PUBLISHED_ROUTER_CHARACTERS * per_character + query, "output": tokens(ANSWER)},
    }
    rounded = {name: _rounded(value) for name, value in found.items()}
    return {"tokens": rounded, "usd_per_million_routes": _bill(found, coverage)}


def _bill(found: dict[str, Any], coverage: float) -> dict[str, Any]:
    haiku = _usd(HAIKU, found["haiku_router"])
    distilled = _usd(STUDENT, found["ours"])
    mixes = {
        "haiku_router": haiku,
        "published_student": _usd(STUDENT, found["published_student"]),
        "distilled_alone": distilled,
        "cascade": (1 - coverage) * distilled,
        "edge_alone": 0.0,
    }
    return {
        "coverage": coverage,
        **{name: {"usd": round(usd, 3), "saving": round(1 - usd / haiku, 5)} for name, usd in mixes.items()},
    }


def _usd(model: str, used: dict[str, float]) -> float:
    return prices.load().cost(model, used["input"] * MILLION, used["output"] * MILLION)


def _rounded(value: Any) -> Any:  # noqa: ANN401  (figures)
    return {name: round(part, 1) for name, part in value.items()} if isinstance(value, dict) else value
