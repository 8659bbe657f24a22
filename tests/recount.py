"""Every figure of a report once more, from its `responses.jsonl`: plain, slow, exact, and none of the code's own.

Fractions throughout; only logarithms are floating-point numbers. `tests.reports.differences` compares.
"""

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

Answer = Mapping[str, Any]
Answers = Sequence[Answer]
Exact = Fraction | None
_PRICES = json.loads((Path(__file__).parents[1] / "lambdas/intent/prices.json").read_text("utf-8"))["models"]
_SHARES = {"p50": Fraction(1, 2), "p95": Fraction(95, 100), "p99": Fraction(99, 100)}
_BOUNDS = [Fraction(2, 100), Fraction(5, 100), Fraction(10, 100), Fraction(20, 100)]


def figures(answers: Answers, model: str | None) -> dict[str, Any]:
    """All that `candidates` holds of one, exact."""
    valid = [one for one in answers if one["weights"] is not None]
    modalities = list(answers[0]["reference"])
    latencies = [Fraction(str(one["latency_ms"])) for one in answers if one["latency_ms"] is not None]
    should_lead = {name: [one for one in answers if _lead(one["reference"]) == name] for name in modalities}
    return {
        "answered": len(answers),
        "valid": _share(len(valid), len(answers)),
        "top1": _share(sum(map(_right, answers)), len(answers)),
        "mae": _mean([_error(one) for one in valid]),
        "max_error": max((max(_gaps(one).values()) for one in valid), default=None),
        "kl": _mean([_divergence(one) for one in valid]),
        "weight_error": {name: _of_modality(valid, name) for name in modalities} if valid else {},
        "latency_ms": {name: _percentile(latencies, share) for name, share in _SHARES.items()},
        "input_tokens": sum(one["input_tokens"] for one in answers),
        "output_tokens": sum(one["output_tokens"] for one in answers),
        "cost_per_million_usd": _cost(answers, model),
        "recall": {name: _share(sum(map(_right, group)), len(group)) for name, group in should_lead.items()},
        "rejections": dict(Counter(one["reason"] for one in answers if one["reason"])),
    }


def _lead(weights: Mapping[str, float]) -> str:
    best = ""
    for name, weight in weights.items():
        if not best or weight > weights[best]:  # of equals the first
            best = name
    return best


def _right(one: Answer) -> bool:
    return one["weights"] is not None and _lead(one["weights"]) == _lead(one["reference"])


def _gaps(one: Answer) -> dict[str, Fraction]:
    return {
        name: abs(Fraction(str(one["weights"][name])) - Fraction(str(wanted)))
        for name, wanted in one["reference"].items()
    }


def _error(one: Answer) -> Fraction:
    gaps = _gaps(one)
    return sum(gaps.values(), Fraction()) / len(gaps)


def _of_modality(valid: Answers, name: str) -> dict[str, Exact]:
    gaps = [_gaps(one)[name] for one in valid]
    return {"mae": _mean(gaps), "max": max(gaps)}


def _divergence(one: Answer) -> Fraction:
    parts = [
        wanted * (math.log(wanted) - math.log(one["weights"][name] or 0.00005))
        for name, wanted in one["reference"].items()
        if wanted > 0
    ]
    return sum(map(Fraction, parts), Fraction())


def _mean(values: Sequence[Fraction]) -> Exact:
    return sum(values, Fraction()) / Fraction(len(values)) if values else None


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _percentile(values: Sequence[Fraction], share: Fraction) -> Fraction | None:
    """The smallest value that at least this share of all does not exceed."""
    for value in sorted(values):
        if Fraction(sum(other <= value for other in values), len(values)) >= share:
            return value
    return None


def _cost(answers: Answers, model: str | None) -> Exact:
    answered = [one for one in answers if one["latency_ms"] is not None]
    if model is None:
        return Fraction()
    if not answered:
        return None
    bare = re.sub(r":\d+k$", "", re.sub(r"^(us|global)\.", "", model))
    price = _PRICES.get(model) or _PRICES[bare]
    read, said = (sum(int(one[f"{way}_tokens"]) for one in answered) for way in ("input", "output"))
    usd = Fraction(str(price["input"])) * read + Fraction(str(price["output"])) * said
    return usd / len(answered)  # prices are per million tokens, this is per million routes


