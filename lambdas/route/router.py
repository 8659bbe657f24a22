"""The decision for one query, as a cascade: the edge student where it is sure, else the distilled, else the edge."""

from dataclasses import dataclass, field
from typing import Literal

from intent.weights import Weights, leading
from route.active import Active
from route.contract import Source
from route.deadline import NEVER, Deadline
from route.errors import NotReady
from route.student import DistilledStudent, Unanswered

Mode = Literal["cascade", "edge", "distilled"]
Prefer = Literal["quality", "speed"]
_NO_REASONS = "explain: the edge student gives no reasons"
_NOBODY = "neither student can answer at the moment; try again shortly"
_OTHER = "the edge student is an earlier version's or the release's: this version's file cannot be read at the moment"


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
    distilled answer, its leading weight (not calibrated). `model_ms`: None without a model call. `invalid`: the model
    answered, but not within the contract.
    """

    weights: Weights
    source: Source
    confidence: float
    reasoning: str | None = None
    model_ms: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    failure: str | None = None
    invalid: bool = False
    warnings: list[str] = field(default_factory=list)


def decide(query: str, active: Active, student: DistilledStudent, wish: Wish, deadline: Deadline = NEVER) -> Decision:
    """Answer one query. Raises NotReady if neither student can."""
    return at_once(query, active, wish) or after_asking(query, active, student, wish, deadline)


def at_once(query: str, active: Active, wish: Wish) -> Decision | None:
    """The edge student's answer, if it may answer alone. Takes well under a millisecond."""
    if active.edge is None or (wish.mode == "distilled" and active.distilled):
        return None
    quick = active.edge.predict(query)
    if active.distilled and not wish.edge_may_answer(quick.confidence, active.threshold):
        return None
    told = [_NO_REASONS] if wish.explain else []
    source: Source = "fallback" if active.failure else "edge"
    warnings = [*told, *_notes(active)]
    return Decision(quick.weights, source, quick.confidence, failure=active.failure, warnings=warnings)


def after_asking(
    query: str, active: Active, student: DistilledStudent, wish: Wish, deadline: Deadline = NEVER
) -> Decision:
    """The distilled student's answer, or the edge student's where it has none, or no time. NotReady if neither can."""
    if active.distilled is None:
        raise NotReady(_NOBODY)
    said = student.weigh(query, active.distilled.deployment_arn, explain=wish.explain, deadline=deadline)
    if isinstance(said, Unanswered):
        return fall_back(query, active, said)
    weights, reply = said.parsed.weights, said.reply
    return Decision(
        weights=weights,
        source="distilled",
        confidence=weights[leading(weights)],
        reasoning=said.parsed.reasoning if wish.explain else None,
        model_ms=reply.latency_ms,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
    )


def fall_back(query: str, active: Active, why: Unanswered) -> Decision:
    """The edge student's answer in place of the distilled one's. Raises NotReady if there is no edge student."""
    if active.edge is None:
        raise NotReady(_NOBODY)
    answer, reply = active.edge.predict(query), why.reply
    told = f"the distilled student could not answer ({why.failure}); these weights are the edge student's"
    return Decision(
        weights=answer.weights,
        source="fallback",
        confidence=answer.confidence,
        model_ms=reply.latency_ms if reply else None,
        input_tokens=reply.input_tokens if reply else 0,
        output_tokens=reply.output_tokens if reply else 0,
        failure=why.failure,
        invalid=why.invalid,
        warnings=[told, *_notes(active)],
    )


def _notes(active: Active) -> list[str]:
    if active.distilled is None:
        why = "the active version cannot be read" if active.failure else "no version is promoted yet"
        return [f"{why}; these weights are those of the edge student that ships with the release"]
    return [_OTHER] if active.stale else []
