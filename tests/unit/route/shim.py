"""What API Gateway does with a request to the route, as a WSGI application: the key, the resource, the proxy event."""

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from route import handler
from route.endpoints import ENDPOINTS

from .samples import event

KEY = "key-of-the-test"
PATHS = {path for _, path in ENDPOINTS}


class Context:
    aws_request_id = "lambda-1"


def operations(schema: Any) -> list[Any]:
    """Every operation of a schema that schemathesis has read. Raises for one that is not valid."""
    return [found.ok() for found in schema.get_all_operations()]


def gateway(environ: Mapping[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """One request. Without the key it never reaches the function, nor with a path that is no resource."""
    path, verb = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    if environ.get("HTTP_X_API_KEY") != KEY:
        result = _own(403, "forbidden")
    elif path not in PATHS:
        result = _own(404, "not_found")
    else:
        result = handler.route(_event(environ, verb, path), Context())
    status = HTTPStatus(result["statusCode"])
    start_response(f"{status.value} {status.phrase}", list(result["headers"].items()))
    return [result["body"].encode()]


def _event(environ: Mapping[str, Any], verb: str, path: str) -> dict[str, Any]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    headers = {"Content-Type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {}
    given = body.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode()
    return event(given, resource=path, path=path, httpMethod=verb, headers=headers)


def _own(status: int, code: str) -> dict[str, Any]:
    """As cdk/gateway.py words it."""
    body = json.dumps({"code": code, "message": code, "request_id": "gateway"})
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": body}
