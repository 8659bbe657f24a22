"""One candidate's answer to one held-out query: what was said, what it means, what it took."""

from pydantic import BaseModel, ConfigDict

from intent.records import Example
from intent.weights import Parsed, Rejected, Weights, leading


class Answered(BaseModel):
    """An answer before it is joined with its query. `weights` None: it broke the contract, `reason` says how.

    `confidence`: the edge student's own, calibrated; None of other candidates.
    """

    model_config = ConfigDict(frozen=True)
    text: str
    weights: Weights | None
    reason: str | None = None
    confidence: float | None = None
    latency_ms: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0


class Response(Answered):
    """A line of `responses.jsonl`. `id`, `query`, `reference` and `cell` are the held-out example's."""

    id: str
    query: str
    reference: Weights
    cell: dict[str, str]


def leads_right(answer: Response) -> bool:
    """Whether the answer leads with the reference's leading modality."""
    return answer.weights is not None and leading(answer.weights) == leading(answer.reference)


def join(example: Example, answered: Answered) -> Response:
    """The answer with the example that it belongs to."""
    return Response(
        id=example.id, query=example.query, reference=example.weights, cell=example.cell, **answered.model_dump()
    )


def meaning(read: Parsed | Rejected) -> tuple[Weights | None, str | None]:
    """Weights, or the reason why there are none."""
    return (read.weights, None) if isinstance(read, Parsed) else (None, read.reason)
