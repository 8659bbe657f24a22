"""The REST API of the route: its stage, its methods, and what a caller must show for them."""
# jsii's classes name parameters differently from the interfaces they implement, so no Role is an IRole to pyright.
# pyright: reportArgumentType=false

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.callers import Callers
from cdk.gateway import QUERIES, QUERY
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
Target = lambda_.Function | lambda_.Alias
_HEADERS = ("content-type", "x-api-key", "authorization")
_KEYS = "search back ends are told apart, and limited, by API key and usage plan; nobody's data is behind the route"
_OWN = "the deployment's setting callers.auth chose another authorizer than Cognito"
_PREFLIGHT = "a browser's preflight carries no credentials, and is answered by the gateway without the function"
_WAF = "API key, throttle, quota and body limits bound what a caller can do; a web ACL is the account owner's to attach"
_LOG_ROLE = "API Gateway's account-wide log role: AWS checks for this very policy when the role is set"


def rest_api(scope: Construct, *, workshop: Workshop) -> apigw.RestApi:
    """The API without methods: its stage logs, traces and throttles."""
    limits, callers = workshop.settings.limits, workshop.settings.callers
    made = apigw.RestApi(
        scope,
        "Api",
        description="Weights of a video search query's modalities",
        endpoint_types=[apigw.EndpointType.REGIONAL],
        cloud_watch_role=True,
        cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
        deploy_options=apigw.StageOptions(
            stage_name=workshop.settings.stage,
            access_log_destination=apigw.LogGroupLogDestination(workshop.storage.log_group(scope, "AccessLogs")),
            access_log_format=apigw.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
            logging_level=apigw.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            metrics_enabled=True,
            tracing_enabled=True,
            throttling_rate_limit=limits.route_rate,
            throttling_burst_limit=limits.route_burst,
        ),
    )
    made.node.try_remove_child("Endpoint")  # CDK's own output of the URL: the stack has one with a name
    if callers.web_acl == "none":
        waive(made.deployment_stage, _WAF, "AwsSolutions-APIG3")
    policy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    waive(made, _LOG_ROLE, f"AwsSolutions-IAM4[Policy::{policy}]")
    return made


def add_endpoints(api: apigw.RestApi, *, target: Target, callers: Callers) -> None:
    """One method for each endpoint of the function; the gateway refuses bodies that the function would refuse."""
    shown = _credentials(api, callers)
    route = api.root.add_resource("route")
    resources = [route, route.add_resource("batch")]
    for resource, name, schema in zip(resources, ("Query", "Queries"), (QUERY, QUERIES), strict=True):
        model = api.add_model(name, content_type="application/json", schema=schema)
        _method(resource, "POST", target, {"application/json": model}, shown)
    for name in ("health", "version", "openapi.json"):
        resources.append(api.root.add_resource(name))
        _method(resources[-1], "GET", target, None, shown)
    if callers.cors_origin:
        _allow_origin(resources, callers.cors_origin)


def _credentials(api: apigw.RestApi, callers: Callers) -> dict[str, Any]:
    """What a method asks of its callers."""
    if callers.auth == "iam":
        return {"authorization_type": apigw.AuthorizationType.IAM}
    if callers.auth == "cognito":
        pool = cognito.UserPool.from_user_pool_arn(api, "Users", callers.authorizer)
        return {"authorizer": apigw.CognitoUserPoolsAuthorizer(api, "Authorizer", cognito_user_pools=[pool])}
    if callers.auth == "authorizer":
        return {"authorizer": apigw.TokenAuthorizer(api, "Authorizer", handler=_decider(api, callers.authorizer))}
    return {"api_key_required": True}


def _decider(api: apigw.RestApi, arn: str) -> lambda_.IFunction:
    """The account's own function, which this API is then allowed to invoke."""
    return lambda_.Function.from_function_attributes(api, "Decider", function_arn=arn, same_environment=True)


def _method(
    resource: apigw.Resource,
    verb: str,
    target: Target,
    models: dict[str, apigw.Model] | None,
    shown: Mapping[str, Any],
) -> None:
    checks = apigw.RequestValidatorOptions(validate_request_body=bool(models), validate_request_parameters=True)
    method = resource.add_method(
        verb,
        apigw.LambdaIntegration(target, allow_test_invoke=False),
        request_models=models,
        request_validator_options=checks,
        **shown,
    )
    if "api_key_required" in shown:
        waive(method, _KEYS, "AwsSolutions-APIG4", "AwsSolutions-COG4")
    elif not isinstance(shown.get("authorizer"), apigw.CognitoUserPoolsAuthorizer):
        waive(method, _OWN, "AwsSolutions-COG4")


def _allow_origin(resources: list[apigw.Resource], origin: str) -> None:
    for resource in resources:
        preflight = resource.add_cors_preflight(
            allow_origins=[origin], allow_methods=["GET", "POST", "OPTIONS"], allow_headers=list(_HEADERS)
        )
        waive(preflight, _PREFLIGHT, "AwsSolutions-APIG4", "AwsSolutions-COG4", "AwsSolutions-APIG2")
