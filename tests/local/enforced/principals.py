"""Who calls while IAM is in force: the roles of the stack, and users with policies from the documentation."""

import json
import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3

from cli.target import Target
from tests.local.enforced.spelling import POLICY, Statement, document, listed, respell, said

_DOCS = Path(__file__).parents[3] / "docs" / "callers.md"
_HASH = re.compile(r"[0-9A-F]{8}$")


@dataclass(frozen=True)
class Roles:
    """The stack's roles. `names`: the name of each by its logical id without CDK's hash."""

    iam: Any
    names: Mapping[str, str]

    @classmethod
    def of(cls, target: Target) -> "Roles":
        """All of them, with their rights in MiniStack's words too."""
        iam, stack = target.client("iam"), target.client("cloudformation")
        found = stack.describe_stack_resources(StackName=target.stack)["StackResources"]
        own = [resource for resource in found if resource["ResourceType"] == "AWS::IAM::Role"]
        for resource in own:
            respell(iam, resource["PhysicalResourceId"])
        return cls(iam, {_HASH.sub("", role["LogicalResourceId"]): role["PhysicalResourceId"] for role in own})

    @contextmanager
    def without(self, role: str, action: str, on: str = "") -> Generator[None]:
        """Take this action away from the role, or from one resource (`on`), and give it back at the end."""
        name = self.names[role]
        before = {policy: self._statements(name, policy) for policy in self._policies(name)}
        left = {policy: less(action, statements, on) for policy, statements in before.items()}
        assert left != before, f"{role} has no right to {action}"
        try:
            self._put(name, left)
            yield
        finally:
            self._put(name, before)

    def _policies(self, name: str) -> list[str]:
        return [policy for policy in self.iam.list_role_policies(RoleName=name)["PolicyNames"] if policy != POLICY]

    def _statements(self, name: str, policy: str) -> list[Statement]:
        return listed(self.iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]["Statement"])

    def _put(self, name: str, policies: Mapping[str, list[Statement]]) -> None:
        for policy, statements in policies.items():
            self.iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=document(statements))
        respell(self.iam, name)


def less(action: str, statements: Iterable[Statement], on: str = "") -> list[Statement]:
    """The statements without this action, or where they allow it without the resource `on`."""
    field, lost = ("Resource", on) if on else ("Action", action)
    rest = [
        {**given, field: [one for one in listed(given[field]) if one != lost]}
        if action in listed(given["Action"])
        else given
        for given in statements
    ]
    return [given for given in rest if given[field]]


def documented(target: Target, who: str) -> list[Statement]:
    """The policy of this kind of caller in `docs/callers.md`, with the names of the deployed stack."""
    (text,) = re.findall(rf"^```json {who}\n(.+?)^```$", _DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    names = {
        "REGION": "us-east-1",
        "ACCOUNT": "000000000000",
        "API": target.output("ApiId"),
        "STAGE": target.stage,
        "MACHINE": target.output("StateMachineArn").rpartition(":")[2],
        "BUCKET": target.output("DataBucketName"),
    }
    return json.loads(re.sub(r"\b[A-Z]+\b", lambda word: names.get(word[0], word[0]), text))["Statement"]


def user(target: Target, name: str, statements: list[Statement]) -> Target:
    """The target as a new user of the account sees it, who may do this and nothing else."""
    iam = target.client("iam")
    iam.create_user(UserName=name)
    if statements:
        allowed = document([*statements, *said(statements)])
        iam.put_user_policy(UserName=name, PolicyName="Own", PolicyDocument=allowed)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return replace(target, session=boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1"))
