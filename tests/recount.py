"""Every figure of a report once more, from its `responses.jsonl`: plain, slow, exact, and none of the code's own.

A figure of the report is right if it is a correct rounding of the exact one: not further off than half its last digit.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

Answer = Mapping[str, Any]
Answers = Sequence[Answer]
Exact = Fraction | float | None
_PRICES = json.loads((Path(__file__).parents[1] / "lambdas/intent/prices.json").read_text("utf-8"))["models"]
_SHARES = {"p50": Fraction(1, 2), "p95": Fraction(95, 100), "p99": Fraction(99, 100)}
_BOUNDS = [Fraction(2, 100), Fraction(5, 100), Fraction(10, 100), Fraction(20, 100)]
_FLOAT_NOISE = 1e-9


def differences(report: Mapping[str, Any], responses: Mapping[str, Answers]) -> list[str]:
    """What the report says otherwise. `responses`: by candidate, without the cascade, which is put together here."""
    answers = {**responses, "cascade": _cascade(responses, report["edge"]["threshold"])}
    assert {one["name"] for one in report["candidates"]} == set(answers)
    return [line for one in _sections(report, answers) for line in one]


def _sections(report: Mapping[str, Any], answers: Mapping[str, Answers]) -> Iterator[list[str]]:
    for one in report["candidates"]:
        name, given = one["name"], answers[one["name"]]
        yield _compare(name, one, figures(given, one["model"]))
        yield _compare(f"{name}.groups", one["groups"], _groups(given), whole=True)
        for other in ("baseline", "active"):
            if other in answers:
                wanted = {key: {"difference": gap} for key, gap in _paired(given, answers[other]).items()}
                yield _compare(f"{name}.against_{other}", one[f"against_{other}"], wanted)
        if "agreement" in one:
            yield _compare(name, one, {"agreement": _agreement(given, answers["teacher"])})
        yield _compare(f"{name}.weight_errors", report["weight_errors"]["candidates"][name], _spread(given), whole=True)
    yield _compare("edge", report["edge"], _confidence(answers["edge"], report["edge"]["threshold"]))


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


def _divergence(one: Answer) -> float:
    parts = [
        wanted * (math.log(wanted) - math.log(one["weights"][name] or 0.00005))
        for name, wanted in one["reference"].items()
        if wanted > 0
    ]
    return math.fsum(parts)


def _mean(values: Sequence[Fraction] | Sequence[float]) -> Exact:
    return sum(map(Fraction, values), Fraction()) / len(values) if values else None


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
    usd = sum(
        Fraction(str(price["input"])) * one["input_tokens"] + Fraction(str(price["output"])) * one["output_tokens"]
        for one in answered
    )
    return usd / len(answered)  # prices are per million tokens, this is per million routes


def _groups(answers: Answers) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for key, value in sorted({pair for one in answers for pair in one["cell"].items()}):
        group = [one for one in answers if one["cell"].get(key) == value]
        valid = [_error(one) for one in group if one["weights"] is not None]
        top1 = _share(sum(map(_right, group)), len(group))
        found.setdefault(key, {})[value] = {"count": len(group), "top1": top1, "mae": _mean(valid)}
    return found


def _paired(answers: Answers, others: Answers) -> dict[str, Exact]:
    twins = {one["id"]: one for one in others}
    pairs = [(one, twins[one["id"]]) for one in answers]
    both = [(a, b) for a, b in pairs if a["weights"] is not None and b["weights"] is not None]
    return {
        "top1": _mean([Fraction(_right(a) - _right(b)) for a, b in pairs]),
        "valid": _mean([Fraction((a["weights"] is not None) - (b["weights"] is not None)) for a, b in pairs]),
        "mae": _mean([_error(a) - _error(b) for a, b in both]),
    }


def _agreement(answers: Answers, teacher: Answers) -> Fraction | None:
    leads = {one["id"]: _lead(one["weights"]) for one in teacher if one["weights"] is not None}
    asked = [one for one in answers if one["id"] in leads]
    same = [one for one in asked if one["weights"] is not None and _lead(one["weights"]) == leads[one["id"]]]
    return _share(len(same), len(asked))


def _spread(answers: Answers) -> dict[str, Any]:
    errors = [_error(one) for one in answers if one["weights"] is not None]
    ends = [Fraction(-1), *_BOUNDS, Fraction(1)]
    counts = [sum(low < error <= high for error in errors) for low, high in zip(ends, ends[1:], strict=False)]
    invalid = len(answers) - len(errors)
    shares = [_share(count, len(answers)) for count in counts]
    return {"counts": counts, "shares": shares, "invalid": invalid, "invalid_share": _share(invalid, len(answers))}


def _sure(one: Answer, threshold: float) -> bool:
    return one["confidence"] is not None and one["confidence"] >= threshold


def _cascade(responses: Mapping[str, Answers], threshold: float) -> Answers:
    others = {one["id"]: one for one in responses["distilled"]}
    return [one if _sure(one, threshold) else _behind(one, others[one["id"]]) for one in responses["edge"]]


def _behind(edge: Answer, distilled: Answer) -> Answer:
    if distilled["latency_ms"] is None:
        return distilled
    return {**distilled, "latency_ms": distilled["latency_ms"] + (edge["latency_ms"] or 0)}


def _confidence(edge: Answers, threshold: float) -> dict[str, Any]:
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
            "confidence": _mean([Fraction(str(one["confidence"])) for one in own]),
            "right": Fraction(sum(map(_right, own)), len(own)),
        }
        for tenth, own in sorted(tenths.items())
    ]
    gaps = [abs(one["confidence"] - one["right"]) * one["count"] for one in curve]
    return {
        "coverage": _share(len(covered), len(edge)),
        "covered_top1": _share(sum(map(_right, covered)), len(covered)),
        "ece": sum(gaps, Fraction()) / len(rated) if rated else None,
        "reliability": curve,
    }


_DIGITS = {"cost_per_million_usd": 2, "p50": 3, "p95": 3, "p99": 3}


def _compare(where: str, found: Any, wanted: Any, *, digits: int = 4, whole: bool = False) -> list[str]:  # noqa: ANN401
    """Lines for all that differs. `whole`: `found` may have no key that `wanted` lacks, but for intervals."""
    if isinstance(wanted, Mapping):
        more = set(found) - set(wanted) - {"interval"} if whole else set[str]()
        lines = [f"{where}.{key}: not recounted" for key in sorted(more)]
        for key, value in wanted.items():
            if key not in found:
                lines.append(f"{where}.{key}: missing")
            else:
                own = _DIGITS.get(key, digits)
                lines += _compare(f"{where}.{key}", found[key], value, digits=own, whole=whole)
        return lines
    if isinstance(wanted, list):
        if len(found) != len(wanted):
            return [f"{where}: {len(found)} entries, not {len(wanted)}"]
        pairs = zip(found, wanted, strict=True)
        return [line for n, (a, b) in enumerate(pairs) for line in _compare(f"{where}[{n}]", a, b, whole=whole)]
    return [] if _rounds(found, wanted, digits) else [f"{where}: {found}, recounted {wanted and float(wanted)}"]


def _rounds(found: float | None, exact: Exact | int, digits: int) -> bool:
    if found is None or exact is None:
        return found is exact
    if isinstance(exact, int):
        return found == exact
    written = abs(found - round(found, digits)) <= _FLOAT_NOISE
    return written and abs(Fraction(found) - Fraction(exact)) <= Fraction(1, 2 * 10**digits) + Fraction(_FLOAT_NOISE)
