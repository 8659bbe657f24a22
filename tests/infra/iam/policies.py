"""Roles of a synthesised template: what each may do, in the names that recorded calls have."""

import re
from collections.abc import Mapping
from typing import Any, cast

from tests.infra.iam.evaluator import Rule
from tests.infra.template import Statement, Template, statements, text

ACCOUNT = "ACCOUNT"  # as tests.infra.template spells it
_HASH = re.compile(r"[0-9A-F]{8}$")
_REFERENCE = re.compile(r"<(\w+)(?:\.(\w+))?>")
_ARNS = {
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::KMS::Key": "arn:aws:kms:us-east-1:ACCOUNT:key/{name}",
    "AWS::SNS::Topic": "arn:aws:sns:us-east-1:ACCOUNT:{name}",
    "AWS::IAM::Role": "arn:aws:iam::ACCOUNT:role/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:ACCOUNT:function:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:us-east-1:ACCOUNT:log-group:{name}:*",
}


def name(logical_id: str) -> str:
    """A resource without the hash that CDK appends, in braces."""
    return "{" + _HASH.sub("", logical_id) + "}"


def resolved(template: Template, value: str) -> str:
    """A text of `tests.infra.template` with each reference as an ARN, or as a name. KeyError for a new kind of ARN."""

    def found(match: re.Match[str]) -> str:
        logical_id, attribute = match.groups()
        kind = template.body["Resources"][logical_id]["Type"]
        by_ref = attribute is None and kind != "AWS::SNS::Topic"
        return name(logical_id) if by_ref or attribute == "Name" else _ARNS[kind].format(name=name(logical_id))

    return _REFERENCE.sub(found, value)


def rules(template: Template, role: str) -> tuple[Rule, ...]:
    """What the policies attached to this role (by logical id) say."""
    return tuple(rule(template, statement) for statement in template.allowed(role))


def rule(template: Template, statement: Statement) -> Rule:
    """One statement."""
    return Rule(
        statement.effect,
        statement.actions,
        tuple(resolved(template, arn) for arn in statement.resources),
        _conditions(template, statement.conditions or {}),
    )


def guards(template: Template) -> tuple[Rule, ...]:
    """What the policies of buckets and topics deny to everybody."""
    kinds = ("AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy")
    policies = [found["Properties"]["PolicyDocument"] for kind in kinds for found in template.of(kind).values()]
    denied = [found for policy in policies for found in statements(policy) if found.effect == "Deny"]
    assert all(found.principal in ({"AWS": "*"}, "*") for found in denied)
    return tuple(rule(template, found) for found in denied)


def roles(template: Template) -> Mapping[str, str]:
    """Logical id of each role, by name without hash."""
    return {_HASH.sub("", logical_id): logical_id for logical_id in template.of("AWS::IAM::Role")}


def _conditions(template: Template, given: Mapping[str, Any]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple(
        (operator, key, tuple(resolved(template, _text(value)) for value in _list(values)))
        for operator, keys in given.items()
        for key, values in keys.items()
    )


def _text(value: Any) -> str:
    return str(value) if isinstance(value, int | float) else text(value)


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]
