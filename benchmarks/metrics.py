"""Figures over answers, as plain arithmetic: who leads, how far the weights are off, how honest a confidence is."""

import math
from collections.abc import Mapping, Sequence

from intent.scoring import mean_error
from intent.weights import Weights, leading

Answer = Weights | None
"""Weights, or None where a model's answer broke the contract: it then leads with nothing."""

_Z = 1.959964  # 97.5 % quantile of the normal distribution: a two-sided 95 % interval
_FLOOR = 1e-4  # weights have four decimals: a zero stands for less than this
_BINS = 10


def share(flags: Sequence[bool]) -> float:
    """How many of them are true, 0..1; there must be one."""
    return sum(flags) / len(flags)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927): sound for small samples and near 0 and 1."""
    middle, spread = hits / count, _Z**2 / count
    centre = (middle + spread / 2) / (1 + spread)
    half = math.sqrt(middle * (1 - middle) * spread + (spread / 2) ** 2) / (1 + spread)
    return centre - half, centre + half


def right(answers: Sequence[Answer], labels: Sequence[Sequence[str]]) -> list[bool]:
    """For each answer: does a modality lead that people accept?"""
    return [
        answer is not None and leading(answer) in accepted for answer, accepted in zip(answers, labels, strict=True)
    ]


def recall(flags: Sequence[bool], labels: Sequence[Sequence[str]]) -> dict[str, float]:
    """By modality that people prefer (their first label): the share of its queries that are led rightly."""
    wanted = dict.fromkeys(accepted[0] for accepted in labels)
    return {
        name: share([flag for flag, accepted in zip(flags, labels, strict=True) if accepted[0] == name])
        for name in sorted(wanted)
    }


def against(answers: Sequence[Answer], references: Sequence[Mapping[str, float]]) -> dict[str, float | None]:
    """`mae` per weight over the valid answers, and `dominant`: a modality leads that leads the reference (or ties)."""
    pairs = list(zip(answers, references, strict=True))
    errors = [mean_error(answer, reference) for answer, reference in pairs if answer is not None]
    led = [answer is not None and reference[leading(answer)] == max(reference.values()) for answer, reference in pairs]
    return {"mae": _mean(errors), "dominant": share(led)}


def trust(
    answers: Sequence[Answer], teachers: Sequence[Mapping[str, float]], confidences: Sequence[float], threshold: float
) -> dict[str, float | None]:
    """How far a student may stand in for its teacher.

    `agreement`: the same modality leads. `kl` (nats, teacher to student) and `mae_teacher` (per weight): over the valid
    answers. `ece`: of its confidence, against agreeing. `coverage`: share at or above the threshold, and
    `covered_agreement` there.
    """
    pairs = [(answer, taught) for answer, taught in zip(answers, teachers, strict=True) if answer is not None]
    agrees = [
        answer is not None and leading(answer) == leading(taught)
        for answer, taught in zip(answers, teachers, strict=True)
    ]
    covered = [agreed for agreed, confidence in zip(agrees, confidences, strict=True) if confidence >= threshold]
    return {
        "agreement": share(agrees),
        "kl": _mean([_divergence(taught, answer) for answer, taught in pairs]),
        "mae_teacher": _mean([mean_error(answer, taught) for answer, taught in pairs]),
        "ece": calibration_error(confidences, agrees),
        "coverage": len(covered) / len(agrees),
        "covered_agreement": share(covered) if covered else None,
    }


def calibration_error(confidences: Sequence[float], flags: Sequence[bool]) -> float:
    """Expected calibration error over ten bins of equal width: mean gap of confidence and share right, by count."""
    bins: dict[int, list[int]] = {}
    for index, confidence in enumerate(confidences):
        bins.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append(index)
    gaps = (abs(math.fsum(confidences[index] - flags[index] for index in members)) for members in bins.values())
    return math.fsum(gaps) / len(confidences)


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value with at least `part` of all at or below it (nearest rank)."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _divergence(taught: Mapping[str, float], given: Mapping[str, float]) -> float:
    return math.fsum(
        weight * math.log(weight / max(given[name], _FLOOR)) for name, weight in taught.items() if weight > 0
    )
