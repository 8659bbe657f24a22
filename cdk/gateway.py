"""What API Gateway itself checks and answers, before or instead of the route function: in the function's own words."""

import json
from typing import NamedTuple

from aws_cdk import aws_apigateway as apigw

from cdk.callers import Callers

_Schema, _Type = apigw.JsonSchema, apigw.JsonSchemaType
_TEXT = _Schema(type=_Type.STRING, min_length=1, max_length=2000)
_OPTIONS = {
    "explain": _Schema(type=_Type.BOOLEAN),
    "targets": _Schema(type=_Type.ARRAY, max_items=8, items=_Schema(type=_Type.STRING, max_length=40)),
    "floor": _Schema(type=_Type.NUMBER, minimum=0, maximum=0.5),
    "prefer": _Schema(type=_Type.STRING, enum=["quality", "speed"]),
}


def _body(name: str, value: apigw.JsonSchema) -> apigw.JsonSchema:
    return _Schema(
        schema=apigw.JsonSchemaVersion.DRAFT4,
        type=_Type.OBJECT,
        required=[name],
        additional_properties=False,
        properties={name: value, **_OPTIONS},
    )


# The same rules as lambdas/route/schema.py, which checks again: the embedded gateway does not. A batch's queries are
# checked one by one there, so that a bad one costs only itself.
QUERY = _body("query", _TEXT)
QUERIES = _body("queries", _Schema(type=_Type.ARRAY, min_items=1, max_items=100))


_PATHS = "there are POST /route, POST /route/batch, GET /health, GET /version and GET /openapi.json"


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
        "body: must be JSON with query, a text of 1 to 2000 characters (for a batch: queries, 1 to 100 of them), "
        "and at most explain, targets, floor and prefer",
    ),
    Answer(
        apigw.ResponseType.UNSUPPORTED_MEDIA_TYPE, None, "unsupported_media_type", "send the body as application/json"
    ),
    Answer(apigw.ResponseType.REQUEST_TOO_LARGE, None, "too_large", "body: is too large"),
    Answer(apigw.ResponseType.INVALID_API_KEY, None, "forbidden", "send a valid key in the header x-api-key"),
    Answer(
        apigw.ResponseType.MISSING_AUTHENTICATION_TOKEN,
        "404",
        "not_found",
        _PATHS,
    ),
    Answer(apigw.ResponseType.ACCESS_DENIED, None, "forbidden", "these credentials may not call this"),
    Answer(apigw.ResponseType.UNAUTHORIZED, None, "unauthorized", "send credentials: how is the deployment's choice"),
    Answer(apigw.ResponseType.WAF_FILTERED, None, "forbidden", "the request was refused by the firewall"),
    Answer(apigw.ResponseType.THROTTLED, None, "too_many_requests", "too many requests a second; wait, then try again"),
    Answer(apigw.ResponseType.QUOTA_EXCEEDED, None, "quota_exceeded", "the key's quota of today is used up"),
    Answer(apigw.ResponseType.INTEGRATION_TIMEOUT, "504", "timeout", "the answer took too long; try again"),
    Answer(apigw.ResponseType.DEFAULT_4_XX, None, "invalid_request", "the request was refused"),
    Answer(
        apigw.ResponseType.DEFAULT_5_XX, None, "internal", "something went wrong here; the request may be sent again"
    ),
)
# API Gateway answers an unsigned request as it does one to a path that does not exist. Where callers sign, it is a 403.
_UNSIGNED = Answer(
    apigw.ResponseType.MISSING_AUTHENTICATION_TOKEN,
    None,
    "forbidden",
    f"sign the request with SigV4 for execute-api; {_PATHS}",
)


def add_gateway_answers(api: apigw.RestApi, *, callers: Callers) -> None:
    """Give every answer that does not come from the function the one shape of our errors.

    Pages of the one origin that may call may read them.
    """
    origin = callers.cors_origin
    allowed = {"Access-Control-Allow-Origin": f"'{origin}'"} if origin else None
    answers = {
        answer.type.response_type: answer for answer in (*ANSWERS, *([_UNSIGNED] if callers.auth == "iam" else []))
    }
    for answer in answers.values():
        body = {"code": answer.code, "message": answer.message, "request_id": "$context.requestId"}
        api.add_gateway_response(
            f"Answer{answer.type.response_type}",
            type=answer.type,
            status_code=answer.status,
            response_headers=allowed,
            templates={"application/json": json.dumps(body)},
        )
