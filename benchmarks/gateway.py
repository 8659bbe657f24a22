"""Queries as API Gateway would send them to a function."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

Side = Callable[[dict[str, Any], object], dict[str, Any]]
"""A Lambda handler."""

_FILE = Path(__file__).parent / "data" / "written_test.jsonl"
_EVENT: dict[str, Any] = {
    "resource": "/route",
    "path": "/route",
    "httpMethod": "POST",
    "headers": {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Host": "api.example",
        "X-Amzn-Trace-Id": "Root=1",
    },
    "requestContext": {"requestId": "00000000-0000-4000-8000-000000000000", "stage": "dev", "httpMethod": "POST"},
    "isBase64Encoded": False,
}


class Context:
    """What Lambda passes along."""

    aws_request_id = "00000000-0000-4000-8000-000000000001"


def queries() -> list[str]:
    """Those that were written for the benchmark."""
    return [json.loads(line)["query"] for line in _FILE.read_text("utf-8").splitlines()]


def events() -> Iterator[dict[str, Any]]:
    """As API Gateway would send them, without end: each query with a number, so that no two are the same."""
    written = queries()
    for number in count():
        query = f"{written[number % len(written)]} take {number}"
        yield {**_EVENT, "body": json.dumps({"query": query})}
