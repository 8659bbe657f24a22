"""The answers of every endpoint, as types: what the code builds and `openapi.json` describes."""

from typing import Any, Literal

from typing_extensions import TypedDict  # pydantic reads typing's own only from Python 3.12 on

from intent.attributes import Filter
from intent.weights import Weights

Source = Literal["cache", "edge", "distilled", "fallback"]


class Model(TypedDict):
    """Which version answers. Version 0 is the edge student that ships with the release."""

    version: int
    run_id: str
    teacher: str


class PromotedModel(Model):
    """The same, and since when (ISO 8601); null for the release's."""

    promoted_at: str | None


class Latency(TypedDict):
    """Milliseconds of the call to the distilled student; null without one."""

    model: float | None


class TotalLatency(TypedDict):
    """Milliseconds from event to answer."""

    total: float


class WholeLatency(Latency, TotalLatency):
    """Both."""


class Usage(TypedDict):
    """Tokens of the distilled student and their price in USD; null if that is not known, or paid by the hour."""

    input_tokens: int
    output_tokens: int
    cost_usd: float | None


class Decided(TypedDict):
    """The decision for one query.

    `weights`: one number per modality, 0 to 1, to four decimals, together exactly 1. `ranked`: modalities, the heaviest
    first. `active`: those at or above the floor. `confidence`: of an edge answer, the calibrated share of such queries
    on which it leads as the teacher does. `filters`: what the query states about the metadata, with its words.
    """

    query: str
    weights: Weights
    ranked: list[str]
    active: list[str]
    source: Source
    confidence: float
    model: Model
    reasoning: str | None
    filters: list[Filter]
    usage: Usage
    engines: dict[str, Any]
    warnings: list[str]


class DecidedInBatch(Decided):
    """One result of POST /route/batch."""

    latency_ms: Latency


class Routed(Decided):
    """200 of POST /route."""

    latency_ms: WholeLatency
    request_id: str


class ErrorBody(TypedDict):
    """`code` is stable; `message` names the field and the fix."""

    code: str
    message: str


class Failed(TypedDict):
    """A query of a batch that could not be answered."""

    error: ErrorBody


class Error(ErrorBody):
    """Every answer but 200."""

    request_id: str


class RoutedBatch(TypedDict):
    """200 of POST /route/batch. `results`: one per query, in their order."""

    results: list[DecidedInBatch | Failed]
    answered: int
    failed: int
    latency_ms: TotalLatency
    request_id: str


class Checks(TypedDict):
    """What the function holds at the moment."""

    pointer: Literal["read", "absent", "unreadable"]
    edge: Literal["loaded", "stale", "unreadable"]


class Health(TypedDict):
    """200 of GET /health. `degraded`: it answers, but others stand in for what is missing."""

    status: Literal["ok", "degraded"]
    version: int
    checks: Checks
    request_id: str


class OnTrial(TypedDict):
    """A version beside the active one: a canary answers this share of the queries, a shadow is only asked."""

    version: int
    run_id: str
    mode: Literal["canary", "shadow"]
    share: float
    started_at: str


class Version(TypedDict):
    """200 of GET /version."""

    model: PromotedModel
    candidate: OnTrial | None
    taxonomy: str
    modalities: list[str]
    mode: Literal["cascade", "edge", "distilled"]
    request_id: str
