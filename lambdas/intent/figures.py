"""The figures that a gate may hold a candidate to: what each may be, which way is better, where it is measured."""

import math
from dataclasses import dataclass

ACTIVE = "active"  # the version that the route answers from while the run is evaluated
_OTHERS = {f"other-{number}": f"the other model {number}" for number in range(1, 5)}  # named for a run
# Whom a sentence means by a candidate's name; only these names may stand in a rule.
WHO = {
    "distilled": "the distilled student",
    "edge": "the edge student",
    "cascade": "the cascade",
    ACTIVE: "the active version",
    "base": "the base student",
    "base-short": "the base student with the short prompt",
    "baseline": "the baseline",
    "teacher": "the teacher",
    **_OTHERS,
    "keyword": "the keyword rules",
    "static": "the static weights",
}
PAIRED_WITH = ("baseline", ACTIVE)  # answered the same queries, and a report holds the differences with intervals


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `words` name it in a sentence; its values lie between `lowest` and `highest`.

    `interval`: where a candidate's `intervals` hold its 95 % interval, `paired`: where `against_baseline` and
    `against_active` hold that of its difference; None where nobody draws one. `of`: the candidates that have it.
    """

    words: str
    more_is_better: bool
    highest: float = 1.0
    lowest: float = 0.0
    interval: tuple[str, ...] | None = None
    paired: str | None = None
    of: tuple[str, ...] = tuple(WHO)

    @property
    def bound(self) -> str:
        """The key of a rule's bound: on the side where the figure gets worse."""
        return "at_least" if self.more_is_better else "at_most"


FIGURES = {
    "top1": Figure("leading modality right", more_is_better=True, interval=("top1",), paired="top1"),
    "valid": Figure("answers that obey the contract", more_is_better=True, interval=("valid",), paired="valid"),
    "recall": Figure("recall of the weakest modality", more_is_better=True, interval=("recall",)),
    "judge": Figure("judge score", more_is_better=True, lowest=1.0, highest=5.0),
    "mae": Figure("mean weight error", more_is_better=False, interval=("mae",), paired="mae"),
    "max_error": Figure("largest weight error", more_is_better=False),
    "kl": Figure(
        "mean divergence from the weights of the teacher", more_is_better=False, highest=math.inf, interval=("kl",)
    ),
    "latency_ms.p50": Figure(
        "median latency in ms",
        more_is_better=False,
        highest=math.inf,
        interval=("latency_ms", "p50"),
        paired="latency_p50",
    ),
    "latency_ms.p95": Figure(
        "latency in ms, 95th percentile", more_is_better=False, highest=math.inf, interval=("latency_ms", "p95")
    ),
    "latency_ms.p99": Figure(
        "latency in ms, 99th percentile", more_is_better=False, highest=math.inf, interval=("latency_ms", "p99")
    ),
    "cost_per_million_usd": Figure("cost per million routes in USD", more_is_better=False, highest=math.inf),
    "coverage": Figure("queries that it answers alone", more_is_better=True, of=("edge",)),
    "ece": Figure("calibration error of its confidence", more_is_better=False, of=("edge",)),
}
