"""The stack as a whole: what it names, what it shows, what watches it."""

import importlib
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tests.infra.conftest import ROOT
from tests.infra.template import Template, statements, text, walk

OUTPUTS = {
    *(
        "RouteUrl",
        "ApiId",
        "ApiStage",
        "ApiAuth",
        "ApiKeyId",
        "StateMachineArn",
        "DataBucketName",
        "TopicArn",
        "PointerName",
        "CandidateAlarms",
    ),
}
NAMES = {
    *("BucketName", "FunctionName", "RoleName", "TopicName", "StateMachineName", "LogGroupName", "AlarmName"),
    *("LayerName", "PolicyName", "DashboardName", "UsagePlanName", "AliasName", "ManagedPolicyName"),
}
# not known to the embedded AWS (MiniStack 1.5.33); metric math in alarms is not either
UNKNOWN = {"AWS::CloudWatch::CompositeAlarm", "AWS::StepFunctions::StateMachineVersion", "AWS::SSM::Parameter"}


def test_what_crosses_the_border_is_an_output(each: Template) -> None:
    assert set(each.body["Outputs"]) == OUTPUTS
    assert each.body["Outputs"]["PointerName"]["Value"] == f"/intent-router/{each.stage}/active"


def test_resources_are_named_by_cloudformation(each: Template) -> None:
    for found in each.body["Resources"].values():
        named = NAMES & set(found["Properties"]) - ({"PolicyName"} if found["Type"] == "AWS::IAM::Policy" else set())
        named -= {"FunctionName"} if found["Type"] == "AWS::Lambda::Permission" else set()
        assert not named, found["Type"]


def test_the_pointer_is_not_a_resource_that_a_deploy_could_reset(each: Template) -> None:
    kinds = {found["Type"] for found in each.body["Resources"].values()}
    assert not kinds & UNKNOWN


def test_the_topic_is_encrypted_wants_tls_and_lets_alarms_publish(each: Template) -> None:
    assert each.only("AWS::SNS::Topic")["KmsMasterKeyId"]
    found = statements(each.only("AWS::SNS::TopicPolicy")["PolicyDocument"])
    assert [
        one for one in found if one.effect == "Deny" and one.conditions == {"Bool": {"aws:SecureTransport": "false"}}
    ]
    (alarms,) = (one for one in found if one.effect == "Allow")
    assert alarms.principal == {"Service": "cloudwatch.amazonaws.com"}
    assert "aws:SourceAccount" in alarms.conditions["StringEquals"]


def test_every_alarm_tells_the_topic_and_watches_a_metric_that_exists(each: Template) -> None:
    alarms = [found["Properties"] for found in each.of("AWS::CloudWatch::Alarm").values()]
    assert {alarm["Namespace"] for alarm in alarms} == {"AWS/States", "AWS/ApiGateway", "IntentRouter"}
    assert all(alarm["AlarmActions"] for alarm in alarms)
    assert not unwritten(each.body)


def unwritten(body: Mapping[str, Any]) -> set[str]:
    """Descriptions of alarms of ours on a metric that nobody writes."""
    ours = [
        found["Properties"]
        for found in body["Resources"].values()
        if found["Type"] == "AWS::CloudWatch::Alarm" and found["Properties"]["Namespace"] == "IntentRouter"
    ]
    dimensions = [{"Name": "service", "Value": "route"}]
    return {
        alarm["AlarmDescription"]
        for alarm in ours
        if alarm["MetricName"] not in written() or alarm["Dimensions"] != dimensions
    }


def test_the_dashboard_shows_metrics_that_exist_and_every_one_that_an_alarm_watches(each: Template) -> None:
    body = text(each.only("AWS::CloudWatch::Dashboard")["DashboardBody"])
    shown = set(re.findall(r'"IntentRouter","(\w+)"', body))
    alarms = [found["Properties"] for found in each.of("AWS::CloudWatch::Alarm").values()]
    watched = {alarm["MetricName"] for alarm in alarms if alarm["Namespace"] == "IntentRouter"}
    assert shown <= written()
    assert shown >= watched - {"ActiveVersionUnreadable"}
    assert "CostUsd" in shown
    assert watched == {
        *("Fallbacks", "InvalidAnswers", "ActiveVersionUnreadable", "CandidateFallbacks", "ShadowCost"),
    }


def written() -> frozenset[str]:
    """Names of the route's metrics: tests/unit/route/faults/test_measure.py holds them against what it prints."""
    return vars(importlib.import_module("route.measure"))["NAMES"]


def test_the_alarm_for_invalid_answers_lies_above_what_the_gate_lets_through(each: Template) -> None:
    alarms = [found["Properties"] for found in each.of("AWS::CloudWatch::Alarm").values()]
    (invalid,) = (alarm for alarm in alarms if alarm.get("MetricName") == "InvalidAnswers")
    assert invalid["Statistic"] == "Average"
    rules = yaml.safe_load((ROOT / "gate.yaml").read_text("utf-8"))["rules"]
    least = min(rule["at_least"] for rule in rules if rule["figure"] == "valid")
    assert 1 - least < invalid["Threshold"] < 0.1


def test_all_stages_are_the_same_app(templates: dict[str, Template]) -> None:
    kinds = {
        stage: sorted(found["Type"] for found in one.body["Resources"].values()) for stage, one in templates.items()
    }
    assert kinds["dev"] == kinds["prod"] == kinds["local"]


@pytest.mark.parametrize("word", ["localhost", "127.0.0.1", "AWS_ENDPOINT_URL"])
def test_nothing_in_the_template_knows_where_it_runs(each: Template, word: str) -> None:
    assert not [value for _, value in walk(each.body) if isinstance(value, str) and word in value]
