"""What the smoke test asks, and what is wrong with an answer."""

from typing import Any

from cli import ask
from cli.ask import Answer

_OK = 200
_ENGINE = "opensearch"
_QUALITY = {"prefer": "quality"}
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"query": "find where the coach shouts time out over crowd noise, 2024 finals"},
    {"query": "woman in a red coat crossing a snowy street at night"},
    {"query": "what does the professor say about inflation", "targets": [_ENGINE]},
    {"query": "episodes directed by Agnes Varda from 1962", "prefer": "speed"},
    {"query": "the song that plays while they dance at the wedding", **_QUALITY},
    {"query": "aerial shot of a burning forest", **_QUALITY},
    {"query": "glass breaking, then a dog barking", **_QUALITY},
    {"query": "the part where she says she will resign", **_QUALITY},
    {"query": "comedies of the 90s with a wedding band", **_QUALITY},
    {"query": "a goal in the last minute with loud fans", **_QUALITY, "explain": True},
)


def faults(question: dict[str, Any], answer: Answer, version: int) -> list[str]:
    """What is wrong with an answer."""
    body, found = answer.body, list[str]()
    if answer.status != _OK:
        return [f"{question['query']!r} was answered {answer.status} {body.get('code')}: {body.get('message')}"]
    if not ask.sums_to_one(body["weights"]):
        found.append(f"weights {body['weights']} do not add up to 1")
    if body["model"]["version"] != version:
        found.append(f"version {body['model']['version']} answered, not {version}")
    if question.get("prefer") == "quality" and body["source"] != "distilled":
        found.append(f"{body['source']} answered, not the distilled student: {body['warnings']}")
    if not all(body["engines"].get(name, {}).get("payload") for name in question.get("targets", ())):
        found.append(f"there is no request for {_ENGINE}: {body['engines']}")
    return [f"{question['query']!r}: {fault}" for fault in found]
