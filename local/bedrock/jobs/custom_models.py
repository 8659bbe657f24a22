"""Custom models: what customization jobs leave behind. Get, List, Delete."""

from collections.abc import Callable
from dataclasses import dataclass, field

from local.bedrock.catalogue.cards import Card
from local.bedrock.names import Place
from local.bedrock.store import Resource, Store
from local.bedrock.wire.errors import conflict
from local.bedrock.wire.listing import select
from local.bedrock.wire.messages import Input, Output


@dataclass(kw_only=True)
class CustomModel(Resource):
    """A trained student. Its weights never leave the embedded Bedrock."""

    base: Card
    job_arn: str
    job_name: str
    request: Input
    loss: float | None
    artefact: bytes = field(repr=False)


class CustomModels:
    """The custom models of the account."""

    def __init__(self, place: Place) -> None:
        self.store: Store[CustomModel] = Store("custom model")
        self.in_use: list[Callable[[CustomModel], bool]] = []
        self._place = place
        self.operations = {
            "GetCustomModel": self.get,
            "ListCustomModels": self.list,
            "DeleteCustomModel": self.delete,
        }

    def get(self, request: Input) -> Output:
        """One model, with the job that made it."""
        model = self.store.get(str(request["modelIdentifier"]))
        kept = ("hyperParameters", "trainingDataConfig", "validationDataConfig", "outputDataConfig")
        return {
            **{name: model.request.get(name) for name in (*kept, "customizationConfig")},
            "modelArn": model.arn,
            "modelName": model.name,
            "jobName": model.job_name,
            "jobArn": model.job_arn,
            "baseModelArn": self._place.foundation_model(model.base.id),
            "customizationType": model.request["customizationType"],
            "trainingMetrics": None if model.loss is None else {"trainingLoss": model.loss},
            "creationTime": model.created,
            "modelStatus": "Active",
        }

    def list(self, request: Input) -> Output:
        """A page of models."""
        base = request.get("baseModelArnEquals") or request.get("foundationModelArnEquals")
        models = [item for item in self.store if base in {None, self._place.foundation_model(item.base.id)}]
        if request.get("modelStatus", "Active") != "Active":
            models = []  # a model exists only once its job has ended well
        page, token = select(models, request)
        return {"modelSummaries": [self._summary(model) for model in page], "nextToken": token}

    def delete(self, request: Input) -> Output:
        """Forget the model and its weights. Raises ConflictException while it is served."""
        with self.store.lock:
            model = self.store.get(str(request["modelIdentifier"]))
            if any(serves(model) for serves in self.in_use):
                raise conflict(
                    f"The custom model {model.arn} still has a deployment or provisioned throughput. Delete that first."
                )
            self.store.remove(model)
        return {}

    def _summary(self, model: CustomModel) -> Output:
        return {
            "modelArn": model.arn,
            "modelName": model.name,
            "creationTime": model.created,
            "baseModelArn": self._place.foundation_model(model.base.id),
            "baseModelName": model.base.name,
            "customizationType": model.request["customizationType"],
            "ownerAccountId": self._place.account,
            "modelStatus": "Active",
        }
