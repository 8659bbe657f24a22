"""The decision for one query, as a cascade: the edge student where it is sure, else the distilled, else the edge."""

from dataclasses import dataclass, field
from typing import Literal

from bedrock.converse import Ask, Question, Reply
from bedrock.errors import BedrockError
from edge.model import Answer
from intent import prompts
from intent.taxonomy import Taxonomy
from intent.weights import Rejected, Weights, leading, parse
from route.active import Active
from route.errors import NotReady

Source = Literal["cache", "edge", "distilled", "fallback"]
Mode = Literal["cascade", "edge", "distilled"]
Prefer = Literal["quality", "speed"]
EXPLAINED_TOKENS = 200
WEIGHTS_TOKENS = 80
_NO_REASONS = "explain: the edge student gives no reasons"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a query is to be answered. `mode` is the operator's and wins; `prefer` and `explain` are the caller's."""

    mode: Mode = "cascade"
    prefer: Prefer | None = None
    explain: bool = False

    def edge_may_answer(self, confidence: float, threshold: float) -> bool:
        """Whether the edge student answers alone: as pinned, as preferred, or where it is sure enough.

        Reasons are the distilled student's to give, so a caller who asks for them waits for it.
        """
        if self.mode != "cascade":
            return self.mode == "edge"
        if self.explain or self.prefer == "quality":
            return False
        return self.prefer == "speed" or confidence >= threshold


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


def decide(query: str, active: Active, ask: Ask, taxonomy: Taxonomy, wish: Wish) -> Decision:
    """Answer one query. Raises NotReady if neither student can."""
    quick = active.edge.predict(query) if active.edge and wish.mode != "distilled" else None
    if quick and wish.edge_may_answer(quick.confidence, active.pointer.edge.threshold):
        warnings = [_NO_REASONS] if wish.explain else []
        return Decision(quick.weights, "edge", quick.confidence, warnings=warnings)
    return _distilled(query, active, ask, taxonomy, quick, explain=wish.explain)


def _distilled(
    query: str, active: Active, ask: Ask, taxonomy: Taxonomy, quick: Answer | None, *, explain: bool
) -> Decision:
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
        return _fall_back(quick or _edge(query, active), failure=error.code, reply=None)
    read = parse(reply.text, taxonomy.modalities)
    if isinstance(read, Rejected):
        return _fall_back(quick or _edge(query, active), failure=read.reason, reply=reply)
    return Decision(
        weights=read.weights,
        source="distilled",
        confidence=read.weights[leading(read.weights)],
        reasoning=read.reasoning if explain else None,
        model_ms=reply.latency_ms,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
    )


def _edge(query: str, active: Active) -> Answer:
    if active.edge is None:
        raise NotReady("neither student can answer at the moment; try again shortly")
    return active.edge.predict(query)


def _fall_back(answer: Answer, *, failure: str, reply: Reply | None) -> Decision:
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
