"""A teacher that writes what it is asked for, and one that is asked to write something else."""

import json
from collections.abc import Callable
from typing import Any

from bedrock.converse import Ask, Question, Reply
from tests.unit.samples import MODALITIES, leaning
from tests.unit.wire import said


def asked_for(user: str) -> dict[str, Any]:
    """The JSON object that a writer's request ends with."""
    return json.loads(user.splitlines()[-1])


def lines(user: str) -> str:
    """As many queries as are asked for, none like another."""
    wanted = asked_for(user)
    leading = wanted["leading"] if wanted["leading"] in MODALITIES else "visual"
    start = wanted["seed"]
    return "\n".join(
        json.dumps({"query": f"{leading} thing {start} number {start + index}", **leaning(leading)})
        for index in range(wanted["count"])
    )


def replying(text: str | Callable[[str], str]) -> Ask:
    def ask(question: Question) -> Reply:
        return Reply(text if isinstance(text, str) else text(question.user), "end_turn", 100, 50, 1.0)

    return ask


def converse(parameters: dict[str, Any]) -> dict[str, Any]:
    """The same teacher on the wire."""
    return said(lines(parameters["messages"][0]["content"][0]["text"]))
