"""What every embedded model is: text in, text out, with honest token counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from intent.weights import Weights

StopReason = Literal["end_turn", "stop_sequence", "max_tokens"]


@dataclass(frozen=True, slots=True)
class Request:
    """One turn. `max_tokens` in word pieces; the embedded models are deterministic at any `temperature`."""

    system: str
    user: str
    max_tokens: int = 512
    temperature: float = 0.0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """The answer without the stop sequence that ended it; tokens are word pieces."""

    text: str
    stop_reason: StopReason
    input_tokens: int
    output_tokens: int


class Model(Protocol):
    """Anything that completes a request. Implementations are thread-safe."""

    def complete(self, request: Request) -> Completion:
        """Answer one request."""
        ...


@runtime_checkable
class Weigher(Protocol):
    """A model that also weighs many queries at once, faster than one request each."""

    def weigh(self, queries: Sequence[str]) -> list[Weights]:
        """Weights of each query, in order."""
        ...
