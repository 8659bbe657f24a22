"""Writes the API's OpenAPI document, from the types that the route function reads and answers with.

`python -m local.openapi` writes `lambdas/route/openapi.json`; a test fails while that file differs.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from route import contract
from route.errors import InvalidRequest, NotFound, NotReady, RouteError, TooLarge, UnsupportedMedia
from route.request import MAX_QUERY
from route.schema import BatchRequest, RouteRequest

FILE = Path(__file__).parents[1] / "lambdas" / "route" / "openapi.json"
_REFERENCE = "#/components/schemas/{model}"
_ANSWERS = {
    "Routed": contract.Routed,
    "RoutedBatch": contract.RoutedBatch,
    "Health": contract.Health,
    "Version": contract.Version,
    "Error": contract.Error,
}
# What the gateway, or the function, answers but 200. The gateway's own codes: cdk/gateway.py.
_REFUSALS = {
    "400": "The body breaks the contract; the message names the field and the rule (`invalid_request`).",
    "403": "No valid key in the header `x-api-key` (`forbidden`).",
    "404": "There is no such endpoint (`not_found`).",
    "413": "The body is larger than any valid one (`too_large`).",
    "415": "The body is not declared as JSON (`unsupported_media_type`).",
    "429": "Too many requests a second (`too_many_requests`), or the key's quota is used up (`quota_exceeded`).",
    "500": "Something went wrong here; the request may be sent again (`internal`).",
    "503": "Nothing can answer at the moment; try again after `Retry-After` seconds (`not_ready`).",
    "504": "The answer took too long (`timeout`).",
}
_RAISED = (InvalidRequest, NotFound, TooLarge, UnsupportedMedia, NotReady, RouteError)
_EXAMPLE = "find where the coach shouts time out over crowd noise, 2024 finals"


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    schemas = _schemas()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Intent router",
            "version": "1.0.0",
            "description": "How much each index of a video search engine should count for a query.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": {
            "/route": {"post": _post("route", "Weigh one query", "RouteRequest", "Routed", {"query": _EXAMPLE})},
            "/route/batch": {
                "post": _post(
                    "routeBatch", "Weigh up to 100 queries", "BatchRequest", "RoutedBatch", {"queries": [_EXAMPLE]}
                )
            },
            "/health": {"get": _get("health", "Can it answer, and with what", "Health")},
            "/version": {"get": _get("version", "Which version answers", "Version")},
            "/openapi.json": {"get": _get("openapi", "This document", None)},
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        },
    }


def _schemas() -> dict[str, Any]:
    _, requests = models_json_schema(
        [(RouteRequest, "validation"), (BatchRequest, "validation")], ref_template=_REFERENCE
    )
    found: dict[str, Any] = dict(requests["$defs"])
    query = found["RouteRequest"]["properties"]["query"]
    assert query["maxLength"] == MAX_QUERY
    found["BatchRequest"]["properties"]["queries"]["items"] = {
        "description": "A query as in POST /route. Anything else is answered with an error in its place."
    }
    for name, kind in _ANSWERS.items():
        schema = TypeAdapter(kind).json_schema(ref_template=_REFERENCE, mode="serialization")
        found |= schema.pop("$defs", {})
        found[name] = schema
    return dict(sorted(found.items()))


def _post(operation: str, summary: str, request: str, answer: str, example: object) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": _REFERENCE.format(model=request)}, "example": example}}
    return {
        "operationId": operation,
        "summary": summary,
        "requestBody": {"required": True, "content": content},
        "responses": _responses(answer, _REFUSALS),
    }


def _get(operation: str, summary: str, answer: str | None) -> dict[str, Any]:
    refusals = {status: text for status, text in _REFUSALS.items() if status not in {"400", "413", "415"}}
    return {"operationId": operation, "summary": summary, "responses": _responses(answer, refusals)}


def _responses(answer: str | None, refusals: dict[str, str]) -> dict[str, Any]:
    schema = {"$ref": _REFERENCE.format(model=answer)} if answer else {"type": "object"}
    error = {"application/json": {"schema": {"$ref": _REFERENCE.format(model="Error")}}}
    answered = {"200": {"description": "Answered.", "content": {"application/json": {"schema": schema}}}}
    return answered | {status: {"description": text, "content": error} for status, text in refusals.items()}


def statuses() -> set[int]:
    """What the function itself may answer but 200."""
    return {int(raised.status) for raised in _RAISED}


def text() -> str:
    """As it is written to the file."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
