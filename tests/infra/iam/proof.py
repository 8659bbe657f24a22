"""Least privilege, both ways: what a role needs and may not, and what it may and does not need.

A grant is one action on one resource pattern of one statement. It is too much if every call is allowed without it; if a
`*` of it stands for one and the same text in all calls; or if it also lets a call through that differs from a recorded
one in account, Region, name, or in the context that the call is made in.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tests.infra.iam import models
from tests.infra.iam.calls import Call
from tests.infra.iam.evaluator import Request, Rule, allowed, captured
from tests.infra.iam.policies import ACCOUNT
from tests.infra.iam.table import ROWS, Need

TLS = (("aws:SecureTransport", "true"), ("s3:TlsVersion", "1.2"))
_ELSEWHERE = "elsewhere"
_PLACEHOLDER = re.compile(r"\{[a-z]+\}")


@dataclass(frozen=True)
class World:
    """What placeholders stand for in one template."""

    stage: str
    models: frozenset[str]

    def filled(self, text: str) -> str:
        """Without those that a template fixes; what is made at run time stays in braces."""
        fixed = {"{account}": ACCOUNT, "{region}": "us-east-1", "{stage}": self.stage, ":{n}": ""}
        for placeholder, value in fixed.items():
            text = text.replace(placeholder, value)
        return text


def requests(calls: Iterable[Call], world: World) -> frozenset[Request]:
    """Everything that IAM is asked for these calls. KeyError for an operation without a row."""
    return frozenset(
        request
        for call in calls
        for need in (*ROWS[call.operation].needs, *(ROWS[call.operation].absent if call.absent else ()))
        for request in needed(need, dict(call.asked), world)
    )


def needed(need: Need, asked: Mapping[str, str], world: World) -> Iterator[Request]:
    """One need with the call's own parameters in it."""
    if need.own and not asked["model"].startswith("arn:"):
        return
    resources = {need.resource}
    if need.resource.startswith("@"):
        resources = models.arns(need.resource, world.filled(asked["model"]), world.models)
    context = tuple((key, world.filled(value)) for key, value in need.context)
    for resource in resources:
        text = resource
        for name, value in asked.items():
            text = text.replace(f"<{name}>", value)
        assert "<" not in text, f"{need.action}: a parameter of {resource} was not recorded"
        yield Request(need.action, world.filled(text), context)


def missing(rules: Iterable[Rule], wanted: Iterable[Request]) -> set[Request]:
    """Requests that these statements do not let through."""
    given = tuple(rules)
    return {request for request in wanted if not allowed(given, over_tls(request))}


def over_tls(request: Request) -> Request:
    """As every client of ours sends it."""
    return replace(request, context=(*request.context, *TLS))


def excess(rules: Iterable[Rule], wanted: frozenset[Request]) -> list[str]:
    """What of the grants is too much, in words."""
    given = tuple(rules)
    grants = [grant for rule in given if rule.effect == "Allow" for grant in _grants(rule)]
    by_grant = {grant: {request for request in wanted if allowed([grant], request)} for grant in grants}
    found = [f"duplicate: {_told(grant)}" for grant in by_grant if grants.count(grant) > 1]
    for grant, used in by_grant.items():
        others = [hits for other, hits in by_grant.items() if other != grant]
        if "*" in grant.actions[0]:
            found.append(f"many actions: {_told(grant)}")
        if not used - set[Request]().union(*others):
            found.append(f"unneeded: {_told(grant)}")
        elif text := _too_wide(grant.resources[0], used):
            found.append(f"always {text}: {_told(grant)}")
        strange = sorted(_strange(grant, used) - wanted)
        found += [f"also {other.resource} {dict(other.context)}: {_told(grant)}" for other in strange]
    return found


def _grants(rule: Rule) -> Iterator[Rule]:
    for action in rule.actions:
        for resource in rule.resources:
            yield Rule("Allow", (action,), (resource,), rule.conditions)


def _too_wide(pattern: str, used: Iterable[Request]) -> str:
    """The text, or first part of a path, that a `*` always stands for, unless it is made at run time; else ""."""
    for texts in zip(*(captured(pattern, request.resource) or () for request in used), strict=True):
        for parts in (set(texts), {text.partition("/")[0] for text in texts}):
            if len(parts) == 1 and not _made(part := parts.pop()):
                return part
    return ""


def _made(text: str) -> bool:
    """Chosen at run time, at least in part, and no path; or the * of an action that knows no resources."""
    return text == "*" or ("/" not in text and _PLACEHOLDER.search(text) is not None)


def _strange(grant: Rule, used: Iterable[Request]) -> set[Request]:
    """Requests a little different from those that the grant is for, and that it lets through."""
    return {other for request in used for other in neighbours(request) if allowed([grant], other)}


def neighbours(request: Request) -> Iterator[Request]:
    """The request in another context, in another account and Region, and on something of another name."""
    for number, (key, _) in enumerate(request.context):
        others = request.context[:number] + request.context[number + 1 :]
        yield replace(request, context=others)
        yield replace(request, context=(*others, (key, _ELSEWHERE)))
    head, parts = request.resource.split(":", 5)[:5], request.resource.split(":", 5)[5:]
    if not parts:
        return
    for number in (3, 4):
        if head[number]:
            yield replace(request, resource=":".join([*head[:number], _ELSEWHERE, *head[number + 1 :], *parts]))
    for changed in _renamed(parts[0]):
        yield replace(request, resource=":".join([*head, changed]))


def _renamed(text: str) -> Iterator[str]:
    separator = "/" if "/" in text else ":"
    segments = text.split(separator)
    for number, segment in enumerate(segments[:2]):
        if not _made(segment):
            yield separator.join([*segments[:number], _ELSEWHERE, *segments[number + 1 :]])


def _told(grant: Rule) -> str:
    conditions = "".join(f" if {key} {operator} {', '.join(values)}" for operator, key, values in grant.conditions)
    return f"{grant.actions[0]} on {grant.resources[0]}{conditions}"
