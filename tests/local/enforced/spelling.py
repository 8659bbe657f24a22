"""What stock MiniStack asks IAM for where AWS asks for something else: rights beside a role's own, in tests alone.

MiniStack 1.5.33 authorises Converse as `bedrock:Converse` on a foundation model, whatever is called, and most
operations of Bedrock's control plane, `DescribeStacks` and others on the resource `*`. AWS has no action Converse, and
names the resource. So that a principal gets past this, each of its statements is said again in MiniStack's words.
Nothing is added that does not follow from one of its statements: who may not invoke a model may not converse either.
Behind that check the embedded Bedrock asks again, as AWS does (`local.bedrock.rights`), and these words do not answer
it: the pattern `?` matches MiniStack's `*`, a name of one character, and no ARN.
"""

import json
from collections.abc import Iterator
from typing import Any, cast

POLICY = "InMiniStacksWords"
Statement = dict[str, Any]
_AS_IN_AWS = {
    "bedrock:InvokeModel",
    "bedrock:GetFoundationModel",
    "bedrock:GetCustomModel",
    "bedrock:DeleteCustomModel",
}
_NO_RESOURCE = ("bedrock:", "cloudformation:")


def respell(iam: Any, role: str) -> None:
    """Give the role its own rights once more in these words; to be done again whenever its policies have changed."""
    named = iam.list_role_policies(RoleName=role)["PolicyNames"]
    own = [iam.get_role_policy(RoleName=role, PolicyName=name) for name in named if name != POLICY]
    again = said([given for policy in own for given in listed(policy["PolicyDocument"]["Statement"])])
    if again:
        iam.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=document(again))
    elif POLICY in named:
        iam.delete_role_policy(RoleName=role, PolicyName=POLICY)


def document(statements: list[Statement]) -> str:
    """A policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def said(statements: list[Statement]) -> list[Statement]:
    """Those that MiniStack does not understand as AWS does, in its words."""
    return [again for given in statements for again in _said(given)]


def listed(value: Any) -> list[Any]:
    """IAM's one-or-many as a list."""
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _said(statement: Statement) -> Iterator[Statement]:
    actions = [action for action in listed(statement["Action"]) if action.startswith(_NO_RESOURCE)]
    if "bedrock:InvokeModel" in actions:
        models = sorted({_model(resource) for resource in listed(statement["Resource"])})
        yield {**statement, "Action": "bedrock:Converse", "Resource": models}
    if others := [action for action in actions if action not in _AS_IN_AWS]:
        yield {**statement, "Action": others, "Resource": "?"}


def _model(resource: str) -> str:
    """MiniStack takes what is called for the id of a foundation model: of an ARN, the part before its first slash."""
    kind, _, name = resource.partition("/")
    called = name if kind.endswith((":foundation-model", ":inference-profile")) else kind
    return f"arn:aws:bedrock:us-east-1::foundation-model/{called}"
