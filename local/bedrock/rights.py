"""What Bedrock asks IAM for, where policies are in force: MiniStack's check before it does not know the resources.

It asks for `bedrock:Converse`, which AWS does not have, and for most other operations on `*`; and it does not ask
whether a role may be handed over. So the call is looked at again, with MiniStack's evaluator, as AWS documents it:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html, read 2026-11.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from local.bedrock.catalogue.cards import Cards
from local.bedrock.names import Place
from local.bedrock.wire.errors import ApiError
from local.bedrock.wire.messages import Input

_CALLS = ("Converse", "InvokeModel")
_NAMED = ("jobIdentifier", "modelIdentifier", "customModelDeploymentIdentifier", "provisionedModelId", "modelArn")
_MODELS = ("modelId", "baseModelIdentifier")
_PROFILE_REGIONS = {"us": ("us-east-1", "us-east-2", "us-west-2")}  # inference-profiles-support, read 2026-11


@dataclass(frozen=True)
class Right:
    """An action on a resource, in a context."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict[str, str])


class Rights(Protocol):
    """Who may do what."""

    def lacks(self, headers: Mapping[str, str], right: Right) -> str | None:
        """Why the signer of these headers does not have it; None if they do."""
        ...


class Unasked:
    """Everybody may do everything: no policies are in force."""

    def lacks(self, headers: Mapping[str, str], right: Right) -> str | None:
        """As `Rights.lacks`."""
        del headers, right


class Evaluated:
    """As MiniStack's evaluator says."""

    def __init__(self, region: str) -> None:
        self._region = region

    def lacks(self, headers: Mapping[str, str], right: Right) -> str | None:
        """As `Rights.lacks`."""
        from ministack.core.iam_evaluator import AuthError, enforce  # noqa: PLC0415  (reads the environment on import)
        from ministack.core.router import extract_access_key_id  # noqa: PLC0415

        key, context = extract_access_key_id(dict(headers)), dict(right.context)
        denied = enforce(key, right.action, "bedrock", self._region, right.resource, context)
        if denied is None:
            return None
        if isinstance(denied, AuthError):
            return denied.message
        asked = f"is not authorized to perform: {right.action} on resource: {right.resource}"
        return f"User: {denied.principal_arn} {asked}"


def check(rights: Rights, headers: Mapping[str, str], wanted: Iterable[Right]) -> None:
    """Raises AccessDeniedException for the first right that is lacking."""
    for right in wanted:
        if reason := rights.lacks(headers, right):
            raise ApiError("AccessDeniedException", reason)


def wanted(operation: str, given: Input, place: Place, cards: Cards) -> Iterator[Right]:
    """What a call needs, as far as what it names says."""
    action = "bedrock:InvokeModel" if operation in _CALLS else f"bedrock:{operation}"
    for name in _MODELS:
        if name in given:
            yield from (Right(action, arn) for arn in _models(str(given[name]), place, cards))
    for name in _NAMED:
        if str(given.get(name, "")).startswith("arn:"):
            yield Right(action, str(given[name]))
    if "roleArn" in given:
        yield Right("iam:PassRole", str(given["roleArn"]), {"iam:PassedToService": "bedrock.amazonaws.com"})


def _models(identifier: str, place: Place, cards: Cards) -> Iterator[str]:
    """ARNs of what is called: of a profile, also its model in each Region that it may send the call to."""
    card = cards.profile(identifier)
    if card is None:
        yield identifier if identifier.startswith("arn:") else place.foundation_model(identifier)
        return
    profile = identifier.rpartition("/")[2]
    yield place.profile(profile)
    for region in _PROFILE_REGIONS.get(profile.partition(".")[0], ("", place.region)):  # global: no Region, and ours
        yield Place(place.account, region).foundation_model(card.id)
