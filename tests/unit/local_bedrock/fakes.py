"""What stands behind the embedded Bedrock in unit tests: a catalogue, models that answer at once, S3 as a dict."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from local.bedrock.backend import Scale, Trained, Verdict
from local.bedrock.catalogue.cards import Card, Cards, Role
from local.bedrock.jobs.background import JobFailedError
from local.bedrock.models.types import Completion, Request

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
    rating: str | ValueError | None = None
    seconds_per_record: float = 0.0
    load_error: str | None = None

    def model(self, role: Role) -> FakeModel:
        return self.models.setdefault(role, FakeModel())

    def train(self, records: Iterable[Mapping[str, object]], teacher: object) -> Trained:
        count = 0
        for _ in records:
            count += 1
            if self.seconds_per_record:
                time.sleep(self.seconds_per_record)
        self.trained_with.append((count, teacher is not None))
        return Trained(b"student", (1.2, 0.4))

    def load(self, artefact: bytes) -> FakeModel:
        if self.load_error:
            raise ValueError(self.load_error)
        return FakeModel(text=f"loaded {artefact.decode()}")

    def rate(self, *, instructions: str, prompt: str, prediction: str, reference: str | None, scale: Scale) -> Verdict:
        self.ratings.append({"instructions": instructions, "prompt": prompt, "reference": reference})
        if isinstance(self.rating, ValueError):
            raise self.rating
        return Verdict(self.rating or (4.0 if prediction == reference else 2.0), f"because {prediction}")


@dataclass
class FakeFiles:
    """S3 as a dict."""

    objects: dict[str, bytes] = field(default_factory=dict[str, bytes])
    roles: list[str] = field(default_factory=list[str])

    def of(self, role: str) -> "FakeFiles":
        self.roles.append(role)
        return self

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
