"""A real boto3 client on top of the handlers: requests never leave the process."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from local.bedrock.backend import Scale, Trained, Verdict
from local.bedrock.cards import Card, Cards, Role
from local.bedrock.core import Core
from local.bedrock.jobs import JobFailedError
from local.bedrock.models.types import Completion, Request
from local.bedrock.names import Place
from local.bedrock.service import Bedrock
from local.bedrock.wire import HttpRequest

ROLE = "arn:aws:iam::000000000000:role/service"
STUDENT = "amazon.nova-micro-v1:0:128k"
ANSWER = '{"visual": 0.5, "audio": 0.1, "transcription": 0.2, "metadata": 0.2, "reasoning": "seen"}'

CARDS = (
    Card(
        id="amazon.nova-pro-v1:0", name="Nova Pro", provider="Amazon", role="teacher",
        profiles=("us.amazon.nova-pro-v1:0",),
    ),
    Card(
        id="amazon.nova-premier-v1:0", name="Nova Premier", provider="Amazon", role="teacher", lifecycle="LEGACY",
        end=datetime(2026, 9, 14, tzinfo=UTC), profiles=("us.amazon.nova-premier-v1:0",), on_demand=False,
    ),
    Card(
        id="amazon.nova-micro-v1:0", name="Nova Micro", provider="Amazon", role="base",
        profiles=("us.amazon.nova-micro-v1:0",),
    ),
    Card(
        id=STUDENT, name="Nova Micro", provider="Amazon", role="base",
        customizations=("FINE_TUNING", "DISTILLATION"), on_demand=False,
    ),
    Card(
        id="anthropic.claude-sonnet-4-6", name="Claude Sonnet 4.6", provider="Anthropic", role="judge",
        profiles=("us.anthropic.claude-sonnet-4-6",), on_demand=False,
    ),
    Card(
        id="anthropic.claude-sonnet-4-5-v1:0", name="Claude Sonnet 4.5", provider="Anthropic", role="judge",
        lifecycle="LEGACY", customizations=("FINE_TUNING",),
    ),
)  # fmt: skip


@dataclass
class FakeModel:
    """Answers `text`, cut at the stop sequence; remembers what it was asked."""

    text: str = ANSWER
    asked: list[Request] = field(default_factory=list[Request])

    def complete(self, request: Request) -> Completion:
        self.asked.append(request)
        for stop in request.stop:
            if stop in self.text:
                return Completion(self.text.partition(stop)[0], "stop_sequence", 7, 3)
        return Completion(self.text, "end_turn", 7, 11)


@dataclass
class FakeBackend:
    """Counts what it trains on; rates by a table."""

    cards: Cards = field(default_factory=lambda: Cards(CARDS))
    models: dict[Role, FakeModel] = field(default_factory=dict[Role, FakeModel])
    trained_with: list[tuple[int, bool]] = field(default_factory=list[tuple[int, bool]])
    ratings: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    seconds_per_record: float = 0.0
    load_error: str | None = None

    def model(self, role: Role) -> FakeModel:
        return self.models.setdefault(role, FakeModel())

    def train(self, records: Iterable[Mapping[str, object]], teacher: object) -> Trained:
        count = 0
        for _ in records:
            count += 1
            time.sleep(self.seconds_per_record)
        self.trained_with.append((count, teacher is not None))
        return Trained(b"student", (1.2, 0.4))

    def load(self, artefact: bytes) -> FakeModel:
        if self.load_error:
            raise ValueError(self.load_error)
        return FakeModel(text=f"loaded {artefact.decode()}")

    def rate(
        self, *, instructions: str, prompt: str, prediction: str, reference: str | None, scale: Scale
    ) -> Verdict:
        self.ratings.append({"instructions": instructions, "prompt": prompt, "reference": reference})
        return Verdict(4.0 if prediction == reference else 2.0, f"because {prediction}")


@dataclass
class FakeFiles:
    """S3 as a dict."""

    objects: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def size(self, uri: str) -> int | None:
        return len(self.objects[uri]) if uri in self.objects else None

    def read(self, uri: str) -> bytes:
        if uri not in self.objects:
            raise JobFailedError(f"Unable to read {uri}")
        return self.objects[uri]

    def write(self, uri: str, body: bytes) -> None:
        self.objects[uri] = body

    def put_lines(self, uri: str, records: Iterable[object]) -> None:
        self.objects[uri] = "\n".join(json.dumps(record) for record in records).encode()


class Local:
    """An embedded Bedrock with clients of both services."""

    def __init__(self) -> None:
        self.files, self.backend = FakeFiles(), FakeBackend()
        place = Place("000000000000", "us-east-1")
        self.service = Bedrock(Core(place=place, files=self.files, backend=self.backend))
        self.control, self.runtime = self._client("bedrock"), self._client("bedrock-runtime")

    def send(
        self, service: str, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], Any]:
        """A raw request, for what a client would refuse to send."""
        parts = urlsplit(path)
        request = HttpRequest(method, unquote(parts.path), headers or {}, body, parse_qs(parts.query))
        answer = asyncio.run(self.service.handle(service, request))
        return answer.status, answer.headers, json.loads(answer.body or b"null")

    def _client(self, service: str) -> Any:
        client = boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url="http://localhost:1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

        def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
            parts = urlsplit(str(request.url))
            body: Any = request.body or b""
            body = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else body.read()
            headers = {str(name).lower(): _text(value) for name, value in request.headers.items()}
            given = HttpRequest(str(request.method), unquote(parts.path), headers, body, parse_qs(parts.query))
            found = asyncio.run(self.service.handle(service, given))
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


def wait_until(read: Callable[[], Any], done: Callable[[Any], bool], seconds: float = 5.0) -> Any:
    """The first value that is done."""
    deadline = time.monotonic() + seconds
    while not done(value := read()):
        assert time.monotonic() < deadline, value
        time.sleep(0.005)
    return value


def records(count: int, **changed: object) -> list[dict[str, object]]:
    """Valid training records."""
    return [
        {
            "schemaVersion": "bedrock-conversation-2024",
            "system": [{"text": "Route."}],
            "messages": [
                {"role": "user", "content": [{"text": f"query {number}"}]},
                {"role": "assistant", "content": [{"text": ANSWER}]},
            ],
            **changed,
        }
        for number in range(count)
    ]


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
    job = finished(local, local.control.create_model_customization_job(**request)["jobArn"])
    created = local.control.create_custom_model_deployment(modelDeploymentName=name, modelArn=job["outputModelArn"])
    arn = created["customModelDeploymentArn"]
    get = local.control.get_custom_model_deployment
    wait_until(lambda: get(customModelDeploymentIdentifier=arn)["status"], lambda status: status != "Creating")
    return str(arn)
