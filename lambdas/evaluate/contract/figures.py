"""What a report says of one candidate."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Level = Annotated[float, Field(ge=1, le=5)]
Milliseconds = Annotated[float, Field(ge=0)]
Interval = tuple[float, float]


class Latency(TypedDict):
    """Wall clock around one call alone, nearest rank; null where no call was answered."""

    p50: Milliseconds | None
    p95: Milliseconds | None
    p99: Milliseconds | None


class LatencyIntervals(TypedDict):
    """95 % intervals, milliseconds."""

    p50: Interval | None
    p95: Interval | None
    p99: Interval | None


class Intervals(TypedDict, total=False):
    """95 % percentile bootstrap over the held-out queries, low and high; null where a draw in twenty has no figure.

    `mean_max_error`: of the mean over the queries, since a bootstrap cannot bound a largest value.
    """

    top1: Interval | None
    valid: Interval | None
    mae: Interval | None
    kl: Interval | None
    agreement: Interval | None
    mean_max_error: Interval | None
    recall: dict[str, Interval | None]
    latency_ms: LatencyIntervals


class Group(TypedDict):
    """`top1` of some of the queries, with their count and its 95 % interval; `mae` of the valid answers."""

    count: Count
    top1: Share
    mae: Share | None
    interval: Interval | None


class Difference(TypedDict):
    """The candidate minus the other, query by query, with its 95 % interval; latency has only the interval."""

    difference: NotRequired[float | None]
    interval: Interval | None


class JudgeDetail(TypedDict):
    """`mean` is null where fewer than nine in ten answers were scored; `leading`: the same by leading modality."""

    mean: Level | None
    scored: Count
    missing: Count
    leading: dict[str, Level | None]


class Gap(TypedDict):
    """Absolute error of one modality's weight: mean and largest, over the valid answers."""

    mae: Share
    max: Share


class Candidate(TypedDict):
    """Figures of one candidate; one that cannot be computed is null.

    `model`: what it is priced by, null for what runs in our own process. `answered`: held-out queries. `valid`: share
    of answers that obey the contract. `top1`: share that leads with the teacher's leading modality. `mae`,
    `max_error`: mean and largest absolute weight error of the valid ones, `weight_error`: by modality. `kl`: their
    mean divergence from the teacher's weights, nats. `agreement`: share that leads as the teacher does when it is
    asked the query alone, of those that it answers. `judge`: mean level. `recall`: by the modality that should lead.
    `rejections`: invalid answers by reason. `groups`: by key of the cell (domain, style, length, ...) and its value.
    `against_*`: the difference to another candidate.
    """

    name: str
    model: str | None
    answered: Count
    valid: Share | None
    top1: Share | None
    mae: Share | None
    max_error: Share | None
    kl: Annotated[float, Field(ge=0)] | None
    weight_error: dict[str, Gap]
    agreement: Share | None
    judge: Level | None
    latency_ms: Latency
    input_tokens: Count
    output_tokens: Count
    cost_per_million_usd: Annotated[float, Field(ge=0)] | None
    recall: dict[str, Share | None]
    rejections: dict[str, Count]
    intervals: Intervals
    groups: dict[str, dict[str, Group]]
    against_baseline: dict[str, Difference]
    against_active: dict[str, Difference]
    judge_detail: JudgeDetail | None
