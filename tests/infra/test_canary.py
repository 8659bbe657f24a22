"""What ends a trial by itself: alarms, the rule that hears them, the function that it calls."""

from typing import Any

import pytest

from tests.infra.template import Template, text

HANDLER = "deploy.handler.canary_stop"


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """The alarms that the rule hears, by logical id."""
    heard = template.only("AWS::Events::Rule")["EventPattern"]["resources"]
    found = {arn["Fn::GetAtt"][0] for arn in heard}
    return {name: template.of("AWS::CloudWatch::Alarm")[name]["Properties"] for name in found}


def test_the_rule_hears_the_candidates_alarms_when_they_ring_and_no_others(each: Template) -> None:
    pattern = each.only("AWS::Events::Rule")["EventPattern"]
    assert pattern["source"] == ["aws.cloudwatch"]
    assert pattern["detail-type"] == ["CloudWatch Alarm State Change"]
    assert pattern["detail"] == {"state": {"value": ["ALARM"]}}
    assert {alarm["MetricName"] for alarm in alarms(each).values()} == {"CandidateFallbacks", "ShadowCost"}


def test_a_candidate_is_stopped_after_two_bad_periods_of_three_and_not_for_want_of_data(each: Template) -> None:
    (alarm,) = (one for one in alarms(each).values() if one["MetricName"] == "CandidateFallbacks")
    assert (alarm["Statistic"], alarm["Threshold"], alarm["Period"]) == ("Average", 0.1, 300)
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (3, 2)
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["TreatMissingData"] == "notBreaching"


def test_the_spending_of_all_processes_together_is_watched(each: Template) -> None:
    (alarm,) = (one for one in alarms(each).values() if one["MetricName"] == "ShadowCost")
    assert (alarm["Statistic"], alarm["Threshold"], alarm["Period"]) == ("Sum", 1, 3600)


def test_the_rule_calls_the_function_and_only_it_may(each: Template) -> None:
    (function,) = (
        name
        for name, found in each.of("AWS::Lambda::Function").items()
        if text(found["Properties"]["Handler"]) == HANDLER
    )
    (target,) = each.only("AWS::Events::Rule")["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": [function, "Arn"]}
    permissions = [
        found["Properties"]
        for found in each.of("AWS::Lambda::Permission").values()
        if found["Properties"]["FunctionName"] == {"Fn::GetAtt": [function, "Arn"]}
    ]
    (rule,) = each.of("AWS::Events::Rule")
    assert [(one["Principal"], text(one["SourceArn"])) for one in permissions] == [
        ("events.amazonaws.com", f"<{rule}.Arn>")
    ]


def test_an_event_that_fails_for_good_is_told_to_the_topic(each: Template) -> None:
    (topic,) = each.of("AWS::SNS::Topic")
    assert each.functions[HANDLER]["DeadLetterConfig"] == {"TargetArn": {"Ref": topic}}
    assert each.resources(each.role_of(HANDLER), "sns:Publish") == {f"<{topic}>"}


@pytest.mark.parametrize("right", ["s3:GetObject", "bedrock:InvokeModel", "bedrock:DeleteCustomModelDeployment"])
def test_stopping_reads_no_data_and_deletes_nothing(each: Template, right: str) -> None:
    assert not each.resources(each.role_of(HANDLER), right)


def test_the_command_line_is_told_which_alarms_there_are(each: Template) -> None:
    value = each.body["Outputs"]["CandidateAlarms"]["Value"]
    assert set(text(value).split(",")) == {f"<{name}>" for name in alarms(each)}
