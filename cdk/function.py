"""Our Lambda function: every default in one place, so that a new function is five lines."""
# jsii's classes name parameters differently from the interfaces they implement, so no Role is an IRole to pyright.
# pyright: reportArgumentType=false

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.settings import Settings
from cdk.waivers import waive
from cdk.workshop import Workshop

_TRACES = "X-Ray has no resources to name: PutTraceSegments and PutTelemetryRecords take * only"
_NO_QUEUE = "invoked synchronously (Step Functions, API Gateway), so a dead-letter queue would stay empty"
_HOST_PYTHON = "the embedded AWS runs functions on this host's Python, and the layers must match it"


class Function(Construct):
    """One handler with a role and a log group of its own. `handler` is `<room>.handler.<function>`.

    `dead_letters`: where an event goes that it failed on; only for a function that is invoked by events. It may publish
    there.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workshop: Workshop,
        handler: str,
        timeout: int = 60,
        memory: int = 512,
        science: bool = False,
        environment: Mapping[str, str] | None = None,
        snap_start: bool = False,
        concurrency: int | None = None,
        dead_letters: sns.Topic | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        room = handler.partition(".")[0]
        self.timeout = timeout
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group = workshop.storage.log_group(self, "Logs")
        self.log_group.grant_write(self.role)
        self.resource = lambda_.Function(
            self,
            "Function",
            code=workshop.code,
            handler=handler,
            runtime=workshop.runtime,
            architecture=workshop.architecture,
            layers=[workshop.basic_layer, *([workshop.science_layer] if science else [])],
            role=self.role,
            timeout=Duration.seconds(timeout),
            memory_size=memory,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
            reserved_concurrent_executions=concurrency,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.INFO,
            description=f"{room}: {handler.rpartition('.')[2].replace('_', ' ')}",
            environment={
                "POWERTOOLS_SERVICE_NAME": room,
                "POWERTOOLS_METRICS_NAMESPACE": "IntentRouter",
                "POWERTOOLS_LOG_LEVEL": "INFO",
                "STAGE": workshop.settings.stage,
                "DATA_BUCKET": workshop.storage.bucket.bucket_name,
                **(environment or {}),
            },
            dead_letter_topic=dead_letters,
        )
        self._waive(workshop.settings, synchronous=dead_letters is None)

    @property
    def arn(self) -> str:
        """The function's ARN, without a version."""
        return self.resource.function_arn

    def _waive(self, settings: Settings, *, synchronous: bool) -> None:
        waive(self.role, _TRACES, "AwsSolutions-IAM5[Resource::*]")
        if synchronous:
            waive(self.resource, _NO_QUEUE, "Serverless-LambdaDLQ")
        if settings.local:
            waive(self.resource, _HOST_PYTHON, "AwsSolutions-L1", "Serverless-LambdaLatestVersion")
