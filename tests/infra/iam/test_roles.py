"""Each role may do what it is recorded to do, and nothing else."""

from typing import Any

from tests.infra.iam import models, policies, roles
from tests.infra.iam.calls import Call
from tests.infra.iam.roles import MACHINE, Role
from tests.infra.iam.service_roles import MODELS, SERVICE_ROLES
from tests.infra.template import Template, statements, text

GATEWAY = "RouteApiCloudWatchRole"
Recorded = dict[str, frozenset[Call]]


def findings(found: list[Role]) -> dict[str, list[str]]:
    """Role to what is missing and what is too much."""
    told = {role.name: [*(f"missing: {request}" for request in role.missing()), *role.excess()] for role in found}
    return {name: texts for name, texts in told.items() if texts}


def test_each_role_may_do_what_it_does_and_no_more(
    each: Template, recorded: Recorded, definition: dict[str, Any]
) -> None:
    assert findings(list(roles.all_of(each, recorded["on_demand"], definition))) == {}


def test_with_provisioned_throughput_as_well(
    provisioned: Template, recorded: Recorded, definition: dict[str, Any]
) -> None:
    assert findings(list(roles.all_of(provisioned, recorded["provisioned"], definition))) == {}


def test_what_is_granted_without_a_call_is_declared_and_still_granted(dev_roles: list[Role]) -> None:
    granted = {
        (action, resource)
        for role in dev_roles
        for rule in role.rules
        for action in rule.actions
        for resource in rule.resources
    }
    assert set(roles.DECLARED) <= granted


def test_no_role_is_left_out(each: Template) -> None:
    own = {each.role_of(handler) for handler in each.functions}
    others = {name for name, logical_id in policies.roles(each).items() if logical_id not in own}
    assert others == {*SERVICE_ROLES, MACHINE, GATEWAY}
    assert not each.allowed(policies.roles(each)[GATEWAY]), "test_permissions.py: one managed policy"


def test_every_role_is_taken_by_its_service_only(each: Template) -> None:
    expected = {MACHINE: "states", GATEWAY: "apigateway", **dict.fromkeys(SERVICE_ROLES, "bedrock")}
    for name, logical_id in policies.roles(each).items():
        (trust,) = statements(each.of("AWS::IAM::Role")[logical_id]["Properties"]["AssumeRolePolicyDocument"])
        service = text(trust.principal["Service"])
        assert (trust.effect, trust.actions) == ("Allow", ("sts:AssumeRole",))
        assert service == f"{expected.get(name, 'lambda')}.amazonaws.com"


def test_roles_that_bedrock_takes_equal_the_documented_list(each: Template) -> None:
    for name, declared in SERVICE_ROLES.items():
        assert granted(each, name) == {
            (action, arn, through)
            for action, resource, through in declared.grants
            for arn in (called() if resource == MODELS else {resource})
        }


def test_bedrock_takes_them_for_jobs_of_that_kind_in_this_account(each: Template) -> None:
    for name, declared in SERVICE_ROLES.items():
        role = each.of("AWS::IAM::Role")[policies.roles(each)[name]]["Properties"]
        (trust,) = statements(role["AssumeRolePolicyDocument"])
        assert policies.rule(each, trust).conditions == (
            ("StringEquals", "aws:SourceAccount", ("ACCOUNT",)),
            ("ArnLike", "aws:SourceArn", (f"arn:aws:bedrock:us-east-1:ACCOUNT:{declared.kind}/*",)),
        )
        assert all(link.startswith("https://docs.aws.amazon.com/bedrock/") for link in declared.links)


def granted(template: Template, name: str) -> set[tuple[str, str, str]]:
    """Action, resource, and the service that KMS must be called through."""
    found: set[tuple[str, str, str]] = set()
    for rule in policies.rules(template, policies.roles(template)[name]):
        through = [values[0] for *which, values in rule.conditions if which == ["StringEquals", "kms:ViaService"]]
        assert (rule.effect, len(through)) == ("Allow", len(rule.conditions))
        found |= {(action, arn, "".join(through)) for action in rule.actions for arn in rule.resources}
    return found


def called() -> frozenset[str]:
    """ARNs of all allowed models."""
    return models.arns("@models", models.ALLOWED, models.allowed())
