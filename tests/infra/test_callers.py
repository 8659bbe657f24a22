"""The settings of the route's front, each as the template that it makes. cdk-nag looks at every one of them."""

import json
from typing import Any

import pytest

import app
from cdk.callers import Callers
from cdk.checks import SettingsError
from tests.infra.conftest import context
from tests.infra.template import Template, text

POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abc"
DECIDER = "arn:aws:lambda:us-east-1:123456789012:function:decide"
ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/ours/0a1b"
ORIGIN = "https://search.example"
VARIANTS: dict[str, dict[str, Any]] = {
    "iam": {"auth": "iam", "web_acl": "managed", "start": "snap_start", "cors_origin": ORIGIN},
    "cognito": {"auth": "cognito", "authorizer": POOL, "web_acl": ACL, "start": "provisioned", "environments": 2},
    "authorizer": {"auth": "authorizer", "authorizer": DECIDER, "concurrency": 50},
}


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    found: dict[str, Template] = {}
    for name, callers in VARIANTS.items():
        directory = tmp_path_factory.mktemp(name)
        app.build(outdir=str(directory), context=context(stage="prod", bundle="false", callers=callers)).synth()
        found[name] = Template(directory, "prod")
    return found


def methods(template: Template, *, preflight: bool = False) -> list[dict[str, Any]]:
    found = [method["Properties"] for method in template.of("AWS::ApiGateway::Method").values()]
    return [method for method in found if (method["HttpMethod"] == "OPTIONS") is preflight]


@pytest.mark.parametrize(
    ("name", "kind"), [("iam", "AWS_IAM"), ("cognito", "COGNITO_USER_POOLS"), ("authorizer", "CUSTOM")]
)
def test_every_method_asks_for_what_the_setting_says_and_nobody_needs_a_key(
    variants: dict[str, Template], name: str, kind: str
) -> None:
    found = methods(variants[name])
    assert len(found) == 5
    assert {method["AuthorizationType"] for method in found} == {kind}
    assert not [method for method in found if method.get("ApiKeyRequired")]
    assert not variants[name].of("AWS::ApiGateway::ApiKey")
    assert variants[name].body["Outputs"]["ApiAuth"]["Value"] == name


def test_the_authorizers_are_the_accounts_own(variants: dict[str, Template]) -> None:
    users = variants["cognito"].only("AWS::ApiGateway::Authorizer")
    assert users["ProviderARNs"] == [POOL]
    assert DECIDER in text(variants["authorizer"].only("AWS::ApiGateway::Authorizer")["AuthorizerUri"])
    permissions = [found["Properties"] for found in variants["authorizer"].of("AWS::Lambda::Permission").values()]
    (own,) = [found for found in permissions if found["FunctionName"] == DECIDER]
    assert "/authorizers/" in text(own["SourceArn"])


def test_the_managed_firewall_limits_addresses_and_counts_what_free_text_sets_off(
    variants: dict[str, Template],
) -> None:
    acl = variants["iam"].only("AWS::WAFv2::WebACL")
    rules = {rule["Name"]: rule for rule in acl["Rules"]}
    assert sorted(rule["Priority"] for rule in rules.values()) == list(range(len(rules)))
    limited = rules["TooManyFromOneAddress"]
    assert limited["Statement"]["RateBasedStatement"] == {"AggregateKeyType": "IP", "Limit": 10_000}
    assert limited["Action"] == {"Block": {}}
    common = rules["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    assert "SizeRestrictions_BODY" in {rule["Name"] for rule in common["RuleActionOverrides"]}
    assert not [rule for rule in rules.values() if rule["VisibilityConfig"]["SampledRequestsEnabled"]]
    assert "/stages/" in text(variants["iam"].only("AWS::WAFv2::WebACLAssociation")["ResourceArn"])


def test_a_web_acl_of_ones_own_is_attached_and_none_is_made(variants: dict[str, Template]) -> None:
    assert variants["cognito"].only("AWS::WAFv2::WebACLAssociation")["WebACLArn"] == ACL
    assert not variants["cognito"].of("AWS::WAFv2::WebACL")
    assert not variants["authorizer"].of("AWS::WAFv2::WebACLAssociation")


def test_prepared_environments_are_those_that_the_gateway_calls(variants: dict[str, Template]) -> None:
    function = variants["iam"].functions["route.handler.route"]
    assert function["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    kept = variants["cognito"].only("AWS::Lambda::Alias")
    assert kept["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 2}
    for name in ("iam", "cognito"):
        (alias,) = variants[name].of("AWS::Lambda::Alias")
        assert all(alias in json.dumps(method["Integration"]["Uri"]) for method in methods(variants[name]))
    assert variants["authorizer"].functions["route.handler.route"]["ReservedConcurrentExecutions"] == 50
    assert not variants["authorizer"].of("AWS::Lambda::Alias")


def test_one_origin_may_call_and_read_and_preflights_are_open(variants: dict[str, Template]) -> None:
    found = methods(variants["iam"], preflight=True)
    assert len(found) == 5
    assert {method["AuthorizationType"] for method in found} == {"NONE"}
    assert f"'{ORIGIN}'" in json.dumps(found)
    assert "'*'" not in json.dumps(found)
    for answer in variants["iam"].of("AWS::ApiGateway::GatewayResponse").values():
        header = answer["Properties"]["ResponseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"]
        assert header == f"'{ORIGIN}'"
    assert variants["iam"].functions["route.handler.route"]["Environment"]["Variables"]["CORS_ORIGIN"] == ORIGIN
    assert not methods(variants["cognito"], preflight=True)


def test_an_unsigned_request_is_forbidden_where_callers_sign_and_elsewhere_it_is_a_path_that_is_not_there(
    variants: dict[str, Template],
) -> None:
    def answer(template: Template) -> tuple[str | None, str]:
        found = [item["Properties"] for item in template.of("AWS::ApiGateway::GatewayResponse").values()]
        (own,) = [item for item in found if item["ResponseType"] == "MISSING_AUTHENTICATION_TOKEN"]
        return own.get("StatusCode"), json.loads(own["ResponseTemplates"]["application/json"])["code"]

    assert answer(variants["iam"]) == (None, "forbidden"), "AWS's own status is 403"
    assert answer(variants["cognito"]) == answer(variants["authorizer"]) == ("404", "not_found")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"auth": "password"}, "callers.auth must be one of api_key, iam, cognito, authorizer; is 'password'"),
        ({"auth": "cognito"}, "callers.authorizer must be the ARN of a Cognito user pool"),
        ({"auth": "authorizer", "authorizer": POOL}, "callers.authorizer must be the ARN of a Lambda function"),
        ({"authorizer": POOL}, "callers.authorizer must be empty with auth api_key"),
        ({"cors_origin": "*"}, "callers.cors_origin must be empty, or one origin"),
        ({"cors_origin": "https://search.example/"}, "callers.cors_origin"),
        ({"web_acl": "on"}, "callers.web_acl must be none, managed, or the ARN"),
        ({"web_acl_rate": 5}, "callers.web_acl_rate must be at least 10"),
        ({"start": "warm"}, "callers.start must be one of cold, snap_start, provisioned"),
        ({"start": "provisioned"}, "callers.environments must be above 0 with start provisioned"),
        ({"environments": 2}, "callers.environments must be above 0 with start provisioned, else 0"),
        ({"start": "provisioned", "environments": 5, "concurrency": 2}, "callers.concurrency must be 0, or at least"),
        ({"concurrency": -1}, "callers.concurrency"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Callers(**given)
    assert said in str(refused.value)
