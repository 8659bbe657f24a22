"""Provisioned throughput of custom models: create, get, list, delete. It costs nothing here and answers no faster."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.bedrock.core import Core
from local.bedrock.jobs.background import Job
from local.bedrock.jobs.custom_models import CustomModel, CustomModels
from local.bedrock.models.types import Model
from local.bedrock.serving.deployments import student
from local.bedrock.store import Store, now
from local.bedrock.wire.errors import conflict, not_found, validation
from local.bedrock.wire.listing import select
from local.bedrock.wire.messages import Input, Output

_CREATE = "CreateProvisionedModelThroughput"
_DAYS = {"OneMonth": 30, "SixMonths": 180}  # the service's own calendar is not documented


@dataclass(kw_only=True)
class Provisioned(Job):
    """Model units for a custom model, which answers once `loaded`. Statuses: Creating, InService, Failed."""

    status: str = "Creating"
    request: Input
    model: CustomModel
    loaded: Model | None = field(default=None, repr=False)

    @property
    def expires(self) -> datetime | None:
        """When the commitment's term is over; None without one."""
        days = _DAYS.get(str(self.request.get("commitmentDuration")))
        return None if days is None else self.created + timedelta(days=days)


class ProvisionedThroughput:
    """The provisioned throughput of the account."""

    def __init__(self, core: Core, models: CustomModels) -> None:
        self._core = core
        self._models = models
        self.store: Store[Provisioned] = Store("provisioned model")
        models.in_use.append(lambda model: any(item.model is model and item.status != "Failed" for item in self.store))
        self.operations = {
            _CREATE: self.create,
            "GetProvisionedModelThroughput": self.get,
            "ListProvisionedModelThroughputs": self.list,
            "DeleteProvisionedModelThroughput": self.delete,
        }

    def create(self, request: Input) -> Output:
        """Accept it and load the model in the background."""
        name = str(request["provisionedModelName"])

        def make() -> Provisioned:
            # The operation declares no ConflictException; what the service does with a name in use is not documented.
            if any(item.name == name for item in self.store):
                raise validation(f"A provisioned model with the name {name} already exists.")
            arn = self._core.place.arn("provisioned-model")
            return Provisioned(arn=arn, name=name, request=request, model=self._model(str(request["modelId"])))

        with self._models.store.lock:
            bought, new = self.store.create(request, make)
        if new:
            self._core.workers.submit(bought, lambda: self._load(bought))
        return {"provisionedModelArn": bought.arn}

    def get(self, request: Input) -> Output:
        """All about one."""
        found = self.store.get(str(request["provisionedModelId"]))
        return {**self._summary(found), "failureMessage": found.failure}

    def list(self, request: Input) -> Output:
        """A page of them."""
        wanted = request.get("modelArnEquals")
        page, token = select((item for item in self.store if wanted in {None, item.model.arn}), request)
        return {"provisionedModelSummaries": [self._summary(item) for item in page], "nextToken": token}

    def delete(self, request: Input) -> Output:
        """Give it back; its model stays. Raises ConflictException before the commitment's term is over."""
        with self.store.lock:
            found = self.store.get(str(request["provisionedModelId"]))
            if found.status != "Failed" and found.expires is not None and now() < found.expires:
                raise conflict(f"The commitment of {found.arn} ends on {found.expires:%Y-%m-%d}.")
            self.store.remove(found)
        return {}

    def _model(self, identifier: str) -> CustomModel:
        if model := self._models.store.find(identifier):
            return model
        if self._core.backend.cards.model(identifier):
            raise validation("The embedded Bedrock provisions custom models only.")
        raise not_found(f"The custom model {identifier} does not exist.")

    def _load(self, bought: Provisioned) -> str:
        self._core.disturb(_CREATE, bought.request)
        bought.loaded = student(self._core, bought.model)
        return "InService"

    def _summary(self, item: Provisioned) -> Output:
        units = item.request["modelUnits"]
        return {
            "provisionedModelName": item.name,
            "provisionedModelArn": item.arn,
            "modelArn": item.model.arn,
            "desiredModelArn": item.model.arn,
            "foundationModelArn": self._core.place.foundation_model(item.model.base.id),
            "modelUnits": units,
            "desiredModelUnits": units,
            "status": item.status,
            "commitmentDuration": item.request.get("commitmentDuration"),
            "commitmentExpirationTime": item.expires,
            "creationTime": item.created,
            "lastModifiedTime": item.modified,
        }
