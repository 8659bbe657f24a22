"""Which embedded model answers for a `modelId`: what serves a custom model, a foundation model or a profile."""

from local.bedrock.catalogue.cards import Role, unknown_model
from local.bedrock.core import Core
from local.bedrock.models.types import Model
from local.bedrock.serving.deployments import Deployment, Deployments
from local.bedrock.serving.provisioned import Provisioned, ProvisionedThroughput
from local.bedrock.wire.errors import ApiError, end_of_life, not_found, validation

_DEPLOYMENT, _PROVISIONED = ":custom-model-deployment/", ":provisioned-model/"


class Serving:
    """Finds models for the runtime and for batch jobs."""

    def __init__(self, core: Core, deployments: Deployments, provisioned: ProvisionedThroughput) -> None:
        self._core = core
        self._deployments = deployments
        self._provisioned = provisioned

    def model(self, identifier: str) -> Model:
        """Ready to answer.

        Raises ResourceNotFoundException (nothing of that ARN, model past its end of life), ModelNotReadyException (what
        is being created), ValidationException (anything else that cannot be invoked).
        """
        if _DEPLOYMENT in identifier:
            return _ready("custom model deployment", identifier, self._deployments.store.find(identifier))
        if _PROVISIONED in identifier:
            return _ready("provisioned model", identifier, self._provisioned.store.find(identifier))
        return self._core.backend.model(self._foundation(identifier))

    def provider(self, identifier: str) -> str:
        """Whose native request format the model speaks, lower case. Raises as `model`."""
        if _DEPLOYMENT in identifier:
            return self._deployments.store.get(identifier).model.base.provider.lower()
        if _PROVISIONED in identifier:
            return self._provisioned.store.get(identifier).model.base.provider.lower()
        return self._core.backend.cards.known(identifier).provider.lower()

    def _foundation(self, identifier: str) -> Role:
        cards = self._core.backend.cards
        by_profile = cards.profile(identifier)
        card = by_profile or cards.model(identifier)
        if card is None:
            raise unknown_model()
        if card.ended:
            raise end_of_life(card.id)
        if by_profile is None and not card.on_demand:
            raise validation(
                f"Invocation of model ID {card.id} with on-demand throughput isn't supported. Retry your request "
                "with the ID or ARN of an inference profile that contains this model."
            )
        return card.role


def _ready(kind: str, arn: str, found: Deployment | Provisioned | None) -> Model:
    if found is None:
        raise not_found(f"The {kind} {arn} does not exist.")
    if found.status == "Failed":
        raise validation(f"The {kind} {arn} has failed.")
    if found.loaded is None:
        raise ApiError("ModelNotReadyException", "The model is not ready for inference. Please try again later.")
    return found.loaded
