"""Route: `POST /route`, the function behind it, and who may call it how often."""
# jsii's classes name parameters differently from the interfaces they implement, so no Role is an IRole to pyright.
# pyright: reportArgumentType=false

import json

from aws_cdk import Aws, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigw
from constructs import Construct

from cdk.deploy import grant_ask, pointer_arn
from cdk.function import Function
from cdk.gateway import QUERIES, QUERY, add_gateway_answers
from cdk.permissions import allow
from cdk.settings import Limits
from cdk.waivers import waive
from cdk.workshop import Workshop

# Nothing of the request but its shape: a query is never logged in clear.
_ACCESS_LOG = {
    "request_id": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "path": "$context.resourcePath",
    "status": "$context.status",
    "api_key_id": "$context.identity.apiKeyId",
    "latency_ms": "$context.responseLatency",
    "function_latency_ms": "$context.integrationLatency",
    "response_bytes": "$context.responseLength",
    "error": "$context.error.responseType",
}
_KEYS = "search back ends are told apart, and limited, by API key and usage plan; nobody's data is behind the route"
_WAF = "API key, throttle, quota and body limits bound what a caller can do; a web ACL is the account owner's to attach"
_LOG_ROLE = "API Gateway's account-wide log role: AWS checks for this very policy when the role is set"


class Route(Construct):
    """Knows the pipeline by the active pointer only."""

    def __init__(self, scope: Construct, construct_id: str, *, workshop: Workshop) -> None:
        super().__init__(scope, construct_id)
        settings, storage = workshop.settings, workshop.storage
        self.function = Function(
            self,
            "Function",
            workshop=workshop,
            handler="route.handler.route",
            timeout=20,
            memory=1024,
            environment={
                "POINTER_PARAMETER": settings.pointer,
                "ROUTE_MODE": settings.route_mode,
                "LOG_SALT": Aws.STACK_ID,  # unlike any other stack's, and no secret: it keeps hashes of queries apart
            },
        )
        allow(self.function.role, "ssm:GetParameter", on=[pointer_arn(Stack.of(self), settings.pointer)])
        storage.grant(self.function.role, read=["runs/*/edge/model.bin"], find=False)
        grant_ask(self.function.role, workshop)
        self.api = self._api(workshop)
        self.api_key = self._open_to_key_holders(settings.limits)
        add_gateway_answers(self.api)

    @property
    def url(self) -> str:
        """Where to POST."""
        return self.api.url_for_path("/route")

    def _api(self, workshop: Workshop) -> apigw.RestApi:
        limits = workshop.settings.limits
        api = apigw.RestApi(
            self,
            "Api",
            description="Weights of a video search query's modalities",
            endpoint_types=[apigw.EndpointType.REGIONAL],
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=apigw.StageOptions(
                stage_name=workshop.settings.stage,
                access_log_destination=apigw.LogGroupLogDestination(workshop.storage.log_group(self, "AccessLogs")),
                access_log_format=apigw.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
                logging_level=apigw.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                metrics_enabled=True,
                tracing_enabled=True,
                throttling_rate_limit=limits.route_rate,
                throttling_burst_limit=limits.route_burst,
            ),
        )
        api.node.try_remove_child("Endpoint")  # CDK's own output of the URL: the stack has one with a name
        waive(api.deployment_stage, _WAF, "AwsSolutions-APIG3")
        waive(
            api,
            _LOG_ROLE,
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]",
        )
        return api

    def _open_to_key_holders(self, limits: Limits) -> apigw.IApiKey:
        route = self._endpoint(self.api.root.add_resource("route"), "POST", "Query", QUERY)
        self._endpoint(route.add_resource("batch"), "POST", "Queries", QUERIES)
        for name in ("health", "version", "openapi.json"):
            self._endpoint(self.api.root.add_resource(name), "GET")
        key = self.api.add_api_key("Key")
        plan = self.api.add_usage_plan(
            "Plan",
            throttle=apigw.ThrottleSettings(rate_limit=limits.route_rate, burst_limit=limits.route_burst),
            quota=apigw.QuotaSettings(limit=limits.route_quota_per_day, period=apigw.Period.DAY),
        )
        plan.add_api_key(key)
        plan.add_api_stage(stage=self.api.deployment_stage)
        return key

    def _endpoint(
        self, resource: apigw.Resource, verb: str, model: str = "", schema: apigw.JsonSchema | None = None
    ) -> apigw.Resource:
        """One method for key holders; with a schema the gateway refuses other bodies."""
        checks = apigw.RequestValidatorOptions(
            validate_request_body=schema is not None, validate_request_parameters=True
        )
        models = (
            {"application/json": self.api.add_model(model, content_type="application/json", schema=schema)}
            if schema
            else None
        )
        method = resource.add_method(
            verb,
            apigw.LambdaIntegration(self.function.resource, allow_test_invoke=False),
            api_key_required=True,
            request_models=models,
            request_validator_options=checks,
        )
        waive(method, _KEYS, "AwsSolutions-APIG4", "AwsSolutions-COG4")
        return resource
