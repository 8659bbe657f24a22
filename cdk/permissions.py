"""Statements for what CDK has no exact grant for: its S3 and KMS grants allow `s3:GetObject*` and the like."""

from collections.abc import Mapping, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from cdk.waivers import waive_wildcards

Conditions = Mapping[str, Mapping[str, str | list[str]]]


def allow(
    role: iam.Role, *actions: str, on: Sequence[str], because: str = "", conditions: Conditions | None = None
) -> None:
    """Allow the actions on these ARNs. An ARN with a `*` needs a reason, which goes into its waiver."""
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=list(on), conditions=conditions))
    if because:
        waive_wildcards(role, because, list(on))


def allow_pass(role: iam.Role, passed: iam.Role) -> None:
    """Allow to hand exactly this role to Bedrock, and to no other service."""
    to_bedrock = {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}
    allow(role, "iam:PassRole", on=[passed.role_arn], conditions=to_bedrock)


def allow_key_through(service: str, role: iam.Role, key: kms.Key, *actions: str) -> None:
    """Allow KMS actions on our key, only as this service (`s3`, `sns`, `bedrock`) makes them for the caller.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    For custom models: https://docs.aws.amazon.com/bedrock/latest/userguide/encryption-custom-job.html
    """
    through = {"StringEquals": {"kms:ViaService": f"{service}.{Stack.of(role).region}.amazonaws.com"}}
    allow(role, *actions, on=[key.key_arn], conditions=through)
