"""A real boto3 client on top of the handlers: requests never leave the process."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from local.bedrock.core import Core
from local.bedrock.faults.client import PATH, Fault
from local.bedrock.names import Place
from local.bedrock.rights import Rights, Unasked
from local.bedrock.service import Bedrock
from local.bedrock.wire.messages import HttpAnswer, HttpRequest
from local.bedrock.wire.rest_json import Wire
from local.bedrock.wire.shapes import Checker
from tests.unit.local_bedrock.fakes import ROLE, STUDENT, FakeBackend, FakeFiles, records

# One session: each new one would read the service models again.
_SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")


# Constraints of outputs that the service itself cannot keep: a base model's name with spaces, pages of five jobs.
_NOT_KEPT = ("baseModelName", "'jobSummaries'")


def check_shape(name: str, request: HttpRequest, answer: HttpAnswer) -> None:
    """Whatever is answered satisfies the output's constraints in the service model, patterns and enums included."""
    if answer.status >= 300:
        return
    operation, checker = Wire(name).match(request).operation, Checker()
    if operation.output and not operation.output.payload:
        checker.decode(operation.output, json.loads(answer.body), "")
    assert [problem for problem in checker.problems if not any(part in problem for part in _NOT_KEPT)] == []


class Local:
    """An embedded Bedrock with clients of both services."""

    def __init__(self, rights: Rights | None = None) -> None:
        self.files, self.backend = FakeFiles(), FakeBackend()
        place = Place("000000000000", "us-east-1")
        self.service = Bedrock(Core(place=place, files=self.files, backend=self.backend, rights=rights or Unasked()))
        self.control, self.runtime = self._client("bedrock"), self._client("bedrock-runtime")

    def fault(self, *faults: Fault) -> None:
        """Switch these on, over HTTP as a test of the whole does."""
        body = json.dumps([asdict(fault) for fault in faults]).encode()
        assert self.send("bedrock", "PUT", PATH, body)[0] == 200

    def trained(self, request: Mapping[str, Any]) -> str:
        """The ARN of a freshly trained custom model."""
        return finished(self, self.control.create_model_customization_job(**request)["jobArn"])["outputModelArn"]

    def send(
        self, service: str, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], Any]:
        """A raw request, for what a client would refuse to send."""
        parts = urlsplit(path)
        request = HttpRequest(method, unquote(parts.path), headers or {}, body, parse_qs(parts.query))
        answer = asyncio.run(self.service.handle(service, request))
        return answer.status, answer.headers, json.loads(answer.body or b"null")

    def _client(self, service: str) -> Any:
        client = _SESSION.client(
            service,
            endpoint_url="http://localhost:1",
            config=Config(retries={"total_max_attempts": 1}),
        )

        def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
            parts = urlsplit(str(request.url))
            body: Any = request.body or b""
            body = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else body.read()
            headers = {str(name).lower(): _text(value) for name, value in request.headers.items()}
            given = HttpRequest(str(request.method), unquote(parts.path), headers, body, parse_qs(parts.query))
            found = asyncio.run(self.service.handle(service, given))
            check_shape(service, given, found)
            return AWSResponse(str(request.url), found.status, found.headers, _Raw(found.body))

        client.meta.events.register("before-send", answer)
        return client


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body

    def read(self, *_: object) -> bytes:
        body, self._body = self._body, b""
        return body


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class Refusal(NamedTuple):
    code: str
    status: int
    message: str


def refused(call: Callable[..., Any], **request: Any) -> Refusal:
    """The error that a client gets."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer: Any = caught.value.response
    return Refusal(answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"])


def wait_until(read: Callable[[], Any], done: Callable[[Any], bool], seconds: float = 5.0) -> Any:
    """The first value that is done."""
    deadline = time.monotonic() + seconds
    while not done(value := read()):
        assert time.monotonic() < deadline, value
        time.sleep(0.005)
    return value


@pytest.fixture
def local() -> Local:
    return Local()


@pytest.fixture
def distillation(local: Local) -> dict[str, Any]:
    """A request that works."""
    local.files.put_lines("s3://data/train.jsonl", records(120))
    teacher = {"teacherModelIdentifier": "amazon.nova-pro-v1:0", "maxResponseLengthForInference": 1000}
    return {
        "jobName": "run-1",
        "customModelName": "student-1",
        "roleArn": ROLE,
        "baseModelIdentifier": STUDENT,
        "customizationType": "DISTILLATION",
        "customizationConfig": {"distillationConfig": {"teacherModelConfig": teacher}},
        "trainingDataConfig": {"s3Uri": "s3://data/train.jsonl"},
        "outputDataConfig": {"s3Uri": "s3://data/out/"},
    }


def finished(local: Local, arn: str) -> dict[str, Any]:
    """The customization job, once it has ended."""
    return wait_until(
        lambda: local.control.get_model_customization_job(jobIdentifier=arn),
        lambda job: job["status"] not in {"InProgress", "Stopping"},
    )


def deployed(local: Local, request: Mapping[str, Any], name: str = "live") -> str:
    """The ARN of a deployment of a freshly trained model, out of Creating."""
    model = local.trained(request)
    created = local.control.create_custom_model_deployment(modelDeploymentName=name, modelArn=model)
    arn = created["customModelDeploymentArn"]
    get = local.control.get_custom_model_deployment
    wait_until(lambda: get(customModelDeploymentIdentifier=arn)["status"], lambda status: status != "Creating")
    return str(arn)
