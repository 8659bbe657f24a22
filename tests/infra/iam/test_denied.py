"""Requests that must be refused, whoever asks; and a second opinion on every verdict."""

from collections.abc import Mapping

import pytest
from ministack.core import iam_evaluator

from tests.infra.iam.evaluator import Request, Rule, allowed
from tests.infra.iam.proof import over_tls
from tests.infra.iam.roles import MACHINE, Role

DATA, LOGS = "arn:aws:s3:::{StorageData}", "arn:aws:s3:::{StorageAccessLogs}"
KEY = "arn:aws:kms:us-east-1:ACCOUNT:key/{StorageKey}"
POINTER = "arn:aws:ssm:us-east-1:ACCOUNT:parameter/intent-router"
BEDROCK = "arn:aws:bedrock:us-east-1:ACCOUNT"
FOUNDATION = "arn:aws:bedrock:us-east-1::foundation-model"
MACHINE_ARN = "arn:aws:states:us-east-1:ACCOUNT:stateMachine:{PipelineStateMachine}"
VIA_S3 = (("kms:ViaService", "s3.us-east-1.amazonaws.com"),)
TO_LAMBDA, TO_BEDROCK = ((("iam:PassedToService", f"{service}.amazonaws.com"),) for service in ("lambda", "bedrock"))

NOBODY = (
    Request("s3:GetObject", "arn:aws:s3:::somebody-elses/runs/r/plan.json"),
    Request("s3:GetObject", f"{LOGS}/data/2026"),
    Request("s3:GetObject", f"{DATA}/private.json"),
    Request("s3:GetObjectVersion", f"{DATA}/lease.json"),
    Request("s3:PutObject", f"{DATA}/private.json"),
    Request("s3:DeleteObject", f"{DATA}/runs/r/dataset/train.jsonl"),
    Request("s3:DeleteBucket", DATA),
    Request("s3:PutBucketPolicy", DATA),
    Request("kms:Decrypt", KEY),
    Request("kms:Decrypt", "arn:aws:kms:us-east-1:ACCOUNT:key/another", VIA_S3),
    Request("kms:ScheduleKeyDeletion", KEY),
    Request("kms:PutKeyPolicy", KEY),
    Request("iam:PassRole", "arn:aws:iam::ACCOUNT:role/{DeployPromoteRole}", TO_BEDROCK),
    Request("iam:PassRole", "arn:aws:iam::ACCOUNT:role/{DistillJobRole}", TO_LAMBDA),
    Request("iam:CreateRole", "arn:aws:iam::ACCOUNT:role/new"),
    Request("sts:AssumeRole", "arn:aws:iam::ACCOUNT:role/{DistillJobRole}"),
    Request("ssm:PutParameter", f"{POINTER}/prod/active"),
    Request("ssm:DeleteParameter", f"{POINTER}/dev/active"),
    Request("states:StartExecution", MACHINE_ARN),
    Request("states:UpdateStateMachine", MACHINE_ARN),
    Request("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:ACCOUNT:function:{RouteFunction}"),
    Request("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:ACCOUNT:function:{RouteFunction}"),
    Request("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:ACCOUNT:function:somebody-elses"),
    Request("logs:DeleteLogGroup", "arn:aws:logs:us-east-1:ACCOUNT:log-group:{RouteFunctionLogs}"),
    Request("bedrock:InvokeModel", f"{FOUNDATION}/meta.llama3-70b-instruct-v1:0"),
    Request("bedrock:InvokeModel", "arn:aws:bedrock:us-east-1:999999999999:custom-model-deployment/d"),
    Request("bedrock:CreateProvisionedModelThroughput", f"{BEDROCK}:custom-model/m"),
    Request("bedrock:PutModelInvocationLoggingConfiguration", "*"),
    Request("cloudformation:DeleteStack", "arn:aws:cloudformation:us-east-1:ACCOUNT:stack/intent-router-dev/1"),
)
# Request to the only roles that may: everybody else must not.
ONLY: Mapping[Request, set[str]] = {
    Request("ssm:PutParameter", f"{POINTER}/dev/active"): {
        f"deploy.handler.{name}" for name in ("promote", "delete", "canary_stop")
    },
    Request("s3:DeleteObject", f"{DATA}/lease.json"): {"pipeline.handler.notify"},
    Request("s3:PutObject", f"{DATA}/lease.json"): {"generate.handler.plan"},
    Request("s3:PutObject", f"{DATA}/runs/r/plan.json"): {"generate.handler.plan", "generate.handler.assemble"},
    Request("s3:PutObject", f"{DATA}/runs/r/dataset/train.jsonl"): {"generate.handler.assemble"},
    Request("s3:PutObject", f"{DATA}/runs/r/edge/model.bin"): {"distill.handler.edge"},
    Request("s3:PutObject", f"{DATA}/runs/r/report.json"): {"evaluate.handler.report"},
    Request("s3:PutObject", f"{DATA}/versions/v000001.json"): {"deploy.handler.promote"},
    Request("sns:Publish", "arn:aws:sns:us-east-1:ACCOUNT:{NoticesTopic}"): {
        *("pipeline.handler.notify", "deploy.handler.canary_stop"),
    },
    Request("states:DescribeExecution", "arn:aws:states:us-east-1:ACCOUNT:execution:{PipelineStateMachine}:e"): {
        "generate.handler.plan"
    },
    Request("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:ACCOUNT:function:{DeployPromoteFunction}"): {MACHINE},
    Request("bedrock:InvokeModel", f"{FOUNDATION}/amazon.nova-pro-v1:0"): {
        *("generate.handler.plan", "generate.handler.batch", "evaluate.handler.answer"),
    },
    Request("bedrock:InvokeModel", f"{BEDROCK}:custom-model-deployment/d"): {
        *("deploy.handler.warm", "evaluate.handler.answer", "route.handler.route"),
    },
    Request("bedrock:CreateModelCustomizationJob", f"{BEDROCK}:custom-model/m"): {"distill.handler.start"},
    Request("bedrock:DeleteCustomModel", f"{BEDROCK}:custom-model/m"): {
        "deploy.handler.delete",
        "deploy.handler.retire",
    },
    **{
        Request("iam:PassRole", f"arn:aws:iam::ACCOUNT:role/{{{role}}}", TO_BEDROCK): {handler}
        for role, handler in (
            ("GenerateJobRole", "generate.handler.job_start"),
            ("DistillJobRole", "distill.handler.start"),
            ("EvaluateJobRole", "evaluate.handler.judge_start"),
        )
    },
}


