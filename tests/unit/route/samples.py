"""Events, an active version, and a student that answers what a test wants."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from bedrock.converse import Ask, Question, Reply
from intent.pointer import Pointer
from route.active import Active
from route.breaker import Breaker
from route.student import DistilledStudent
from tests.unit.intent.test_pointer import VALUE
from tests.unit.samples import DOMAIN, edge_student

BLOB = edge_student().to_bytes()
POINTER = Pointer.model_validate(
    {**VALUE, "run_id": "r", "edge": {**VALUE["edge"], "sha256": sha256(BLOB).hexdigest()}}
)
ACTIVE = Active.of(POINTER, edge_student())
_EVENT = json.loads((Path(__file__).parent / "events" / "route.json").read_text("utf-8"))


def event(body: object = None, **changed: Any) -> dict[str, Any]:
    """The gateway's event; `body` as text is taken as it is, anything else as JSON."""
    found = {**_EVENT, **changed}
    if body is not None:
        found["body"] = body if isinstance(body, str) else json.dumps(body)
    return found


def replying(text: str, *asked: list[Question]) -> Ask:
    def ask(question: Question) -> Reply:
        for questions in asked:
            questions.append(question)
        return Reply(text, "end_turn", 60, 25, 12.5)

    return ask


def failing(error: Exception) -> Ask:
    def ask(question: Question) -> Reply:
        raise error

    return ask


def student(ask: Ask) -> DistilledStudent:
    """With a breaker of its own."""
    return DistilledStudent(ask, DOMAIN, Breaker())
