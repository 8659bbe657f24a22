"""Asking a model through Converse: one system prompt, one user turn, one text back."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.parsers import ResponseParserError

from bedrock.errors import Malformed, Stopped, translated

if TYPE_CHECKING:
    from botocore.client import BaseClient

_MOST_TOKENS = 2**31 - 1  # the API's Integer; a larger one is no count, and too large for a price
_COMPLETE = {"end_turn", "stop_sequence", "max_tokens"}
# What botocore's parser raises on a 200 that is JSON of another shape, not UTF-8, or nested too deep (1.43.106).
UNPARSED = (ResponseParserError, AttributeError, TypeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked. `stop`: generation ends before this text."""

    model: str
    system: str
    user: str
    max_tokens: int = 200
    temperature: float = 0.0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """The model's text and what it took. `latency_ms`: wall clock around the call, retries included."""

    text: str
    stop_reason: str
    input_tokens: int
    output_tokens: int
    latency_ms: float


class Ask(Protocol):
    """The seam: rooms take any callable of this shape."""

    def __call__(self, question: Question) -> Reply:
        """Ask once. Raises BedrockError."""
        ...


def asker(runtime: "BaseClient") -> Ask:
    """An `Ask` over a bedrock-runtime client (its config sets timeouts and retries)."""
    client: Any = runtime

    def ask(question: Question) -> Reply:
        started = time.perf_counter()
        try:
            with translated():
                answer = client.converse(modelId=question.model, **body(question))
        except UNPARSED as error:
            raise Malformed("unreadable") from error
        return read(answer, (time.perf_counter() - started) * 1000)

    return ask


def body(question: Question) -> dict[str, Any]:
    """Converse's request but for the model: what a call sends, and what a record of a batch job holds."""
    inference: dict[str, Any] = {"maxTokens": question.max_tokens, "temperature": question.temperature}
    if question.stop:
        inference["stopSequences"] = list(question.stop)
    return {
        "system": [{"text": question.system}],
        "messages": [{"role": "user", "content": [{"text": question.user}]}],
        "inferenceConfig": inference,
    }


def read(answer: Mapping[str, Any], latency_ms: float) -> Reply:
    """The reply in Converse's answer. Raises Stopped (by a filter, for example) or Malformed (no text)."""
    stop_reason = str(answer.get("stopReason") or "missing")
    if stop_reason not in _COMPLETE and "output" in answer:
        raise Stopped(stop_reason)
    message = (answer.get("output") or {}).get("message") or {}
    parts = [part for part in message.get("content") or () if isinstance(part, dict)]
    texts = [part["text"] for part in parts if isinstance(part.get("text"), str)]
    if not texts:
        raise Malformed("no_text")
    usage = answer.get("usage") or {}
    text = "".join(texts).encode(errors="replace").decode()  # a lone surrogate could not be written on as UTF-8
    return Reply(text, stop_reason, _tokens(usage, "inputTokens"), _tokens(usage, "outputTokens"), round(latency_ms, 3))


def _tokens(usage: Mapping[str, Any], name: str) -> int:
    count = usage.get(name)
    return count if isinstance(count, int) and 0 < count <= _MOST_TOKENS else 0
