"""A service seen from the wire: a real boto3 client, answered before anything is sent.

Serialisation, parameter checks, parsing and retries are botocore's own, so attempts can be counted.
"""

import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from moto.core.models import botocore_stubber

_SESSION = boto3.Session(aws_access_key_id="unit", aws_secret_access_key="unit", region_name="us-east-1")
Parameters = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """An error as the service sends it."""

    status: int
    code: str
    message: str = "injected"


@dataclass(frozen=True)
class Raw:
    """A body as it is, with status 200 or another."""

    body: bytes
    status: int = 200


Answer = Mapping[str, Any] | Fault | Raw | Exception
Script = Answer | Callable[[Parameters], Answer]


class Wire:
    """`wire.on("Converse", first, second)`: the answers in turn, the last one for ever. `calls` has what was asked,
    `bodies` what would have been sent.
    """

    def __init__(self, service: str, config: Config | None = None) -> None:
        self.calls: list[tuple[str, Parameters]] = []
        self.attempts = 0
        self.bodies: list[bytes] = []
        self.client: Any = _SESSION.client(service, config=config)
        self._scripts: dict[str, list[Script]] = {}
        self._asking = threading.local()  # a call's events all come on its own thread
        self.client.meta.events.register("before-parameter-build", self._note)
        self.client.meta.events.unregister("before-send", botocore_stubber)  # moto's, which every client has
        self.client.meta.events.register("before-send", self._answer)

    def on(self, operation: str, *answers: Script) -> "Wire":
        self._scripts[operation] = list(answers)
        return self

    def asked(self, operation: str) -> list[Parameters]:
        """Parameters of every call of this operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    def _note(self, params: Parameters, model: Any, **_: object) -> None:
        self._asking.parameters = dict(params)
        self.calls.append((model.name, self._asking.parameters))

    def _answer(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        self.attempts += 1
        self.bodies.append(request.body.encode() if isinstance(request.body, str) else bytes(request.body or b""))
        operation = event_name.rpartition(".")[2]
        scripts = self._scripts.get(operation)
        assert scripts, f"nobody expected {operation}"
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        answer = script(self._asking.parameters) if callable(script) else script
        if isinstance(answer, Exception):
            raise answer
        return _response(str(request.url), answer)


def _response(url: str, answer: Mapping[str, Any] | Fault | Raw) -> AWSResponse:
    headers = {"content-type": "application/json"}
    if isinstance(answer, Fault):
        headers["x-amzn-errortype"] = answer.code
        return AWSResponse(
            url, answer.status, headers, _Body(json.dumps({"__type": answer.code, "message": answer.message}).encode())
        )
    if isinstance(answer, Raw):
        return AWSResponse(url, answer.status, headers, _Body(answer.body))
    return AWSResponse(url, 200, headers, _Body(json.dumps(answer).encode()))


class _Body(io.BytesIO):
    """As urllib3 gives it: a stream, which S3's objects are read from."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


def said(text: str, stop_reason: str = "end_turn", tokens: tuple[int, int] = (50, 20)) -> dict[str, Any]:
    """Converse's answer."""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": stop_reason,
        "usage": {"inputTokens": tokens[0], "outputTokens": tokens[1], "totalTokens": sum(tokens)},
        "metrics": {"latencyMs": 12},
    }
