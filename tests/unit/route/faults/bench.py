"""The real handler over real clients of its three services, answered on the wire; only waiting moves its clock."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema
import pytest
from botocore.config import Config
from jsonschema.protocols import Validator

from local import openapi
from route import handler
from tests.unit.intent.test_pointer import VALUE
from tests.unit.route.samples import BLOB, POINTER, event
from tests.unit.samples import ANSWER
from tests.unit.wire import Raw, Script, Wire, said

PROMPT, STORES = (vars(handler)[name] for name in ("_PROMPT", "_STORES"))
ENVIRONMENT = {
    "DATA_BUCKET": "data",
    "POINTER_PARAMETER": "/intent-router/dev/active",
    "ROUTE_MODE": "distilled",
    "LOG_SALT": "salt",
}
_CONFIGS: Mapping[str, Config] = {"bedrock-runtime": PROMPT, "ssm": STORES, "s3": STORES}


@cache
def wires() -> dict[str, Wire]:
    """One client per service for all tests: making one takes 0.1 s."""
    return {service: Wire(service, config) for service, config in _CONFIGS.items()}


def pointer(value: str = POINTER.model_dump_json(), version: int = 1) -> dict[str, Any]:
    """SSM's answer."""
    name = ENVIRONMENT["POINTER_PARAMETER"]
    return {"Parameter": {"Name": name, "Type": "String", "Value": value, "Version": version}}


def promoted_since() -> dict[str, Any]:
    """SSM's answer after the next promotion: another deployment, the same edge student."""
    distilled = {**VALUE["distilled"], "deployment_arn": POINTER.distilled.deployment_arn + "next"}
    newer = POINTER.model_copy(update={"version": 4, "distilled": type(POINTER.distilled).model_validate(distilled)})
    return pointer(newer.model_dump_json(), 2)


@dataclass(frozen=True)
class Outcome:
    """What a caller and the operator see of one request. `seconds`: waited, on the clock of the bench."""

    status: int
    body: dict[str, Any]
    metrics: dict[str, float]
    seconds: float


class Context:
    """Lambda's, with so many milliseconds left."""

    aws_request_id = "lambda-1"

    def __init__(self, left_ms: int) -> None:
        self._left_ms = left_ms

    def get_remaining_time_in_millis(self) -> int:
        return self._left_ms


class Bench:
    """All is well until `bedrock`, `ssm` or `s3` is told otherwise."""

    def __init__(self, printed: Callable[[], str]) -> None:
        self.bedrock, self.ssm, self.s3 = (wires()[service] for service in _CONFIGS)
        self.now = 0.0
        self._mended = 0
        self._printed = printed
        self._heard: Callable[[str], object] = len
        self.all_well()
        self.forget_calls()

    def all_well(self) -> None:
        self.bedrock.on("Converse", said(ANSWER))
        self.ssm.on("GetParameter", pointer())
        self.s3.on("GetObject", Raw(BLOB))

    def forget_calls(self) -> None:
        for wire in (self.bedrock, self.ssm, self.s3):
            wire.calls.clear()
            wire.bodies.clear()
            wire.attempts = 0

    def after(self, seconds: float, answer: Any) -> Script:
        """The answer, so much later."""

        def script(_: object) -> Any:
            self.now += seconds
            return answer

        return script

    def mend(self) -> None:
        """All is well with the model, and one query finds it so: failures before it no longer open the breaker."""
        self.bedrock.on("Converse", said(ANSWER))
        self._mended += 1
        assert self.route({"query": f"well {self._mended}"}).body["source"] == "distilled"

    def listen(self, heard: Callable[[str], object]) -> None:
        """Tell `heard` what each request prints."""
        self._heard = heard

    def route(self, body: object = None, left_ms: int = 20_000, **changed: Any) -> Outcome:
        """Ask; whatever is answered must be what the contract says."""
        started = self.now
        self._printed()
        result = handler.route(event(body, **changed), Context(left_ms))
        found = json.loads(result["body"], parse_constant=pytest.fail)
        obeys(result["statusCode"], found)
        printed = self._printed()
        self._heard(printed)
        lines = [json.loads(line) for line in printed.splitlines() if '"_aws"' in line]
        metrics = {name: float(sum(value)) for line in lines for name, value in line.items() if isinstance(value, list)}
        return Outcome(result["statusCode"], found, metrics, self.now - started)


@cache
def _validator(status: int) -> Validator:
    document = json.loads(openapi.FILE.read_text("utf-8"))
    responses = document["paths"]["/route"]["post"]["responses"]
    assert str(status) in responses, f"{status} is not documented"
    schema = responses[str(status)]["content"]["application/json"]["schema"]
    return jsonschema.Draft202012Validator({**schema, "components": document["components"]})


def obeys(status: int, body: dict[str, Any]) -> None:
    """The answer is one of the document's, closed, and its weights are exactly 1 together."""
    _validator(status).validate(body)
    if status == 200:
        weights = [Decimal(str(weight)) for weight in body["weights"].values()]
        assert sum(weights) == 1
        assert all(weight.as_tuple().exponent in range(-4, 1) and 0 <= weight <= 1 for weight in weights)
        assert sorted(body["ranked"]) == sorted(body["weights"])
    else:
        assert set(body) == {"code", "message", "request_id"}
