"""The stack: rooms, what they hand to each other, and what the world sees of it."""

from pathlib import Path

from aws_cdk import CfnOutput, Environment, Stack
from constructs import Construct

from cdk.canary import Canary
from cdk.deploy import Deploy
from cdk.distill import Distill
from cdk.evaluate import Evaluate
from cdk.generate import Generate
from cdk.monitoring import Monitoring, Notices
from cdk.pipeline import Pipeline
from cdk.route import Route
from cdk.settings import Settings
from cdk.storage import Storage
from cdk.workshop import Workshop


class IntentRouter(Stack):
    """generate -> distill -> deploy -> evaluate -> (active pointer) -> route."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, root: Path) -> None:
        super().__init__(
            scope,
            construct_id,
            env=Environment(region=settings.region),
            description="Intent router for video search: its distillation pipeline and POST /route",
            termination_protection=settings.stage == "prod",
        )
        storage = Storage(self, "Storage", settings=settings)
        notices = Notices(self, "Notices", storage=storage)
        workshop = Workshop(self, "Workshop", settings=settings, storage=storage, root=root)

        generate = Generate(self, "Generate", workshop=workshop)
        distill = Distill(self, "Distill", workshop=workshop)
        deploy = Deploy(self, "Deploy", workshop=workshop)
        evaluate = Evaluate(self, "Evaluate", workshop=workshop)
        pipeline = Pipeline(
            self,
            "Pipeline",
            workshop=workshop,
            rooms=[generate, distill, deploy, evaluate],
            definition=root / "stepfunctions" / "pipeline.asl.json",
            topic=notices.topic,
        )
        pipeline.grant_look_up(generate.plan)
        route = Route(self, "Route", workshop=workshop)
        monitoring = Monitoring(self, "Monitoring", topic=notices.topic, pipeline=pipeline, route=route)
        alarms = monitoring.candidate_alarms
        Canary(self, "Canary", workshop=workshop, topic=notices.topic, alarms=alarms)

        CfnOutput(self, "RouteUrl", value=route.url)
        CfnOutput(self, "ApiId", value=route.api.rest_api_id)
        CfnOutput(self, "ApiStage", value=settings.stage)
        CfnOutput(self, "ApiAuth", value=settings.callers.auth)
        if route.api_key:
            CfnOutput(self, "ApiKeyId", value=route.api_key.key_id)
        CfnOutput(self, "StateMachineArn", value=pipeline.state_machine.state_machine_arn)
        CfnOutput(self, "DataBucketName", value=storage.bucket.bucket_name)
        CfnOutput(self, "TopicArn", value=notices.topic.topic_arn)
        CfnOutput(self, "PointerName", value=settings.pointer)
        CfnOutput(self, "CandidateAlarms", value=",".join(alarm.alarm_name for alarm in alarms))
