"""POST /route as the gateway sees it."""

import json
import re

import pytest

from tests.infra.conftest import ROOT, context
from tests.infra.template import Template, text


def test_there_is_one_method_and_it_wants_a_key_and_a_valid_body(each: Template) -> None:
    method = each.only("AWS::ApiGateway::Method")
    assert (method["HttpMethod"], method["ApiKeyRequired"]) == ("POST", True)
    assert method["RequestModels"]["application/json"]["Ref"] in each.of("AWS::ApiGateway::Model")
    assert each.only("AWS::ApiGateway::RequestValidator")["ValidateRequestBody"] is True
    assert each.only("AWS::ApiGateway::Resource")["PathPart"] == "route"


def test_the_gateway_and_the_function_want_the_same_body(dev: Template) -> None:
    gateway = dev.only("AWS::ApiGateway::Model")["Schema"]
    request = pytest.importorskip("route.request")
    function = request.RouteRequest.model_json_schema()
    assert gateway["additionalProperties"] is False
    assert gateway["required"] == function["required"] == ["query"]
    assert set(gateway["properties"]) == set(function["properties"])
    for name, wanted in function["properties"].items():
        for rule in {"type", "minLength", "maxLength", "minimum", "maximum", "maxItems"} & set(wanted):
            assert gateway["properties"][name][rule] == wanted[rule], (name, rule)


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
    for permission in each.of("AWS::Lambda::Permission").values():
        assert permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
        assert text(permission["Properties"]["SourceArn"]).endswith("/POST/route")
