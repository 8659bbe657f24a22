"""Custom model deployments: create, get, list, update, delete."""

from dataclasses import dataclass, field

from local.bedrock.core import Core
from local.bedrock.jobs.background import Job, JobFailedError
from local.bedrock.jobs.custom_models import CustomModel, CustomModels
from local.bedrock.models.types import Model
from local.bedrock.store import Store
from local.bedrock.wire.errors import conflict, not_found, validation
from local.bedrock.wire.listing import select
from local.bedrock.wire.messages import Input, Output

_CREATE = "CreateCustomModelDeployment"
_UPDATE = "UpdateCustomModelDeployment"


@dataclass(kw_only=True)
class Deployment(Job):
    """A custom model that can be invoked, once `loaded`. Statuses: Creating, Active, Failed."""

    status: str = "Creating"
    request: Input
    model: CustomModel
    loaded: Model | None = field(default=None, repr=False)
    update: dict[str, object] | None = None


class Deployments:
    """The deployments of the account."""

    def __init__(self, core: Core, models: CustomModels) -> None:
        self._core = core
        self._models = models
        self.store: Store[Deployment] = Store("custom model deployment")
        models.in_use.append(lambda model: any(item.model is model and item.status != "Failed" for item in self.store))
        self.operations = {
            _CREATE: self.create,
            "GetCustomModelDeployment": self.get,
            "ListCustomModelDeployments": self.list,
            _UPDATE: self.update,
            "DeleteCustomModelDeployment": self.delete,
        }

    def create(self, request: Input) -> Output:
        """Accept a deployment and load its model in the background."""
        name = str(request["modelDeploymentName"])

        def make() -> Deployment:
            # The operation declares no ConflictException; what the service does with a name in use is not documented.
            if any(item.name == name for item in self.store):
                raise validation(f"A custom model deployment with the name {name} already exists.")
            arn = self._core.place.arn("custom-model-deployment")
            return Deployment(arn=arn, name=name, request=request, model=self._model(request))

        with self._models.store.lock:
            deployment, new = self.store.create(request, make)
        if new:
            self._core.workers.submit(deployment, lambda: self._load(deployment))
        return {"customModelDeploymentArn": deployment.arn}

    def get(self, request: Input) -> Output:
        """All about one deployment."""
        deployment = self.store.get(str(request["customModelDeploymentIdentifier"]))
        return {
            "customModelDeploymentArn": deployment.arn,
            "modelDeploymentName": deployment.name,
            "modelArn": deployment.model.arn,
            "createdAt": deployment.created,
            "status": deployment.status,
            "description": deployment.request.get("description"),
            "updateDetails": deployment.update,
            "failureMessage": deployment.failure,
            "lastUpdatedAt": deployment.modified,
        }

    def list(self, request: Input) -> Output:
        """A page of deployments."""
        wanted = request.get("modelArnEquals")
        page, token = select((item for item in self.store if wanted in {None, item.model.arn}), request)
        return {"modelDeploymentSummaries": [_summary(item) for item in page], "nextToken": token}

    def update(self, request: Input) -> Output:
        """Put another custom model behind the same ARN; the old one answers until the new one is loaded."""
        with self._models.store.lock, self.store.lock:
            deployment = self.store.get(str(request["customModelDeploymentIdentifier"]))
            if deployment.status != "Active":
                raise validation(f"The deployment is {deployment.status}. Only an active one can be updated.")
            model = self._model(request)
            deployment.update = {"modelArn": model.arn, "updateStatus": "Updating"}
        change = Job(arn=deployment.arn, name=deployment.name)
        self._core.workers.submit(change, lambda: self._swap(deployment, model, request))
        return {"customModelDeploymentArn": deployment.arn}

    def delete(self, request: Input) -> Output:
        """Take a deployment down at once; its model stays. Raises ConflictException while it is being updated."""
        with self.store.lock:
            deployment = self.store.get(str(request["customModelDeploymentIdentifier"]))
            if deployment.update and deployment.update["updateStatus"] == "Updating":
                raise conflict(f"The deployment {deployment.arn} is being updated.")
            self.store.remove(deployment)
        return {}

    def _model(self, request: Input) -> CustomModel:
        arn = str(request["modelArn"])
        if model := self._models.store.find(arn):
            return model
        raise not_found(f"The custom model {arn} does not exist.")

    def _load(self, deployment: Deployment) -> str:
        self._core.disturb(_CREATE, deployment.request)
        deployment.loaded = self._student(deployment.model)
        return "Active"

    def _swap(self, deployment: Deployment, model: CustomModel, request: Input) -> str:
        status = "UpdateFailed"
        try:
            self._core.disturb(_UPDATE, request)
            loaded, status = self._student(model), "UpdateCompleted"
            deployment.model, deployment.loaded = model, loaded
        finally:
            deployment.update = {"modelArn": model.arn, "updateStatus": status}
            deployment.touch()
        return status

    def _student(self, model: CustomModel) -> Model:
        return student(self._core, model)


def student(core: Core, model: CustomModel) -> Model:
    """The trained student, ready to answer. Raises JobFailedError."""
    try:
        return core.backend.load(model.artefact)
    except ValueError as error:
        raise JobFailedError(f"The custom model cannot be loaded: {error}") from error


def _summary(deployment: Deployment) -> Output:
    return {
        "customModelDeploymentArn": deployment.arn,
        "customModelDeploymentName": deployment.name,
        "modelArn": deployment.model.arn,
        "createdAt": deployment.created,
        "status": deployment.status,
        "lastUpdatedAt": deployment.modified,
        "failureMessage": deployment.failure,
    }
