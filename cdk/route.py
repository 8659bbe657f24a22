"""Route: `POST /route`, the function behind it, and who may call it how often."""
# jsii's classes name parameters differently from the interfaces they implement, so no Role is an IRole to pyright.
# pyright: reportArgumentType=false

from aws_cdk import Aws, Stack
from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk import api, firewall
from cdk.deploy import grant_ask, pointer_arn
from cdk.function import Function
from cdk.gateway import add_gateway_answers
from cdk.permissions import allow
from cdk.workshop import Workshop


class Route(Construct):
    """Knows the pipeline by the active pointer only."""

    def __init__(self, scope: Construct, construct_id: str, *, workshop: Workshop) -> None:
        super().__init__(scope, construct_id)
        settings, storage = workshop.settings, workshop.storage
        callers = settings.callers
        self.function = Function(
            self,
            "Function",
            workshop=workshop,
            handler="route.handler.route",
            timeout=20,
            memory=1024,  # 0.58 vCPU: about 1 ms for an edge answer, 40 MB used (docs/benchmarks.md)
            environment={
                "POINTER_PARAMETER": settings.pointer,
                "ROUTE_MODE": settings.route_mode,
                "LOG_SALT": Aws.STACK_ID,  # unlike any other stack's, and no secret: it keeps hashes of queries apart
                **({"CORS_ORIGIN": callers.cors_origin} if callers.cors_origin else {}),
            },
            snap_start=callers.start == "snap_start",
            concurrency=callers.concurrency or None,
        )
        allow(self.function.role, "ssm:GetParameter", on=[pointer_arn(Stack.of(self), settings.pointer)])
        storage.grant(self.function.role, read=["runs/*/edge/model.bin"])
        grant_ask(self.function.role, workshop)
        self.api = api.rest_api(self, workshop=workshop)
        api.add_endpoints(self.api, target=self._target(workshop), callers=callers)
        self.api_key = self._key(workshop) if callers.auth == "api_key" else None
        add_gateway_answers(self.api, callers=callers)
        firewall.protect(self, stage=self.api.deployment_stage, callers=callers)

    @property
    def url(self) -> str:
        """Where to POST."""
        return self.api.url_for_path("/route")

    def _target(self, workshop: Workshop) -> lambda_.Function | lambda_.Alias:
        """The function; or, where its environments are prepared, the alias that they are prepared for."""
        callers = workshop.settings.callers
        if callers.start == "cold":
            return self.function.resource
        return lambda_.Alias(
            self,
            "Live",
            alias_name="live",
            version=self.function.resource.current_version,
            provisioned_concurrent_executions=callers.environments or None,
        )

    def _key(self, workshop: Workshop) -> apigw.IApiKey:
        limits = workshop.settings.limits
        key = self.api.add_api_key("Key")
        plan = self.api.add_usage_plan(
            "Plan",
            throttle=apigw.ThrottleSettings(rate_limit=limits.route_rate, burst_limit=limits.route_burst),
            quota=apigw.QuotaSettings(limit=limits.route_quota_per_day, period=apigw.Period.DAY),
        )
        plan.add_api_key(key)
        plan.add_api_stage(stage=self.api.deployment_stage)
        return key
