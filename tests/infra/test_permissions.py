"""Who may do what. The tables are the contract: a right too many fails like a right too few."""

import json

import pytest

from tests.infra.template import Template, statements, text

PLAN, MANIFEST, DATASET, EDGE = "runs/*/plan.json", "runs/*/dataset/manifest.json", "runs/*/dataset/*", "runs/*/edge/*"
TRAINING, HELD_OUT = "runs/*/dataset/train.jsonl", "runs/*/dataset/examples/holdout.jsonl"
CHUNKS, ANSWERS, JUDGED = (f"runs/*/evaluate/*/{part}" for part in ("responses/*", "responses.jsonl", "judge/*"))
REPLIES, LEASE, REPORT = "runs/*/generate/replies/*", "lease.json", "runs/*/report.json"
BATCHES = {REPLIES, "runs/*/generate/batches/*", "runs/*/generate/quarantine/*"}
WRITING = "runs/*/generate/job/*"
VERSIONS = "versions/*"
# handler: keys it reads, keys it writes, keys it deletes
OBJECTS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "generate.handler.plan": ({LEASE, PLAN, REPORT, DATASET}, {LEASE, PLAN}, set()),
    "generate.handler.batch": ({PLAN, REPLIES}, BATCHES, set()),
    "generate.handler.job_start": ({LEASE, PLAN, REPLIES}, {"runs/*/generate/job/input.jsonl"}, set()),
    "generate.handler.job_status": (set(), set(), set()),
    "generate.handler.job_collect": ({PLAN, REPLIES, "runs/*/generate/job/output/*"}, {REPLIES}, set()),
    "generate.handler.job_stop": (set(), set(), set()),
    "generate.handler.assemble": ({PLAN, REPLIES}, {PLAN, DATASET}, set()),
    "distill.handler.start": ({LEASE, PLAN, MANIFEST, TRAINING}, set(), set()),
    "distill.handler.status": (set(), set(), set()),
    "distill.handler.stop": (set(), set(), set()),
    "distill.handler.edge": ({PLAN, "runs/*/dataset/examples/*"}, {EDGE}, set()),
    "deploy.handler.create": (set(), set(), set()),
    "deploy.handler.status": (set(), set(), set()),
    "deploy.handler.warm": (set(), set(), set()),
    "deploy.handler.delete": ({VERSIONS}, set(), set()),
    "deploy.handler.promote": ({LEASE, PLAN, MANIFEST, REPORT, VERSIONS}, {VERSIONS}, set()),
    "deploy.handler.retire": ({LEASE, VERSIONS}, set(), set()),
    "deploy.handler.canary_stop": (set(), set(), set()),
    "evaluate.handler.answer": ({PLAN, MANIFEST, HELD_OUT, "runs/*/edge/model.bin"}, {CHUNKS}, set()),
    "evaluate.handler.judge_start": ({PLAN, CHUNKS}, {ANSWERS, JUDGED}, set()),
    "evaluate.handler.judge_status": (set(), set(), set()),
    "evaluate.handler.judge_stop": (set(), set(), set()),
    "evaluate.handler.report": (
        {PLAN, MANIFEST, TRAINING, EDGE, ANSWERS, JUDGED},
        {REPORT, "runs/*/report.html"},
        set(),
    ),
    "evaluate.handler.gate": ({PLAN, REPORT}, set(), set()),
    "pipeline.handler.notify": ({LEASE}, set(), {LEASE}),
    "route.handler.route": ({"runs/*/edge/model.bin"}, set(), set()),
}
# handler: what it may do beside S3, KMS, traces and its own log
SERVICES: dict[str, set[str]] = {
    "generate.handler.plan": {
        "bedrock:GetFoundationModel",
        "bedrock:InvokeModel",
        "states:DescribeExecution",
        "ssm:GetParameter",
    },
    "generate.handler.batch": {"bedrock:InvokeModel"},
    "generate.handler.job_start": {
        "bedrock:CreateModelInvocationJob",
        "bedrock:ListModelInvocationJobs",
        "iam:PassRole",
    },
    "generate.handler.job_status": {"bedrock:GetModelInvocationJob"},
    "generate.handler.job_collect": set(),
    "generate.handler.job_stop": {"bedrock:ListModelInvocationJobs", "bedrock:StopModelInvocationJob"},
    "generate.handler.assemble": set(),
    "distill.handler.start": {
        "bedrock:CreateModelCustomizationJob",
        "bedrock:GetModelCustomizationJob",
        "bedrock:GetCustomModel",
        "iam:PassRole",
    },
    "distill.handler.status": {"bedrock:GetModelCustomizationJob"},
    "distill.handler.stop": {"bedrock:GetModelCustomizationJob", "bedrock:StopModelCustomizationJob"},
    "distill.handler.edge": set(),
    "deploy.handler.create": {"bedrock:CreateCustomModelDeployment", "bedrock:GetCustomModelDeployment"},
    "deploy.handler.status": {"bedrock:GetCustomModelDeployment"},
    "deploy.handler.warm": {"bedrock:InvokeModel"},
    "deploy.handler.delete": {
        "bedrock:GetCustomModelDeployment",
        "bedrock:DeleteCustomModelDeployment",
        "bedrock:DeleteCustomModel",
        "ssm:GetParameter",
        "ssm:PutParameter",
    },
    "deploy.handler.promote": {"ssm:GetParameter", "ssm:PutParameter"},
    "deploy.handler.retire": {
        "bedrock:GetCustomModelDeployment",
        "bedrock:ListCustomModelDeployments",
        "bedrock:ListCustomModels",
        "bedrock:DeleteCustomModelDeployment",
        "bedrock:DeleteCustomModel",
        "ssm:GetParameter",
    },
    "deploy.handler.canary_stop": {"sns:Publish", "ssm:GetParameter", "ssm:PutParameter"},
    "evaluate.handler.answer": {"bedrock:InvokeModel"},
    "evaluate.handler.judge_start": {"bedrock:CreateEvaluationJob", "bedrock:ListEvaluationJobs", "iam:PassRole"},
    "evaluate.handler.judge_status": {"bedrock:GetEvaluationJob"},
    "evaluate.handler.judge_stop": {"bedrock:ListEvaluationJobs", "bedrock:StopEvaluationJob"},
    "evaluate.handler.report": set(),
    "evaluate.handler.gate": set(),
    "pipeline.handler.notify": {"sns:Publish"},
    "route.handler.route": {"bedrock:InvokeModel", "ssm:GetParameter"},
}
COMMON = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "logs:CreateLogStream", "logs:PutLogEvents"}
DEPLOYMENTS = "arn:aws:bedrock:us-east-1:ACCOUNT:custom-model-deployment/*"


