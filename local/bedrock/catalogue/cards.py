"""Foundation models as the control plane sees them, by id, profile id or ARN."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from local.bedrock.store import now
from local.bedrock.wire.errors import ApiError, end_of_life, validation

Role = Literal["teacher", "base", "baseline", "judge"]
Lifecycle = Literal["ACTIVE", "LEGACY"]


@dataclass(frozen=True, kw_only=True)
class Card:
    """One foundation model. Times are UTC; `profiles` are ids of the inference profiles that contain it."""

    id: str
    name: str
    provider: str
    role: Role
    lifecycle: Lifecycle = "ACTIVE"
    start: datetime | None = None
    legacy: datetime | None = None
    end: datetime | None = None
    customizations: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    on_demand: bool = True

    @property
    def ended(self) -> bool:
        """Past its end of life: every request that needs it fails."""
        return self.end is not None and self.end <= now()

    @property
    def inference_types(self) -> list[str]:
        """As `inferenceTypesSupported`."""
        return ["ON_DEMAND"] if self.on_demand else []


class Cards:
    """The catalogue."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self._by_id = {card.id: card for card in cards}
        self._by_profile = {profile: card for card in self._by_id.values() for profile in card.profiles}

    def __iter__(self) -> Iterator[Card]:
        return iter(self._by_id.values())

    def model(self, identifier: str) -> Card | None:
        """By id or foundation-model ARN."""
        return self._by_id.get(_last(identifier, "foundation-model"))

    def profile(self, identifier: str) -> Card | None:
        """The model of an inference profile, by the profile's id or ARN."""
        return self._by_profile.get(_last(identifier, "inference-profile"))

    def known(self, identifier: str) -> Card:
        """A model by either, whatever its life cycle. Raises ValidationException."""
        card = self.model(identifier) or self.profile(identifier)
        if card is None:
            raise unknown_model()
        return card

    def usable(self, identifier: str) -> Card:
        """A model by either, fit for use. Raises ValidationException if unknown, ResourceNotFoundException if ended."""
        card = self.known(identifier)
        if card.ended:
            raise end_of_life(card.id)
        return card


def unknown_model() -> ApiError:
    """No model has that identifier."""
    return validation("The provided model identifier is invalid.")


def _last(identifier: str, kind: str) -> str:
    return identifier.rpartition(f":{kind}/")[2] if identifier.startswith("arn:") else identifier
