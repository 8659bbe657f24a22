"""AWS's own rule engine on the template; for each of our rules, a defect in the real template that it catches."""

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.infra import guard
from tests.infra.template import Template

Body = dict[str, Any]
Plant = Callable[[Body], None]
# Resources that the defects are planted in: the rest of the template would only take time.
KEPT = ("Storage", "Notices", "DistillJob", "Route", "PipelineStateMachine")
LAMBDA_ROLE, JOB_ROLE = "RouteFunctionRole", "DistillJobRole"


def of(body: Body, kind: str, prefix: str = "") -> Body:
    """Properties of the first resource of this type whose logical id begins so."""
    found = [part for name, part in body["Resources"].items() if part["Type"] == kind and name.startswith(prefix)]
    return found[0]["Properties"]


def statement(body: Body, kind: str, prefix: str = "", *, effect: str = "Allow") -> Body:
    """The first statement of a policy with this effect."""
    document = of(body, kind, prefix)["PolicyDocument"]
    return next(found for found in document["Statement"] if found["Effect"] == effect)


def on(kind: str, prefix: str = "", **others: Any) -> Plant:
    """Properties replaced; None takes one away."""

    def plant(body: Body) -> None:
        properties = of(body, kind, prefix)
        properties.update(others)
        for name in [name for name, value in others.items() if value is None]:
            del properties[name]

    return plant


def allowing(**others: Any) -> Plant:
    return lambda body: statement(body, "AWS::IAM::Policy", LAMBDA_ROLE).update(others)


def trusting(**others: Any) -> Plant:
    def plant(body: Body) -> None:
        (trust,) = of(body, "AWS::IAM::Role", JOB_ROLE)["AssumeRolePolicyDocument"]["Statement"]
        trust.update(others)

    return plant


def plain_http(kind: str) -> Plant:
    def plant(body: Body) -> None:
        statement(body, kind, effect="Deny")["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}

    return plant


def unencrypted(body: Body) -> None:
    (rule,) = of(body, "AWS::S3::Bucket", "StorageData")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    rule["ServerSideEncryptionByDefault"] = {"SSEAlgorithm": "AES256"}


def nothing(_: Body) -> None:
    """The template as it is."""


BUCKETS = ("AWS::S3::Bucket", "StorageData")
PLANTED: Mapping[str, tuple[Plant, str]] = {
    "public bucket": (on(*BUCKETS, PublicAccessBlockConfiguration=None), "buckets_are_private_and_encrypted"),
    "bucket with an ACL": (on(*BUCKETS, AccessControl="PublicRead"), "buckets_are_private_and_encrypted"),
    "bucket without encryption": (on(*BUCKETS, BucketEncryption=None), "buckets_are_private_and_encrypted"),
    "data without our key": (unencrypted, "data_is_encrypted_with_a_key_of_ours_and_versioned"),
    "data without versions": (
        on(*BUCKETS, VersioningConfiguration=None),
        "data_is_encrypted_with_a_key_of_ours_and_versioned",
    ),
    "bucket over HTTP": (plain_http("AWS::S3::BucketPolicy"), "buckets_and_topics_refuse_plain_http"),
    "topic over HTTP": (plain_http("AWS::SNS::TopicPolicy"), "buckets_and_topics_refuse_plain_http"),
    "key that stays": (on("AWS::KMS::Key", EnableKeyRotation=False), "keys_rotate"),
    "plain topic": (on("AWS::SNS::Topic", KmsMasterKeyId=None), "topics_are_encrypted"),
    "plain log": (on("AWS::Logs::LogGroup", KmsKeyId=None), "logs_are_encrypted_and_forget"),
    "log for ever": (on("AWS::Logs::LogGroup", RetentionInDays=None), "logs_are_encrypted_and_forget"),
    "untraced function": (on("AWS::Lambda::Function", "Route", TracingConfig=None), "functions_are_traced"),
    "wildcard action": (allowing(Action="s3:*"), "no_action_is_a_wildcard"),
    "wildcard among actions": (allowing(Action=["s3:GetObject", "s3:Put*"]), "no_action_is_a_wildcard"),
    "all but an action": (allowing(NotAction="iam:*"), "no_action_is_a_wildcard"),
    "managed policy": (
        on("AWS::IAM::Role", LAMBDA_ROLE, ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"]),
        "no_policy_is_managed_elsewhere",
    ),
    "wildcard resource": (
        allowing(Action="s3:GetObject", Resource="*"),
        "no_resource_is_a_wildcard_but_where_aws_has_none",
    ),
    "wildcard among resources": (
        allowing(Action=["ssm:GetParameter"], Resource=["arn:aws:s3:::bucket", "*"]),
        "no_resource_is_a_wildcard_but_where_aws_has_none",
    ),
    "confused deputy": (trusting(Condition={}), "services_act_for_this_account_only"),
    "trust in anybody": (trusting(Principal={"AWS": "*"}), "services_act_for_this_account_only"),
    "permission for any API": (on("AWS::Lambda::Permission", SourceArn=None), "services_act_for_this_account_only"),
    "log of queries": (
        on("AWS::StepFunctions::StateMachine", LoggingConfiguration={"Level": "ALL", "IncludeExecutionData": True}),
        "executions_are_traced_and_logged_without_data",
    ),
}


def test_no_rule_is_broken(each: Template) -> None:
    assert guard.broken(each.path) == {each.path.name: set()}


@pytest.fixture(scope="module")
def caught(dev: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Rules that the template breaks with each defect in it, in one go."""
    folder = tmp_path_factory.mktemp("planted")
    few = {name: part for name, part in dev.body["Resources"].items() if name.startswith(KEPT)}
    for name, plant in {"none": nothing, **{name: plant for name, (plant, _) in PLANTED.items()}}.items():
        body: Body = copy.deepcopy({**dev.body, "Resources": few})
        plant(body)
        assert (body["Resources"] == few) == (name == "none"), name
        Path(folder / f"{name}.json").write_text(json.dumps(body))
    return {name.removesuffix(".json"): rules for name, rules in guard.broken(folder).items()}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_defect_breaks_its_rule(caught: dict[str, set[str]], name: str) -> None:
    assert PLANTED[name][1] in caught[name]
    assert not caught["none"]


def test_every_rule_has_a_defect_that_it_catches() -> None:
    assert {rule for _, rule in PLANTED.values()} == guard.names()