@pytest.mark.parametrize("handler", sorted(OBJECTS))
def test_a_function_reaches_its_own_part_of_the_data(dev: Template, handler: str) -> None:
    role = dev.role_of(handler)
    found = tuple(dev.objects(role, f"s3:{verb}Object") for verb in ("Get", "Put", "Delete"))
    assert found == OBJECTS[handler]


@pytest.mark.parametrize("handler", sorted(SERVICES))
def test_a_function_may_call_what_it_calls_and_no_more(dev: Template, handler: str) -> None:
    actions = {action for found in dev.allowed(dev.role_of(handler)) for action in found.actions}
    others = {action for action in actions if not action.startswith(("s3:", "kms:"))}
    assert others == SERVICES[handler] | COMMON


def test_every_function_is_in_the_tables(each: Template) -> None:
    assert set(each.functions) == set(OBJECTS) == set(SERVICES)


def test_the_route_may_ask_deployments_and_no_foundation_model(each: Template) -> None:
    role = each.role_of("route.handler.route")
    assert each.resources(role, "bedrock:InvokeModel") == {DEPLOYMENTS}


def test_a_profile_is_allowed_with_its_model_in_each_region(dev: Template) -> None:
    allowed = dev.resources(dev.role_of("generate.handler.batch"), "bedrock:InvokeModel")
    assert allowed == dev.resources(dev.role_of("generate.handler.plan"), "bedrock:InvokeModel")
    assert "arn:aws:bedrock:us-east-1:ACCOUNT:inference-profile/us.amazon.nova-pro-v1:0" in allowed
    for region in ("us-east-1", "us-east-2", "us-west-2"):
        assert f"arn:aws:bedrock:{region}::foundation-model/amazon.nova-pro-v1:0" in allowed
    assert DEPLOYMENTS not in allowed
    assert not [arn for arn in allowed if "*" in arn]


def test_only_promote_and_what_shuts_it_out_write_the_pointer_and_only_that_parameter(each: Template) -> None:
    writers = ("deploy.handler.promote", "deploy.handler.delete", "deploy.handler.canary_stop")
    pointer = f"arn:aws:ssm:us-east-1:ACCOUNT:parameter/intent-router/{each.stage}/active"
    for handler in each.functions:
        role = each.role_of(handler)
        assert each.resources(role, "ssm:PutParameter") == ({pointer} if handler in writers else set())
        assert each.resources(role, "ssm:GetParameter") <= {pointer}


