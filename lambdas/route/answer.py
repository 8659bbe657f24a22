"""The answer of POST /route and its errors, as API Gateway proxy results."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from intent import prices
from intent.models import base_of_custom
from intent.pointer import Pointer
from route.errors import RouteError
from route.request import RouteRequest
from route.router import Decision

_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def success(
    request: RouteRequest, decision: Decision, pointer: Pointer, *, request_id: str, total_ms: float
) -> dict[str, Any]:
    """200 with the decision."""
    weights = decision.weights
    ranked = sorted(weights, key=lambda name: -weights[name])
    warnings = [*decision.warnings, *(f"targets: {name} is not compiled by this version" for name in request.targets)]
    body = {
        "query": request.query,
        "weights": weights,
        "ranked": ranked,
        "active": [name for name in ranked if weights[name] >= request.floor],
        "source": decision.source,
        "confidence": round(decision.confidence, 4),
        "model": {"version": pointer.version, "run_id": pointer.run_id, "teacher": pointer.teacher},
        "reasoning": decision.reasoning,
        "latency_ms": {"total": round(total_ms, 2), "model": decision.model_ms},
        "usage": _usage(decision, pointer),
        "engines": {},
        "warnings": warnings,
        "request_id": request_id,
    }
    return _proxy(HTTPStatus.OK, body)


def failure(error: RouteError, *, request_id: str) -> dict[str, Any]:
    """The error's status and the one error shape."""
    result = _proxy(error.status, {"code": error.code, "message": str(error), "request_id": request_id})
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        result["headers"] = {**_HEADERS, "Retry-After": "5"}
    return result


def _usage(decision: Decision, pointer: Pointer) -> dict[str, Any]:
    tokens = decision.input_tokens, decision.output_tokens
    try:
        cost = round(prices.load().cost(base_of_custom(pointer.distilled.model_arn), *tokens), 9)
    except KeyError:  # a student that the table does not know has no price, not a price of 0
        cost = None
    return {"input_tokens": tokens[0], "output_tokens": tokens[1], "cost_usd": cost}


def _proxy(status: HTTPStatus, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"statusCode": int(status), "headers": _HEADERS, "body": json.dumps(body, allow_nan=False)}
