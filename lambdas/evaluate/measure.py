"""A candidate's figures, from its responses."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from evaluate.responses import Response, leads_right
from intent.prices import MILLION, PriceTable
from intent.scoring import divergence, max_error, mean_error
from intent.weights import Weights, leading


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value with at least `share` of all at or below it (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def figures(
    responses: Sequence[Response],
    *,
    model: str | None,
    judge: float | None,
    table: PriceTable,
    leads: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """All figures of one candidate; one that cannot be computed is None.

    top1, valid: share of all answers (an invalid answer leads with nothing). mae, max_error, kl (nats), weight_error
    (by modality): over valid ones. agreement: share that leads as `leads`, the teacher's own answers by example id, do;
    of those that the teacher answered. latency_ms: wall clock around the call. judge: mean level 1..5. cost: model
    tokens, USD per million routes.
    """
    right = [r for r in responses if leads_right(r)]
    pairs = [(r.weights, r.reference) for r in responses if r.weights]
    latencies = [r.latency_ms for r in responses if r.latency_ms is not None]
    count = len(responses)
    return {
        "answered": count,
        "valid": _share(len(pairs), count),
        "top1": _share(len(right), count),
        "mae": round(math.fsum(mean_error(*pair) for pair in pairs) / len(pairs), 4) if pairs else None,
        "max_error": round(max(max_error(*pair) for pair in pairs), 4) if pairs else None,
        "kl": round(math.fsum(divergence(r, w) for w, r in pairs) / len(pairs), 4) if pairs else None,
        "weight_error": _by_modality(pairs),
        "agreement": _agreement(responses, leads or {}),
        "judge": None if judge is None else round(judge, 3),
        "latency_ms": {
            name: round(percentile(latencies, share), 3) if latencies else None
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        },
        "input_tokens": sum(r.input_tokens for r in responses),
        "output_tokens": sum(r.output_tokens for r in responses),
        "cost_per_million_usd": _cost(responses, model, table),
        "recall": _recall(responses),
        "rejections": _rejections(responses),
    }


def leads_by_id(teacher: Sequence[Response]) -> dict[str, str]:
    """The modality that each valid answer leads with, by example id."""
    return {answer.id: leading(answer.weights) for answer in teacher if answer.weights}


def _agreement(responses: Sequence[Response], leads: Mapping[str, str]) -> float | None:
    asked = [r for r in responses if r.id in leads]
    return _share(sum(bool(r.weights) and leading(r.weights or {}) == leads[r.id] for r in asked), len(asked))


def _by_modality(pairs: Sequence[tuple[Weights, Weights]]) -> dict[str, dict[str, float]]:
    """Absolute difference of each weight: `mae`, its mean, and `max`."""
    gaps = {
        name: [abs(given[name] - wanted[name]) for given, wanted in pairs] for name in (pairs[0][1] if pairs else ())
    }
    return {name: {"mae": round(math.fsum(own) / len(own), 4), "max": round(max(own), 4)} for name, own in gaps.items()}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _cost(responses: Sequence[Response], model: str | None, table: PriceTable) -> float | None:
    """Of the queries that were answered at all; what the edge student answers in a cascade has no tokens."""
    given = [r for r in responses if r.latency_ms is not None]
    if model is None:
        return 0.0
    if not given:
        return None
    usd = table.cost(model, sum(r.input_tokens for r in given), sum(r.output_tokens for r in given))
    return round(usd / len(given) * MILLION, 2)


def _recall(responses: Sequence[Response]) -> dict[str, float | None]:
    """Of the queries that a modality should lead, the share that it leads."""
    names = list(responses[0].reference) if responses else []
    groups = {name: [r for r in responses if leading(r.reference) == name] for name in names}
    hits = {name: sum(1 for r in group if r.weights and leading(r.weights) == name) for name, group in groups.items()}
    return {name: _share(hits[name], len(groups[name])) for name in names}


def _rejections(responses: Sequence[Response]) -> dict[str, int]:
    reasons = sorted({r.reason for r in responses if r.reason})
    return {reason: sum(r.reason == reason for r in responses) for reason in reasons}
