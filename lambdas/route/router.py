"""The decision for one query: the distilled student's, or the edge student's when that one cannot answer."""

from dataclasses import dataclass, field
from typing import Literal

from bedrock.converse import Ask, Question, Reply
from bedrock.errors import BedrockError
from intent import prompts
from intent.taxonomy import Taxonomy
from intent.weights import Rejected, Weights, leading, parse
from route.active import Active
from route.errors import NotReady

Source = Literal["distilled", "fallback"]
EXPLAINED_TOKENS = 200
WEIGHTS_TOKENS = 80


@dataclass(frozen=True, slots=True)
class Decision:
    """Weights and where they come from. `failure`: why the distilled student did not answer (a short code).

    `confidence`: of an edge answer, the calibrated share of such queries on which it leads as the teacher does; of a
    distilled answer, its leading weight (not calibrated). `model_ms`: None without a model call.
    """

    weights: Weights
    source: Source
    confidence: float
    reasoning: str | None = None
    model_ms: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    failure: str | None = None
    warnings: list[str] = field(default_factory=list)


def decide(query: str, active: Active, ask: Ask, taxonomy: Taxonomy, *, explain: bool) -> Decision:
    """Ask the distilled student; on any failure let the edge student answer. Raises NotReady if neither can."""
    question = Question(
        model=active.pointer.distilled.deployment_arn,
        system=prompts.student(taxonomy),
        user=query,
        max_tokens=EXPLAINED_TOKENS if explain else WEIGHTS_TOKENS,
        stop=() if explain else (prompts.STOP,),
    )
    try:
        reply = ask(question)
    except BedrockError as error:
        return _fall_back(query, active, failure=error.code, reply=None)
    read = parse(reply.text, taxonomy.modalities)
    if isinstance(read, Rejected):
        return _fall_back(query, active, failure=read.reason, reply=reply)
    return Decision(
        weights=read.weights,
        source="distilled",
        confidence=read.weights[leading(read.weights)],
        reasoning=read.reasoning if explain else None,
        model_ms=reply.latency_ms,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
    )


def _fall_back(query: str, active: Active, *, failure: str, reply: Reply | None) -> Decision:
    if active.edge is None:
        raise NotReady("neither student can answer at the moment; try again shortly")
    answer = active.edge.predict(query)
    return Decision(
        weights=answer.weights,
        source="fallback",
        confidence=answer.confidence,
        model_ms=reply.latency_ms if reply else None,
        input_tokens=reply.input_tokens if reply else 0,
        output_tokens=reply.output_tokens if reply else 0,
        failure=failure,
        warnings=[f"the distilled student could not answer ({failure}); these weights are the edge student's"],
    )
