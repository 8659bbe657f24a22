"""What API Gateway itself checks and answers, before or instead of the route function: in the function's own words."""

import json
from typing import NamedTuple

from aws_cdk import aws_apigateway as apigw

# The same rules as lambdas/route/request.py, which checks again: the embedded gateway does not.
QUERY = apigw.JsonSchema(
    schema=apigw.JsonSchemaVersion.DRAFT4,
    type=apigw.JsonSchemaType.OBJECT,
    required=["query"],
    additional_properties=False,
    properties={
        "query": apigw.JsonSchema(type=apigw.JsonSchemaType.STRING, min_length=1, max_length=2000),
        "explain": apigw.JsonSchema(type=apigw.JsonSchemaType.BOOLEAN),
        "targets": apigw.JsonSchema(
            type=apigw.JsonSchemaType.ARRAY,
            max_items=8,
            items=apigw.JsonSchema(type=apigw.JsonSchemaType.STRING, max_length=40),
        ),
        "floor": apigw.JsonSchema(type=apigw.JsonSchemaType.NUMBER, minimum=0, maximum=0.5),
        "prefer": apigw.JsonSchema(type=apigw.JsonSchemaType.STRING, enum=["quality", "speed"]),
    },
)


class Answer(NamedTuple):
    """One kind of the gateway's own answers: its type, status (None: AWS's), and our code and message."""

    type: apigw.ResponseType
    status: str | None
    code: str
    message: str


ANSWERS = (
    Answer(
        apigw.ResponseType.BAD_REQUEST_BODY,
        None,
        "invalid_request",
        "body: must be JSON with query, a text of 1 to 2000 characters, and at most explain, targets, floor and prefer",
    ),
    Answer(
        apigw.ResponseType.UNSUPPORTED_MEDIA_TYPE, None, "unsupported_media_type", "send the body as application/json"
    ),
    Answer(apigw.ResponseType.REQUEST_TOO_LARGE, None, "too_large", "body: is too large"),
    Answer(apigw.ResponseType.INVALID_API_KEY, None, "forbidden", "send a valid key in the header x-api-key"),
    Answer(
        apigw.ResponseType.MISSING_AUTHENTICATION_TOKEN, "404", "not_found", "there is POST /route, and nothing else"
    ),
    Answer(apigw.ResponseType.THROTTLED, None, "too_many_requests", "too many requests a second; wait, then try again"),
    Answer(apigw.ResponseType.QUOTA_EXCEEDED, None, "quota_exceeded", "the key's quota of today is used up"),
    Answer(apigw.ResponseType.INTEGRATION_TIMEOUT, "504", "timeout", "the answer took too long; try again"),
    Answer(apigw.ResponseType.DEFAULT_4_XX, None, "invalid_request", "the request was refused"),
    Answer(
        apigw.ResponseType.DEFAULT_5_XX, None, "internal", "something went wrong here; the request may be sent again"
    ),
)


def add_gateway_answers(api: apigw.RestApi) -> None:
    """Give every answer that does not come from the function the one shape of our errors."""
    for answer in ANSWERS:
        body = {"code": answer.code, "message": answer.message, "request_id": "$context.requestId"}
        api.add_gateway_response(
            f"Answer{answer.type.response_type}",
            type=answer.type,
            status_code=answer.status,
            templates={"application/json": json.dumps(body)},
        )
