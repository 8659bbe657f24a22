"""A synthesised template, asked in the words of the claims: who may do what, on which ARN."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

Resource = dict[str, Any]
_FIXED = {
    "AWS::Partition": "aws",
    "AWS::AccountId": "ACCOUNT",
    "AWS::Region": "REGION",
    "AWS::URLSuffix": "amazonaws.com",
}


@dataclass(frozen=True)
class Statement:
    """One IAM statement with its references spelled out: `<LogicalId.Arn>`, `<LogicalId>`, `ACCOUNT`."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Any
    principal: Any


class Template:
    """One stage's template and the metadata that CDK writes beside it."""

    def __init__(self, directory: Path, stage: str) -> None:
        self.stage = stage
        self.path = directory / f"intent-router-{stage}.template.json"
        self.body: dict[str, Any] = json.loads(self.path.read_text())
        self.metadata: dict[str, Any] = json.loads((directory / f"intent-router-{stage}.metadata.json").read_text())

    def of(self, kind: str) -> dict[str, Resource]:
        """Resources of a type, such as `AWS::S3::Bucket`, by logical id."""
        return {name: found for name, found in self.body["Resources"].items() if found["Type"] == kind}

    def only(self, kind: str) -> Resource:
        """Properties of the one resource of this type."""
        (resource,) = self.of(kind).values()
        return resource["Properties"]

    @cached_property
    def functions(self) -> dict[str, Resource]:
        """Properties of our functions by handler."""
        return {
            found["Properties"]["Handler"]: found["Properties"] for found in self.of("AWS::Lambda::Function").values()
        }

    def role_of(self, handler: str) -> str:
        """Logical id of a function's role."""
        return self.functions[handler]["Role"]["Fn::GetAtt"][0]

    def allowed(self, role: str) -> list[Statement]:
        """What the policies attached to a role say."""
        found: list[Statement] = []
        for policy in self.of("AWS::IAM::Policy").values():
            if {"Ref": role} in policy["Properties"].get("Roles", ()):
                found += statements(policy["Properties"]["PolicyDocument"])
        for policy in self.of("AWS::IAM::Role")[role]["Properties"].get("Policies", ()):
            found += statements(policy["PolicyDocument"])
        return found

    def resources(self, role: str, *actions: str) -> set[str]:
        """ARNs on which a role may do at least one of the actions."""
        wanted = set(actions)
        return {arn for found in self.allowed(role) if wanted & set(found.actions) for arn in found.resources}

    def objects(self, role: str, action: str) -> set[str]:
        """Key patterns in the data bucket on which a role has this S3 action."""
        (bucket,) = (name for name in self.of("AWS::S3::Bucket") if name.startswith("StorageData"))
        return {arn.removeprefix(f"<{bucket}.Arn>/") for arn in self.resources(role, action)}

    @cached_property
    def waivers(self) -> dict[str, dict[str, str]]:
        """Accepted findings: construct path, without the stack, to rule to reason."""
        found: dict[str, dict[str, str]] = {}
        for path, entries in self.metadata.items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    rules = {rule.removeprefix("Annotation::"): why for rule, why in entry["data"].items()}
                    found.setdefault(path.split("/", 2)[2].replace(f".{self.stage}", ""), {}).update(rules)
        return found


def statements(document: dict[str, Any]) -> list[Statement]:
    """The statements of a policy document."""
    return [
        Statement(
            effect=found["Effect"],
            actions=tuple(_list(found["Action"])),
            resources=tuple(text(arn) for arn in _list(found.get("Resource", []))),
            conditions=found.get("Condition"),
            principal=found.get("Principal"),
        )
        for found in document["Statement"]
    ]


def text(value: Any) -> str:
    """A CloudFormation value as text; anything but Ref, GetAtt and Join is an error, not a guess."""
    if isinstance(value, str):
        return value
    ((function, argument),) = cast("dict[str, Any]", value).items()
    if function == "Ref":
        return _FIXED.get(argument, f"<{argument}>")
    if function == "Fn::GetAtt":
        return f"<{'.'.join(argument)}>"
    if function == "Fn::Join":
        return argument[0].join(text(part) for part in argument[1])
    if function == "Fn::Select":
        return f"<{json.dumps(argument)}>"
    raise AssertionError(f"cannot read {function}")


def walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and value, at any depth."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield key, inner
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from walk(inner)


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]
