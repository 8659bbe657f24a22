"""From a student's outputs to weights and a confidence. Plain Python."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from intent.weights import Weights, normalise

_FLOOR = 1e-9  # keeps the sum of the weights above 0 whatever the outputs are
_LEAST_LEAD = 0.001  # of the leader before the next: rounding must not tie them


@dataclass(frozen=True, slots=True)
class Answer:
    """Weights per modality (sum exactly 1), and how likely the teacher leads with the same modality (0..1)."""

    weights: Weights
    confidence: float


@dataclass(frozen=True, slots=True)
class Parameters:
    """How outputs are read: the first half ranks the modalities, the second half holds the logits of their shares.

    The confidence is the logistic function of `slope` (at least 0) times the lead in the ranking, plus `offset`.
    """

    modalities: tuple[str, ...]
    slope: float
    offset: float
    threshold: float
    """The confidence from which the edge student may answer alone."""

    @classmethod
    def of(cls, meta: Mapping[str, Any]) -> Self:
        """From a file's meta."""
        return cls(tuple(meta["modalities"]), meta["slope"], meta["offset"], meta["threshold"])

    def meta(self) -> dict[str, Any]:
        """What `of` reads."""
        return asdict(self)

    def answer(self, outputs: Sequence[float]) -> Answer:
        """The leader of the ranking takes the largest share."""
        count = len(self.modalities)
        ranks, shares = outputs[:count], [share + _FLOOR for share in softmax(outputs[count:])]
        leader, largest = ranks.index(max(ranks)), shares.index(max(shares))
        shares[leader], shares[largest] = shares[largest], shares[leader]
        shares[leader] = max(shares[leader], sorted(shares)[-2] + _LEAST_LEAD)
        weights = normalise(dict(zip(self.modalities, shares, strict=True)), self.modalities)
        return Answer(weights, self.confidence(lead(ranks)))

    def confidence(self, ahead: float) -> float:
        """Never falls where the lead in the ranking grows."""
        return 1 / (1 + math.exp(-max(-700.0, min(700.0, self.slope * ahead + self.offset))))


def lead(ranks: Sequence[float]) -> float:
    """How far the first is ahead of the second."""
    second, first = sorted(ranks)[-2:]
    return first - second


def softmax(logits: Sequence[float]) -> list[float]:
    """Shares that sum to 1."""
    top = max(logits)
    powers = [math.exp(logit - top) for logit in logits]
    total = sum(powers)
    return [power / total for power in powers]
