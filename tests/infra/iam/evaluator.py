"""IAM's verdict on one request, as far as our policies need it; anything that they have not used yet is an error.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: a Deny wins, then any Allow
counts, and nothing else is allowed. One account, no boundaries, no service control policies.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

_ALL_MUST_FAIL = frozenset({"StringNotEquals"})


@dataclass(frozen=True, order=True)
class Request:
    """Who is asking is decided by whose statements are looked at. Context keys as IAM spells them."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rule:
    """A statement. `conditions`: operator, key, values."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = field(default=())


def allowed(rules: Iterable[Rule], request: Request) -> bool:
    """Whether these statements together let the request through. ValueError for an operator that is not known."""
    applying = [rule for rule in rules if applies(rule, request)]
    return bool(applying) and all(rule.effect == "Allow" for rule in applying)


def applies(rule: Rule, request: Request) -> bool:
    """Whether action, resource and every condition of the statement match."""
    context = {name.lower(): value for name, value in request.context}
    return (
        any(matches(pattern.lower(), request.action.lower()) for pattern in rule.actions)
        and any(matches(pattern, request.resource) for pattern in rule.resources)
        and all(_holds(condition, context) for condition in rule.conditions)
    )


def _holds(condition: tuple[str, str, tuple[str, ...]], context: Mapping[str, str]) -> bool:
    operator, key, values = condition
    found = context.get(key.lower())
    if operator in ("StringEquals", "StringNotEquals"):
        return (found in values) != (operator in _ALL_MUST_FAIL)
    if operator in ("StringLike", "ArnLike", "ArnEquals"):
        return found is not None and any(matches(value, found) for value in values)
    if operator == "Bool":
        return found is not None and found.lower() in values
    if operator == "NumericLessThan":
        return found is not None and any(float(found) < float(value) for value in values)
    raise ValueError(f"condition operator {operator} on {key}: teach the evaluator first")


def matches(pattern: str, text: str) -> bool:
    """`*` is any text, `?` any character; all else as it stands."""
    return _compiled(pattern).fullmatch(text) is not None


def captured(pattern: str, text: str) -> tuple[str, ...] | None:
    """What each `*` of the pattern stands for in the text, each as short as can be; None if it does not match."""
    found = _compiled(pattern).fullmatch(text)
    return found.groups() if found else None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = {"*": "(.*?)", "?": "."}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in pattern), re.DOTALL)
