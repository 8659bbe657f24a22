"""What is asked of any report, of a unit fixture or of a run."""

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import jsonschema

from local import report_schema
from tests import recount
from tests.recount import Answers, Exact

_FLOAT_NOISE = 1e-9


def breaches(report: dict[str, Any]) -> list[str]:
    """Where a report differs from the published schema, keys that it does not name included."""
    schema = json.loads(report_schema.FILE.read_text("utf-8"))
    for kind in _objects(schema):
        kind.setdefault("additionalProperties", False)
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(report)]


def _objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (kind for kind in (schema, *schema["$defs"].values()) if "properties" in kind)


def differences(report: Mapping[str, Any], responses: Mapping[str, Answers]) -> list[str]:
    """What the report says otherwise than its answers, counted again.

    A figure is right if it is a correct rounding of the exact one: not further off than half its last digit.
    `responses`: by candidate, without the cascade, which is put together here.
    """
    answers = {**responses, "cascade": recount.cascade(responses, report["edge"]["threshold"])}
    assert {one["name"] for one in report["candidates"]} == set(answers)
    return [line for one in _sections(report, answers) for line in one]


def _sections(report: Mapping[str, Any], answers: Mapping[str, Answers]) -> Iterator[list[str]]:
    for one in report["candidates"]:
        name, given = one["name"], answers[one["name"]]
        yield _compare(name, one, recount.figures(given, one["model"]))
        yield _compare(f"{name}.groups", one["groups"], recount.groups(given), whole=True)
        for other in ("baseline", "active"):
            if other in answers:
                wanted = {key: {"difference": gap} for key, gap in recount.paired(given, answers[other]).items()}
                yield _compare(f"{name}.against_{other}", one[f"against_{other}"], wanted)
        yield _compare(name, one, {"agreement": recount.agreement(given, answers["teacher"])})
        yield _compare(
            f"{name}.weight_errors", report["weight_errors"]["candidates"][name], recount.spread(given), whole=True
        )
    yield _compare("edge", report["edge"], recount.confidence(answers["edge"], report["edge"]["threshold"]))


_DIGITS = {"cost_per_million_usd": 2, "p50": 3, "p95": 3, "p99": 3}


def _compare(where: str, found: Any, wanted: Any, *, digits: int = 4, whole: bool = False) -> list[str]:
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
