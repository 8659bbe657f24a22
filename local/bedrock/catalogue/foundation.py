"""GetFoundationModel, ListFoundationModels, GetInferenceProfile."""

from local.bedrock.catalogue.cards import Card, Cards, unknown_model
from local.bedrock.names import Place
from local.bedrock.wire.errors import not_found
from local.bedrock.wire.messages import Input, Output

_US_REGIONS = ("us-east-1", "us-east-2", "us-west-2")  # of the `us.` profiles


class Foundation:
    """Read-only: the catalogue."""

    def __init__(self, cards: Cards, place: Place) -> None:
        self._cards = cards
        self._place = place
        self.operations = {
            "GetFoundationModel": self.get,
            "ListFoundationModels": self.list,
            "GetInferenceProfile": self.profile,
        }

    def get(self, request: Input) -> Output:
        """One model with its life cycle."""
        card = self._cards.model(str(request["modelIdentifier"]))
        if card is None:
            raise unknown_model()
        return {"modelDetails": self._details(card)}

    def list(self, request: Input) -> Output:
        """All models, or those that fit the filters."""
        return {"modelSummaries": [self._details(card) for card in self._cards if _fits(card, request)]}

    def profile(self, request: Input) -> Output:
        """One system-defined inference profile."""
        identifier = str(request["inferenceProfileIdentifier"])
        card = self._cards.profile(identifier)
        if card is None:
            raise not_found(f"The inference profile {identifier} does not exist.")
        profile_id = next(item for item in card.profiles if identifier.endswith(item))
        arn = self._place.foundation_model(card.id)
        regions = _US_REGIONS if profile_id.startswith("us.") else (self._place.region,)
        return {
            "inferenceProfileName": f"{profile_id.partition('.')[0].upper()} {card.name}",
            "inferenceProfileArn": self._place.profile(profile_id),
            "inferenceProfileId": profile_id,
            "models": [{"modelArn": arn.replace(self._place.region, region)} for region in regions],
            "status": "ACTIVE",
            "type": "SYSTEM_DEFINED",
        }

    def _details(self, card: Card) -> Output:
        lifecycle = {
            "status": card.lifecycle,
            "startOfLifeTime": card.start,
            "legacyTime": card.legacy,
            "endOfLifeTime": card.end,
        }
        return {
            "modelArn": self._place.foundation_model(card.id),
            "modelId": card.id,
            "modelName": card.name,
            "providerName": card.provider,
            "inputModalities": ["TEXT"],
            "outputModalities": ["TEXT"],
            "responseStreamingSupported": False,
            "customizationsSupported": card.customizations,
            "inferenceTypesSupported": card.inference_types,
            "modelLifecycle": lifecycle,
        }


def _fits(card: Card, request: Input) -> bool:
    provider = request.get("byProvider")
    customization = request.get("byCustomizationType")
    inference = request.get("byInferenceType")
    return (
        (provider is None or str(provider).lower() == card.provider.lower())
        and (customization is None or customization in card.customizations)
        and (inference is None or inference in card.inference_types)
        and request.get("byOutputModality", "TEXT") == "TEXT"
    )
