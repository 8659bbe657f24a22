"""The services behind the route function, on the wire of its real clients: a fifth of the model's calls fail."""

import io
import json
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError

from intent import taxonomy
from intent.weights import Weights, normalise

EDGE = (Path(__file__).parents[1] / "lambdas" / "route" / "release.bin").read_bytes()
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "load",
    "AWS_SECRET_ACCESS_KEY": "load",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_METRICS_NAMESPACE": "IntentRouter",
    "POWERTOOLS_SERVICE_NAME": "route",
    "DATA_BUCKET": "data",
    "POINTER_PARAMETER": "/intent-router/load/active",
    "ROUTE_MODE": "distilled",
    "LOG_SALT": "load",
}
_ACCOUNT = "arn:aws:bedrock:us-east-1:123456789012"
_POINTER = {
    "version": 1,
    "run_id": "load",
    "distilled": {
        "deployment_arn": f"{_ACCOUNT}:custom-model-deployment/load",
        "model_arn": f"{_ACCOUNT}:custom-model/amazon.nova-micro-v1:0:128k/load",
    },
    "edge": {"s3_key": "runs/load/edge/model.bin", "sha256": sha256(EDGE).hexdigest(), "threshold": 0.5},
    "teacher": "load",
    "dataset_sha256": "0" * 64,
    "promoted_at": datetime(2026, 11, 22, tzinfo=UTC).isoformat(),
}
_FIFTH = 5  # every fifth call fails, so that the breaker stays closed and each of the others is really asked
_WAYS = ("throttle", "error", "late", "prose", "nan")
_NUMBER = re.compile(r"take (-?\d+) of")


class _Body(io.BytesIO):
    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


def query_of(number: int) -> str:
    """Each its own, so that no cache answers."""
    return f"the crowd sings along in take {number} of the final"


def fails(query: str) -> bool:
    """Whether the student fails for this query."""
    found = _NUMBER.search(query)
    return found is not None and int(found.group(1)) % _FIFTH == 0


@contextmanager
def wired() -> Generator[Callable[[str], Weights]]:
    """The route's clients are answered here. Yields what the student says of a query when it is well."""
    from doors import light  # noqa: PLC0415  (doors reads the environment when it is imported)

    made = light.client

    def client(service: str, **settings: Any) -> Any:  # noqa: ANN401  (botocore builds client classes at run time)
        found = made(service, **settings)
        found.meta.events.register("before-send", _answer)
        return found

    with mock.patch.object(light, "client", client):
        yield _said


def _said(query: str) -> Weights:
    names = taxonomy.load().modalities
    digest = sha256(query.encode()).digest()
    return normalise({name: 1 + digest[place] for place, name in enumerate(names)}, names)


def _answer(request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
    operation = event_name.rpartition(".")[2]
    if operation == "GetParameter":
        return _response(request, {"Parameter": {"Value": json.dumps(_POINTER), "Version": 1, "Type": "String"}})
    if operation == "GetObject":
        return AWSResponse(str(request.url), 200, {}, _Body(EDGE))
    query = json.loads(bytes(request.body or b""))["messages"][0]["content"][0]["text"]
    return _converse(request, query)


def _converse(request: AWSPreparedRequest, query: str) -> AWSResponse:
    way = _WAYS[sha256(query.encode()).digest()[-1] % len(_WAYS)] if fails(query) else ""
    text = json.dumps(_said(query))
    if way == "throttle":
        return _response(request, {"message": "slow down"}, 429, "ThrottlingException")
    if way == "error":
        return _response(request, {"message": "sorry"}, 500, "InternalServerException")
    if way == "late":
        raise ReadTimeoutError(endpoint_url=str(request.url))
    text = {"prose": f"Sure! {text}", "nan": text.replace("0.", "NaN", 1)}.get(way, text)
    return _response(
        request,
        {
            "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 50, "outputTokens": 20, "totalTokens": 70},
        },
    )


def _response(request: AWSPreparedRequest, body: Any, status: int = 200, code: str = "") -> AWSResponse:  # noqa: ANN401
    headers = {"content-type": "application/json", **({"x-amzn-errortype": code} if code else {})}
    return AWSResponse(str(request.url), status, headers, _Body(json.dumps(body).encode()))
