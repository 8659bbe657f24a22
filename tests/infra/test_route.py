"""POST /route as the gateway sees it."""

import json
import re
from typing import Any

import pytest

from tests.infra.conftest import ROOT, context
from tests.infra.template import Template, text

FULL_PATHS = [
    ("POST", "route"),
    ("POST", "route/batch"),
    *(("GET", name) for name in ("health", "version", "openapi.json")),
]
ENDPOINTS = {
    ("POST", "route"),
    ("POST", "batch"),
    ("GET", "health"),
    ("GET", "version"),
    ("GET", "openapi.json"),
}


def methods(each: Template) -> dict[tuple[str, str], dict[str, Any]]:
    """By verb and last part of the path."""
    paths = {name: found["Properties"]["PathPart"] for name, found in each.of("AWS::ApiGateway::Resource").items()}
    found = [method["Properties"] for method in each.of("AWS::ApiGateway::Method").values()]
    return {(method["HttpMethod"], paths[method["ResourceId"]["Ref"]]): method for method in found}


def test_every_endpoint_of_the_function_is_there_and_wants_a_key(each: Template) -> None:
    endpoints = pytest.importorskip("route.endpoints").ENDPOINTS
    assert {(verb, path.rpartition("/")[2]) for verb, path in endpoints} == set(methods(each)) == ENDPOINTS
    assert all(method["ApiKeyRequired"] is True for method in methods(each).values())


def test_the_gateway_refuses_bodies_that_the_function_would_refuse(each: Template) -> None:
    validators = each.of("AWS::ApiGateway::RequestValidator")
    for (verb, _), method in methods(each).items():
        validator = validators[method["RequestValidatorId"]["Ref"]]["Properties"]
        assert validator["ValidateRequestBody"] is (verb == "POST")
        if verb == "POST":
            assert method["RequestModels"]["application/json"]["Ref"] in each.of("AWS::ApiGateway::Model")


@pytest.mark.parametrize(
    ("name", "kind", "field"), [("route", "RouteRequest", "query"), ("batch", "BatchRequest", "queries")]
)
def test_the_gateway_and_the_function_want_the_same_body(dev: Template, name: str, kind: str, field: str) -> None:
    model = methods(dev)["POST", name]["RequestModels"]["application/json"]["Ref"]
    gateway = dev.of("AWS::ApiGateway::Model")[model]["Properties"]["Schema"]
    function = vars(pytest.importorskip("route.schema"))[kind].model_json_schema()
    assert gateway["additionalProperties"] is False
    assert gateway["required"] == function["required"] == [field]
    assert set(gateway["properties"]) == set(function["properties"])
    rules = {"type", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"}
    for property_, wanted in function["properties"].items():
        for rule in rules & set(wanted):
            assert gateway["properties"][property_][rule] == wanted[rule], (property_, rule)


def test_a_caller_is_limited_by_second_and_by_day(each: Template) -> None:
    plan, limits = each.only("AWS::ApiGateway::UsagePlan"), context()["limits"]
    assert plan["Throttle"] == {"RateLimit": limits["route_rate"], "BurstLimit": limits["route_burst"]}
    assert plan["Quota"] == {"Limit": limits["route_quota_per_day"], "Period": "DAY"}
    (settings,) = each.only("AWS::ApiGateway::Stage")["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == limits["route_rate"]
    assert settings["DataTraceEnabled"] is False


def test_the_access_log_is_json_and_holds_no_query(each: Template) -> None:
    stage = each.only("AWS::ApiGateway::Stage")
    logged = set(json.loads(stage["AccessLogSetting"]["Format"]).values())
    assert "$context.requestId" in logged
    assert not [value for value in logged if "body" in value.lower() or "querystring" in value.lower()]
    assert stage["TracingEnabled"] is True
    assert stage["StageName"] == each.stage


def test_every_answer_of_the_gateway_has_our_shape(each: Template) -> None:
    answers = {
        found["Properties"]["ResponseType"]: found["Properties"]
        for found in each.of("AWS::ApiGateway::GatewayResponse").values()
    }
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "INVALID_API_KEY", "THROTTLED", "QUOTA_EXCEEDED"} <= set(answers)
    for answer in answers.values():
        body = json.loads(answer["ResponseTemplates"]["application/json"])
        assert set(body) == {"code", "message", "request_id"}
        assert body["request_id"] == "$context.requestId"


def test_gateway_and_function_use_the_same_codes(dev: Template) -> None:
    own = set(re.findall(r'code(?:: ClassVar\[str\])? = "(\w+)"', (ROOT / "lambdas/route/errors.py").read_text()))
    templates = [
        found["Properties"]["ResponseTemplates"] for found in dev.of("AWS::ApiGateway::GatewayResponse").values()
    ]
    gateway = {json.loads(template["application/json"])["code"] for template in templates}
    assert {"invalid_request", "unsupported_media_type", "too_large", "internal"} <= own & gateway


def test_the_function_is_invoked_by_this_api_only(each: Template) -> None:
    (function,) = (name for name in each.of("AWS::Lambda::Function") if name.startswith("RouteFunction"))
    for permission in each.of("AWS::Lambda::Permission").values():
        if permission["Properties"]["FunctionName"] != {"Fn::GetAtt": [function, "Arn"]}:
            continue
        assert permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
        arn = text(permission["Properties"]["SourceArn"])
        assert any(arn.endswith(f"/{verb}/{path}") for verb, path in FULL_PATHS), arn