def groups(answers: Answers) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for key, value in sorted({pair for one in answers for pair in one["cell"].items()}):
        group = [one for one in answers if one["cell"].get(key) == value]
        valid = [_error(one) for one in group if one["weights"] is not None]
        top1 = _share(sum(map(_right, group)), len(group))
        found.setdefault(key, {})[value] = {"count": len(group), "top1": top1, "mae": _mean(valid)}
    return found


def paired(answers: Answers, others: Answers) -> dict[str, Exact]:
    twins = {one["id"]: one for one in others}
    pairs = [(one, twins[one["id"]]) for one in answers]
    both = [(a, b) for a, b in pairs if a["weights"] is not None and b["weights"] is not None]
    return {
        "top1": _mean([Fraction(_right(a) - _right(b)) for a, b in pairs]),
        "valid": _mean([Fraction((a["weights"] is not None) - (b["weights"] is not None)) for a, b in pairs]),
        "mae": _mean([_error(a) - _error(b) for a, b in both]),
    }


def agreement(answers: Answers, teacher: Answers) -> Fraction | None:
    leads = {one["id"]: _lead(one["weights"]) for one in teacher if one["weights"] is not None}
    asked = [one for one in answers if one["id"] in leads]
    same = [one for one in asked if one["weights"] is not None and _lead(one["weights"]) == leads[one["id"]]]
    return _share(len(same), len(asked))


def spread(answers: Answers) -> dict[str, Any]:
    errors = [_error(one) for one in answers if one["weights"] is not None]
    ends = [Fraction(-1), *_BOUNDS, Fraction(1)]
    counts = [sum(low < error <= high for error in errors) for low, high in itertools.pairwise(ends)]
    invalid = len(answers) - len(errors)
    shares = [_share(count, len(answers)) for count in counts]
    return {"counts": counts, "shares": shares, "invalid": invalid, "invalid_share": _share(invalid, len(answers))}


def _sure(one: Answer, threshold: float) -> bool:
    return one["confidence"] is not None and one["confidence"] >= threshold


def cascade(responses: Mapping[str, Answers], threshold: float) -> Answers:
    others = {one["id"]: one for one in responses["distilled"]}
    return [one if _sure(one, threshold) else _behind(one, others[one["id"]]) for one in responses["edge"]]


def _behind(edge: Answer, distilled: Answer) -> Answer:
    if distilled["latency_ms"] is None:
        return distilled
    return {**distilled, "latency_ms": distilled["latency_ms"] + (edge["latency_ms"] or 0)}


def _confident(tenth: Answers) -> Fraction:
    return sum((Fraction(str(one["confidence"])) for one in tenth), Fraction()) / len(tenth)


def confidence(edge: Answers, threshold: float) -> dict[str, Any]:
    covered = [one for one in edge if _sure(one, threshold)]
    rated = [one for one in edge if one["confidence"] is not None]
    tenths: dict[int, list[Answer]] = {}
    for one in rated:
        tenths.setdefault(min(9, math.floor(Fraction(str(one["confidence"])) * 10)), []).append(one)
    curve = [
        {
            "from": Fraction(tenth, 10),
            "to": Fraction(tenth + 1, 10),
            "count": len(own),
            "confidence": _confident(own),
            "right": Fraction(sum(map(_right, own)), len(own)),
        }
        for tenth, own in sorted(tenths.items())
    ]
    gaps = [abs(_confident(own) - Fraction(sum(map(_right, own)), len(own))) * len(own) for own in tenths.values()]
    return {
        "coverage": _share(len(covered), len(edge)),
        "covered_top1": _share(sum(map(_right, covered)), len(covered)),
        "ece": sum(gaps, Fraction()) / len(rated) if rated else None,
        "reliability": curve,
    }
