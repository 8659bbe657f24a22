"""The last steps of every embedded model: render the contract's JSON, then stop, cut and count like the real API."""

import json
from collections.abc import Mapping
from functools import lru_cache

from intent.weights import REASONING
from local.bedrock.models.encoder import count_tokens, cut_tokens
from local.bedrock.models.types import Completion, Request, StopReason

_count_prompt = lru_cache(maxsize=64)(count_tokens)  # system prompts repeat with every request


def render(weights: Mapping[str, float], reasoning: str) -> str:
    """The answer to a routing request: weights first, reasoning last."""
    return json.dumps({**weights, REASONING: reasoning}, ensure_ascii=False)


def complete(request: Request, text: str) -> Completion:
    """`text` as the answer to `request`: without the first stop sequence and what follows, within `max_tokens`."""
    reason: StopReason = "end_turn"
    ends = [at for at in (text.find(stop) for stop in request.stop if stop) if at >= 0]
    if ends:
        text, reason = text[: min(ends)], "stop_sequence"
    text, output_tokens, was_cut = cut_tokens(text, request.max_tokens)
    return Completion(
        text,
        "max_tokens" if was_cut else reason,
        _count_prompt(request.system) + count_tokens(request.user),
        output_tokens,
    )
