"""The answer of POST /route and its errors, as API Gateway proxy results."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from intent import attributes, taxonomy
from route import targets
from route.active import Active
from route.contract import DecidedInBatch, Error, ErrorBody, Model, OnTrial, Usage
from route.cost import cost
from route.errors import RouteError
from route.request import Options
from route.trial import Answered

_json = json.JSONEncoder(allow_nan=False).encode
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
    return document(_json(body))


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
    paid = [(answered.by.distilled, answered.decision.input_tokens, answered.decision.output_tokens)]
    if attempt := answered.attempt:
        paid.append((attempt.candidate.distilled, attempt.input_tokens, attempt.output_tokens))
    costs = [cost(*one) for one in paid]
    known = [one for one in costs if one is not None]
    return {
        "input_tokens": sum(tokens for _, tokens, _ in paid),
        "output_tokens": sum(tokens for _, _, tokens in paid),
        "cost_usd": round(sum(known), 9) if len(known) == len(costs) else None,
    }
