"""The input of Converse: what the service refuses beyond its model, and what an embedded model is asked."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from local.bedrock.models.types import Request
from local.bedrock.wire.errors import validation
from local.bedrock.wire.messages import Input

DEFAULT_MAX_TOKENS = 4096
_NOT_EMBEDDED = ("toolConfig", "guardrailConfig", "outputConfig", "promptVariables")

Blocks = Sequence[Mapping[str, Any]]


def request_of(given: Input) -> Request:
    """One turn for an embedded model. Raises ValidationException, in the service's wording where it is known."""
    for name in _NOT_EMBEDDED:
        if given.get(name):
            raise validation(f"The embedded models do not support {name}.")
    messages = cast("Sequence[Mapping[str, Any]]", given.get("messages", []))
    check_turns([message["role"] for message in messages])
    turns = [text_of(message["content"], f"messages.{at}.content") for at, message in enumerate(messages)]
    system = text_of(cast("Blocks", given.get("system", [])), "system")
    limits = cast("Mapping[str, Any]", given.get("inferenceConfig", {}))
    return Request(
        system=system,
        user=turns[-1],
        max_tokens=limits.get("maxTokens", DEFAULT_MAX_TOKENS),
        temperature=float(limits.get("temperature", 0.0)),
        stop=tuple(limits.get("stopSequences", ())),
    )


def check_turns(roles: Sequence[str]) -> None:
    """The order of a conversation. Raises ValidationException."""
    if not roles or roles[0] != "user":
        raise validation(
            "A conversation must start with a user message. "
            "Try again with a conversation that starts with a user message."
        )
    if any(first == second for first, second in pairwise(roles)):
        raise validation(
            "A conversation must alternate between user and assistant roles. "
            "Make sure the conversation alternates between user and assistant roles and try again."
        )
    if roles[-1] != "user":
        raise validation(
            "The embedded models do not continue an assistant's turn: the last message must be the user's."
        )


def text_of(blocks: Blocks, path: str) -> str:
    """The text of content blocks. Raises ValidationException for any other kind, and for blank text."""
    if not blocks and path != "system":
        raise validation(f"The content field in the Message object at {path.removesuffix('.content')} is empty.")
    for index, block in enumerate(blocks):
        text = block.get("text")
        if not isinstance(text, str):
            raise validation(f"The embedded models take text only; {path}.{index} is {', '.join(block) or 'empty'}.")
        if not text.strip():
            raise validation(
                f"The text field in the ContentBlock object at {path}.{index} is blank. "
                "Add text to the text field, and try again."
            )
    return "\n".join(block["text"] for block in blocks)
