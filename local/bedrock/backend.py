"""What does the real work behind the API: the embedded models, seen through the narrowest seam."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from local.bedrock.catalogue.cards import Cards, Role
from local.bedrock.models.types import Model

Scale = Sequence[tuple[str, float | str]]


@dataclass(frozen=True)
class Verdict:
    """A judge's rating: the value of one entry of the scale, and why."""

    value: float | str
    explanation: str


@dataclass(frozen=True)
class Trained:
    """A student's artefact, and the mean training loss after each step, in nats."""

    artefact: bytes
    losses: tuple[float, ...]


class Backend(Protocol):
    """The embedded models. Every method may take long and is called from worker threads."""

    cards: Cards

    def model(self, role: Role) -> Model:
        """The model that plays this role."""
        ...

    def train(self, records: Iterable[Mapping[str, object]], teacher: Model | None) -> Trained:
        """A student. With a teacher it answers each prompt; without, the records' own answers count."""
        ...

    def load(self, artefact: bytes) -> Model:
        """The student in an artefact. Raises ValueError if it is damaged."""
        ...

    def rate(self, *, instructions: str, prompt: str, prediction: str, reference: str | None, scale: Scale) -> Verdict:
        """The judge's rating of one answer; `instructions` have their placeholders filled. Raises ValueError."""
        ...
