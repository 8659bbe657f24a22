"""The gate's rules, as far as synthesis can check them; whether each makes sense, a run checks before it spends."""

import math
from collections.abc import Mapping
from typing import Any

from cdk.settings import SettingsError, one_of

BOUNDS = ("at_least", "at_most")
KEYS = ("candidate", "figure", "against", "share_of", *BOUNDS, "certain")
CANDIDATES = (
    *("distilled", "edge", "cascade", "active", "base", "base-short", "baseline", "teacher"),
    *("other-1", "other-2", "other-3", "other-4", "keyword", "static"),
)
FIGURES = (
    *("top1", "valid", "recall", "judge", "mae", "max_error", "kl"),
    *("latency_ms.p50", "latency_ms.p95", "latency_ms.p99", "cost_per_million_usd", "coverage", "ece"),
)


def checked(content: object, name: str) -> Mapping[str, Any]:
    """The content of a gate file, if it has the shape that `lambdas/intent/gatefile.py` reads.

    Raises SettingsError naming the file, the rule's number (from 1) and the key.
    """
    rules = content.get("rules") if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping) or set(content) != {"rules"} or not isinstance(rules, list) or not rules:
        raise SettingsError(f"gate {name}: must hold one key, rules, with a list of at least one rule")
    for number, rule in enumerate(rules, start=1):
        _rule(f"gate {name}: rule {number}", rule)
    return dict(content)


def _rule(where: str, rule: object) -> None:
    if not isinstance(rule, Mapping):
        raise SettingsError(f"{where} must be keys and values, is {rule!r}")
    if unknown := sorted(str(key) for key in set(rule) - set(KEYS)):
        raise SettingsError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(KEYS)}")
    one_of(f"{where}: figure", str(rule.get("figure")), FIGURES)
    one_of(f"{where}: candidate", str(rule.get("candidate")), CANDIDATES)
    for key in ("against", "share_of"):
        if rule.get(key) is not None:
            one_of(f"{where}: {key}", str(rule[key]), CANDIDATES)
    bounds = [key for key in BOUNDS if rule.get(key) is not None]
    if len(bounds) != 1:
        raise SettingsError(f"{where}: needs one of {' and '.join(BOUNDS)}, has {' and '.join(bounds) or 'none'}")
    value = rule[bounds[0]]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SettingsError(f"{where}: {bounds[0]} must be a number, is {value!r}")
    if not isinstance(rule.get("certain", False), bool):
        raise SettingsError(f"{where}: certain must be true or false, is {rule['certain']!r}")
