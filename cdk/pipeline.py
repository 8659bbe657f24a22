"""Pipeline: the state machine over all rooms, and its one way out."""
# jsii's classes name parameters differently from the interfaces they implement, so no Role is an IRole to pyright.
# pyright: reportArgumentType=false

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.function import Function
from cdk.permissions import allow, allow_key_through
from cdk.settings import Limits
from cdk.waivers import waive, waive_wildcards
from cdk.workshop import Workshop

_LIMITS = (
    *("generate_rounds", "generate_concurrency", "answer_concurrency"),
    *("batch_poll_seconds", "batch_polls"),
    *("distill_poll_seconds", "distill_polls"),
    *("deploy_poll_seconds", "deploy_polls"),
    *("judge_poll_seconds", "judge_polls"),
)
_DELIVERY = "log delivery and X-Ray have no resources to name: CDK's own statements for logging and tracing"
_EXECUTIONS = "an execution's name is chosen when it starts; executions of this state machine only"


class Room(Protocol):
    """What the pipeline needs of a room."""

    @property
    def substitutions(self) -> dict[str, str]:
        """Values of placeholders in the state machine's definition."""
        ...

    @property
    def functions(self) -> list[Function]:
        """Functions that the state machine invokes."""
        ...


class Pipeline(Construct):
    """Started by hand, by the CLI or by a schedule, with `{}` or a run's settings as input."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workshop: Workshop,
        rooms: Sequence[Room],
        definition: Path,
        topic: sns.Topic,
    ) -> None:
        super().__init__(scope, construct_id)
        self.notify = self._notify(workshop, topic)
        substitutions = {"NotifyFunction": self.notify.arn, **_numbers(workshop.settings.limits)}
        for room in rooms:
            substitutions |= room.substitutions
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            definition_body=sfn.DefinitionBody.from_file(str(definition)),
            definition_substitutions=substitutions,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=workshop.storage.log_group(self, "Logs"),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
        waive(self.state_machine, _DELIVERY, "AwsSolutions-IAM5[Resource::*]")
        invoked = [self.notify.arn, *(function.arn for room in rooms for function in room.functions)]
        self.state_machine.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=invoked)  # by no version or alias
        )

    def grant_look_up(self, function: Function) -> None:
        """Let a function ask whether an execution still runs.

        A policy of its own: in the role's default policy it would make function and state machine wait for each other.
        """
        name = self.state_machine.state_machine_name
        executions = Stack.of(self).format_arn(
            service="states", resource="execution", resource_name=f"{name}:*", arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        look_up = iam.PolicyStatement(actions=["states:DescribeExecution"], resources=[executions])
        policy = iam.Policy(self, "LookUp", statements=[look_up])
        policy.attach_to_role(function.role)
        waive_wildcards(policy, _EXECUTIONS, [executions])

    def _notify(self, workshop: Workshop, topic: sns.Topic) -> Function:
        notify = Function(
            self,
            "Notify",
            workshop=workshop,
            handler="pipeline.handler.notify",
            environment={"TOPIC_ARN": topic.topic_arn},
        )
        workshop.storage.grant(notify.role, read=["lease.json"], find=True)
        workshop.storage.grant_delete(notify.role, "lease.json")
        allow(notify.role, "sns:Publish", on=[topic.topic_arn])
        allow_key_through("sns", notify.role, workshop.storage.key, "kms:Decrypt", "kms:GenerateDataKey")
        return notify


def _numbers(limits: Limits) -> dict[str, str]:
    """`distill_polls` as `DistillPolls`, and so on."""
    return {name.title().replace("_", ""): str(getattr(limits, name)) for name in _LIMITS}
