"""Canary: what ends a trial by itself. An alarm rings, EventBridge hears it, a function stops the candidate."""
# jsii's classes name parameters differently from the interfaces they implement, so no Role is an IRole to pyright.
# pyright: reportArgumentType=false

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.deploy import pointer_arn
from cdk.function import Function
from cdk.permissions import allow, allow_key_through
from cdk.waivers import waive
from cdk.workshop import Workshop

_ALSO_TOLD = (
    "tried for an hour; should it fail, the alarm has told the topic as well, and stopping by hand does the same"
)


class Canary(Construct):
    """Moves the pointer, so it needs that and the topic, and no more. The alarms are those of `cdk.monitoring`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workshop: Workshop,
        topic: sns.Topic,
        alarms: Sequence[cloudwatch.Alarm],
    ) -> None:
        super().__init__(scope, construct_id)
        pointer = workshop.settings.pointer
        self.stop = Function(
            self,
            "Stop",
            workshop=workshop,
            handler="deploy.handler.canary_stop",
            environment={"POINTER_PARAMETER": pointer, "TOPIC_ARN": topic.topic_arn},
            dead_letters=topic,
        )
        allow(self.stop.role, "ssm:GetParameter", "ssm:PutParameter", on=[pointer_arn(Stack.of(self), pointer)])
        allow_key_through("sns", self.stop.role, workshop.storage.key, "kms:Decrypt", "kms:GenerateDataKey")
        rule = events.Rule(
            self,
            "Rings",
            description="An alarm about the candidate rings",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                resources=[alarm.alarm_arn for alarm in alarms],
                detail={"state": {"value": ["ALARM"]}},
            ),
        )
        rule.add_target(targets.LambdaFunction(self.stop.resource, max_event_age=Duration.hours(1), retry_attempts=20))
        waive(rule, _ALSO_TOLD, "Serverless-EventBusDLQ")
