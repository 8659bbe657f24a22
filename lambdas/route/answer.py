"""The answer of POST /route and its errors, as API Gateway proxy results."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from intent import attributes, prices, taxonomy
from intent.models import base_of_custom
from intent.pointer import Distilled
from intent.serving import is_provisioned
from route import targets
from route.active import Active
from route.contract import DecidedInBatch, Error, ErrorBody, Model, OnTrial, Usage
from route.errors import RouteError
from route.request import Options
from route.trial import Answered

_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def decided(query: str, options: Options, answered: Answered) -> DecidedInBatch:
    """The decision for one query. Raises InvalidRequest for a target that is no engine."""
    decision, weights = answered.decision, answered.decision.weights
    ranked = sorted(weights, key=lambda name: -weights[name])
    found: DecidedInBatch = {
        "query": query,
        "weights": weights,
        "ranked": ranked,
        "active": [name for name in ranked if weights[name] >= options.floor],
        "source": decision.source,
        "confidence": round(decision.confidence, 4),
        "model": model(answered.by),
        "reasoning": decision.reasoning,
        "filters": attributes.read(query, taxonomy.load()),
        "latency_ms": {"model": decision.model_ms},
        "usage": _usage(answered),
        "engines": {},
        "warnings": list(decision.warnings),
    }
    if options.targets:
        targets.add(found, options.targets)
    return found


def model(active: Active) -> Model:
    """Which version answers; 0 is the release's own edge student."""
    return {"version": active.version, "run_id": active.run_id, "teacher": active.teacher}


def on_trial(active: Active) -> OnTrial | None:
    """What is on trial beside it."""
    if (found := active.candidate) is None:
        return None
    started_at = found.started_at.isoformat()
    return {
        "version": found.version,
        "run_id": found.run_id,
        "mode": found.mode,
        "share": found.share,
        "started_at": started_at,
    }


def success(body: Mapping[str, Any]) -> dict[str, Any]:
    """200 with this body."""
    return document(json.dumps(body, allow_nan=False))


def document(text: str) -> dict[str, Any]:
    """200 with this JSON text."""
    return {"statusCode": 200, "headers": _HEADERS, "body": text}


def error_body(error: RouteError) -> ErrorBody:
    """Code and message of an error."""
    return {"code": error.code, "message": str(error)}


def failure(error: RouteError, *, request_id: str) -> dict[str, Any]:
    """The error's status and the one error shape."""
    again = {"Retry-After": "5"} if error.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    whole: Error = {**error_body(error), "request_id": request_id}
    body = json.dumps(whole)
    return {"statusCode": int(error.status), "headers": {**_HEADERS, **again}, "body": body}


def _usage(answered: Answered) -> Usage:
    """Both models' tokens where a canary's were paid in vain."""
    decision, attempt = answered.decision, answered.attempt
    costs = [_cost(answered.by.distilled, decision.input_tokens, decision.output_tokens)]
    tokens = [decision.input_tokens, decision.output_tokens]
    if attempt:
        costs.append(_cost(attempt.candidate.distilled, attempt.input_tokens, attempt.output_tokens))
        tokens = [tokens[0] + attempt.input_tokens, tokens[1] + attempt.output_tokens]
    known = [cost for cost in costs if cost is not None]
    cost = round(sum(known), 9) if len(known) == len(costs) else None
    return {"input_tokens": tokens[0], "output_tokens": tokens[1], "cost_usd": cost}


def _cost(student: Distilled | None, *tokens: int) -> float | None:
    """USD; None if the table does not know the student: it has no price, not a price of 0."""
    try:
        return prices.load().cost(_paid_by_token(student), *tokens) if any(tokens) else 0.0
    except KeyError:
        return None


def _paid_by_token(student: Distilled | None) -> str:
    """The model by whose price a token is paid; none where model units are paid by the hour."""
    if student is None or is_provisioned(student.deployment_arn):
        return ""
    return base_of_custom(student.model_arn)
