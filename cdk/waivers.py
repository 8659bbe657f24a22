"""Findings of cdk-nag that we accept: one construct, one rule, one reason."""

import json
from typing import Any, cast

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

Reference = str | dict[str, Any]


def waive(construct: IConstruct, reason: str, *rules: str) -> None:
    """Accept these rules for this construct and what is in it, for this reason."""
    for rule in rules:
        Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def waive_wildcards(construct: IConstruct, reason: str, resources: list[str]) -> None:
    """Accept the wildcard in each of these ARNs, and in no other, for the policies in this construct."""
    found = (_flat(Stack.of(construct).resolve(resource)) for resource in resources)
    waive(construct, reason, *(f"AwsSolutions-IAM5[Resource::{text}]" for text in found if "*" in text))


def _flat(reference: Reference) -> str:
    """A CloudFormation reference as cdk-nag spells it in the id of a finding."""
    if isinstance(reference, str):
        return reference.replace("${", "<").replace("}", ">")
    if "Fn::Join" in reference:
        delimiter, items = cast("tuple[str, list[Reference]]", reference["Fn::Join"])
        return delimiter.join(_flat(item) for item in items)
    if "Fn::GetAtt" in reference:
        return "<" + ".".join(cast("list[str]", reference["Fn::GetAtt"])) + ">"
    if "Ref" in reference:
        return f"<{reference['Ref']}>"
    return json.dumps(reference, separators=(",", ":"))