@pytest.mark.parametrize(
    ("handler", "job_role"),
    [
        ("generate.handler.job_start", "GenerateJobRole"),
        ("distill.handler.start", "DistillJobRole"),
        ("evaluate.handler.judge_start", "EvaluateJobRole"),
    ],
)
def test_a_role_is_passed_to_bedrock_only_and_only_that_role(dev: Template, handler: str, job_role: str) -> None:
    (passing,) = (found for found in dev.allowed(dev.role_of(handler)) if "iam:PassRole" in found.actions)
    (arn,) = passing.resources
    assert arn.startswith(f"<{job_role}")
    assert passing.actions == ("iam:PassRole",)
    assert passing.conditions == {"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}}


@pytest.mark.parametrize(
    ("prefix", "kind", "reads", "writes"),
    [
        ("GenerateJobRole", "model-invocation-job", {WRITING}, {WRITING}),
        ("DistillJobRole", "model-customization-job", {DATASET, "runs/*/distill/*"}, {"runs/*/distill/*"}),
        ("EvaluateJobRole", "evaluation-job", {"runs/*/evaluate/*/judge/*"}, {"runs/*/evaluate/*/judge/*"}),
    ],
)
def test_bedrocks_roles_trust_its_jobs_of_this_account_only(
    each: Template, prefix: str, kind: str, reads: set[str], writes: set[str]
) -> None:
    (role,) = (name for name in each.of("AWS::IAM::Role") if name.startswith(prefix))
    (trust,) = statements(each.of("AWS::IAM::Role")[role]["Properties"]["AssumeRolePolicyDocument"])
    assert trust.principal == {"Service": "bedrock.amazonaws.com"}
    assert trust.actions == ("sts:AssumeRole",)
    assert text(trust.conditions["StringEquals"]["aws:SourceAccount"]) == "ACCOUNT"
    assert text(trust.conditions["ArnLike"]["aws:SourceArn"]) == f"arn:aws:bedrock:us-east-1:ACCOUNT:{kind}/*"
    assert each.objects(role, "s3:GetObject") == reads
    assert each.objects(role, "s3:PutObject") == writes
    assert DEPLOYMENTS not in each.resources(role, "bedrock:InvokeModel")


def test_a_writing_job_is_started_on_allowed_models_and_handled_as_a_job_of_this_account(dev: Template) -> None:
    job = "arn:aws:bedrock:us-east-1:ACCOUNT:model-invocation-job/*"
    models = dev.resources(dev.role_of("generate.handler.batch"), "bedrock:InvokeModel")
    started = dev.resources(dev.role_of("generate.handler.job_start"), "bedrock:CreateModelInvocationJob")
    assert started == models | {job}
    for handler, action in (("job_status", "Get"), ("job_stop", "Stop")):
        assert dev.resources(dev.role_of(f"generate.handler.{handler}"), f"bedrock:{action}ModelInvocationJob") == {job}
    (role,) = (name for name in dev.of("AWS::IAM::Role") if name.startswith("GenerateJobRole"))
    assert dev.resources(role, "bedrock:InvokeModel") == models
    (key,) = dev.resources(role, "kms:Decrypt")
    assert dev.resources(role, "kms:GenerateDataKey") == {key}


def test_judge_jobs_of_this_account_are_looked_at_and_stopped_and_no_others(dev: Template) -> None:
    job = "arn:aws:bedrock:us-east-1:ACCOUNT:evaluation-job/*"
    for handler, action in (("judge_status", "Get"), ("judge_stop", "Stop")):
        assert dev.resources(dev.role_of(f"evaluate.handler.{handler}"), f"bedrock:{action}EvaluationJob") == {job}


def test_every_function_has_a_role_of_its_own(each: Template) -> None:
    roles = [each.role_of(handler) for handler in each.functions]
    assert len(set(roles)) == len(roles)


def test_no_managed_policies_but_the_one_that_api_gateway_asks_for(each: Template) -> None:
    managed = {
        name: found["Properties"]["ManagedPolicyArns"]
        for name, found in each.of("AWS::IAM::Role").items()
        if found["Properties"].get("ManagedPolicyArns")
    }
    ((name, (policy,)),) = managed.items()
    assert name.startswith("RouteApiCloudWatchRole")
    assert text(policy).endswith("service-role/AmazonAPIGatewayPushToCloudWatchLogs")


def test_no_action_is_a_wildcard(each: Template) -> None:
    documents = [found["Properties"]["PolicyDocument"] for found in each.of("AWS::IAM::Policy").values()]
    documents += [each.only("AWS::SNS::TopicPolicy")["PolicyDocument"]]
    for document in documents:
        for found in statements(document):
            if found.effect == "Allow":
                assert not [action for action in found.actions if "*" in action]


def test_the_state_machine_invokes_our_functions_and_nothing_else(dev: Template) -> None:
    machine = dev.only("AWS::StepFunctions::StateMachine")
    invoked = dev.resources(machine["RoleArn"]["Fn::GetAtt"][0], "lambda:InvokeFunction")
    pipeline = {
        name
        for name, found in dev.of("AWS::Lambda::Function").items()
        if text(found["Properties"]["Handler"]) not in {"route.handler.route", "deploy.handler.canary_stop"}
    }
    assert invoked == {f"<{name}.Arn>" for name in pipeline}


def test_plan_may_look_at_executions_of_this_state_machine_only(dev: Template) -> None:
    (arn,) = dev.resources(dev.role_of("generate.handler.plan"), "states:DescribeExecution")
    (machine,) = dev.of("AWS::StepFunctions::StateMachine")
    assert arn == f"arn:aws:states:us-east-1:ACCOUNT:execution:<{machine}.Name>:*"


def test_the_key_serves_custom_models_through_bedrock_only(dev: Template) -> None:
    through = {"StringEquals": {"kms:ViaService": "bedrock.us-east-1.amazonaws.com"}}
    for handler in ("deploy.handler.warm", "deploy.handler.create"):
        grants = [
            found for found in dev.allowed(dev.role_of(handler)) if any("kms:" in action for action in found.actions)
        ]
        assert grants
        assert all(found.conditions == through for found in grants)


BOUGHT = "arn:aws:bedrock:us-east-1:ACCOUNT:provisioned-model/*"


def units_rights(template: Template) -> dict[str, set[str]]:
    """By handler: what it may do about provisioned throughput."""
    found = {
        handler: {
            action.removeprefix("bedrock:")
            for statement in template.allowed(template.role_of(handler))
            for action in statement.actions
            if "Provisioned" in action
        }
        for handler in template.functions
    }
    return {handler: actions for handler, actions in found.items() if actions}


def test_without_the_setting_nobody_may_touch_provisioned_throughput(each: Template) -> None:
    assert "ProvisionedModelThroughput" not in json.dumps(each.body)
    assert "provisioned-model" not in json.dumps(each.body)


def test_with_the_setting_the_deploy_functions_may_and_exactly_what_they_call(provisioned: Template) -> None:
    verb = "{}ProvisionedModelThroughput".format
    assert units_rights(provisioned) == {
        "deploy.handler.create": {verb("Create"), verb("Get")},
        "deploy.handler.status": {verb("Get")},
        "deploy.handler.delete": {verb("Get"), verb("Delete")},
        "deploy.handler.retire": {verb("Get"), verb("Delete"), verb("List") + "s"},
    }
    create = provisioned.role_of("deploy.handler.create")
    bought = provisioned.resources(create, "bedrock:CreateProvisionedModelThroughput")
    assert bought == {BOUGHT, "arn:aws:bedrock:us-east-1:ACCOUNT:custom-model/*"}
    retire = provisioned.role_of("deploy.handler.retire")
    assert provisioned.resources(retire, "bedrock:DeleteProvisionedModelThroughput") == {BOUGHT}


def test_with_the_setting_those_that_ask_students_may_ask_throughput_too(provisioned: Template) -> None:
    for handler in ("route.handler.route", "deploy.handler.warm"):
        role = provisioned.role_of(handler)
        assert provisioned.resources(role, "bedrock:InvokeModel") == {DEPLOYMENTS, BOUGHT}
    answer = provisioned.role_of("evaluate.handler.answer")
    assert BOUGHT in provisioned.resources(answer, "bedrock:InvokeModel")


def test_the_functions_that_choose_get_the_setting(dev: Template, provisioned: Template) -> None:
    chosen = {"kind": "provisioned", "units": 2, "commitment": "OneMonth"}
    for template, wanted in ((dev, {"kind": "on_demand", "units": 1, "commitment": "none"}), (provisioned, chosen)):
        for name in ("create", "delete", "retire"):
            variables = template.functions[f"deploy.handler.{name}"]["Environment"]["Variables"]
            assert json.loads(variables["SERVING"]) == wanted
        plan = template.functions["generate.handler.plan"]["Environment"]["Variables"]["RUN_DEFAULTS"]
        assert json.loads(plan)["serving"] == wanted
