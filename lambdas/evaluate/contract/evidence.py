"""What a report says of the edge student's confidence, the errors, the judge, the gate and the money."""

from typing import Literal

from typing_extensions import TypedDict

from evaluate.contract.figures import Count, Share
from evaluate.contract.material import Usd
from intent.weights import Weights

Tenth = TypedDict("Tenth", {"from": float, "to": float, "count": Count, "confidence": Share, "right": Share})
Tenth.__doc__ = "A tenth of the confidence that occurs: its queries, their mean confidence, and the share led right."


class Edge(TypedDict):
    """When the edge student answers alone, on the held-out set.

    `fit`: its metrics on the validation split. `risk`: the share on which it may disagree with the teacher.
    `threshold`: the confidence that keeps it. `coverage`: the share at or above. `ece`: expected calibration error,
    ten bins.
    """

    fit: dict[str, float]
    risk: Share
    threshold: Share
    coverage: Share | None
    covered_top1: Share | None
    ece: Share | None
    reliability: list[Tenth]


class Errors(TypedDict):
    """Answers per bin (the last: beyond the last bound), and those that broke the contract. Shares are of all."""

    counts: list[Count]
    shares: list[Share]
    invalid: Count
    invalid_share: Share


class WeightErrors(TypedDict):
    """Answers by their mean absolute weight error. `bounds`: upper ends, which belong to their bin."""

    bounds: list[float]
    candidates: dict[str, Errors]


class JudgeJob(TypedDict):
    """One candidate's judge jobs: answers asked, scored and missing.

    `foreign`, `repeated`, `malformed`: records of their output that could not be used, by why.
    """

    parts: Count
    asked: Count
    scored: Count
    missing: Count
    foreign: Count
    repeated: Count
    malformed: Count


class Repeat(TypedDict):
    """Answers that the judge rated twice: how many, and the share that got the same level.

    `mean_shift`: of the second level over the first. `sd`: standard deviation of these differences; null of one.
    """

    candidate: str
    count: Count
    same: Share
    mean_shift: float
    sd: float | None


class Judging(TypedDict):
    """The judge, what it rated, and how far it agrees with itself."""

    judge: str
    jobs: dict[str, JudgeJob]
    repeat: Repeat | None


class Worst(TypedDict):
    """An answer that leads otherwise than the teacher. `answer` is null where it broke the contract: `reason`."""

    query: str
    cell: dict[str, str]
    teacher: Weights
    answer: Weights | None
    reason: str | None


class Rule(TypedDict):
    """A rule of the gate. `at_least`: the figure must reach the bound; else stay at or below it.

    A rule that does not apply (`applies` false) decides nothing, and `note` says why.
    """

    rule: str
    candidate: str
    figure: float | None
    bound: float | None
    at_least: bool
    passed: bool
    applies: bool
    note: str | None


class Verdict(TypedDict):
    """The gate's: all rules that apply must hold."""

    passed: bool
    reason: str
    rules: list[Rule]


class BillRow(TypedDict):
    """One item. `basis`: tokens that Bedrock counted (reported) or that follow from the files (computed)."""

    item: str
    what: str
    estimate_usd: Usd
    receipt_usd: Usd
    difference_usd: float
    input_tokens: Count
    output_tokens: Count
    basis: Literal["estimated", "reported", "computed"] | None


class Bill(TypedDict):
    """Estimate against receipt, and the run's cap."""

    items: list[BillRow]
    estimate_usd: Usd
    receipt_usd: Usd
    cap_usd: Usd