@pytest.mark.parametrize("request_", NOBODY, ids=lambda one: f"{one.action} {one.resource}")
def test_no_role_may(dev_roles: list[Role], request_: Request) -> None:
    assert [role.name for role in dev_roles if allowed((*role.rules, *role.guards), over_tls(request_))] == []


@pytest.mark.parametrize("request_", ONLY, ids=lambda one: f"{one.action} {one.resource}")
def test_only_these_roles_may(dev_roles: list[Role], request_: Request) -> None:
    may = {role.name for role in dev_roles if allowed((*role.rules, *role.guards), over_tls(request_))}
    assert may == ONLY[request_]


def test_another_evaluator_comes_to_the_same_verdicts(dev_roles: list[Role]) -> None:
    every = {*NOBODY, *ONLY}.union(*(role.wanted for role in dev_roles))
    for role in dev_roles:
        rules = (*role.rules, *role.guards)
        second = [iam_evaluator.parse_policy_document({"Statement": [document(rule) for rule in rules]})]
        for one in map(over_tls, every):
            assert allowed(rules, one) == (second_opinion(second, one) == "Allow"), (role.name, one)


def second_opinion(policies: list[list[iam_evaluator.ParsedStatement]], request: Request) -> str:
    """MiniStack's verdict."""
    context = iam_evaluator.EvalContext(
        principal_arn="arn:aws:iam::123456789012:role/r",
        principal_type="AssumedRole",
        principal_account="123456789012",
        action=request.action,
        resource_arn=request.resource,
        region="us-east-1",
        secure_transport=dict(request.context)["aws:SecureTransport"] == "true",
        service_context={key.lower(): value for key, value in request.context},
    )
    return iam_evaluator.evaluate(context, policies).decision


def document(rule: Rule) -> dict[str, object]:
    """A statement as IAM writes it."""
    conditions: dict[str, dict[str, list[str]]] = {}
    for operator, key, values in rule.conditions:
        conditions.setdefault(operator, {})[key] = list(values)
    return {
        "Effect": rule.effect,
        "Action": list(rule.actions),
        "Resource": list(rule.resources),
        "Condition": conditions,
    }
