"""Model customization jobs, the API: create, get, list, stop."""

from collections.abc import Mapping
from typing import cast

from local.bedrock.core import Core
from local.bedrock.jobs.custom_models import CustomModels
from local.bedrock.jobs.files import check_readable
from local.bedrock.jobs.pairs import check_base, check_teacher
from local.bedrock.jobs.training import TrainingJob, run
from local.bedrock.store import Store
from local.bedrock.wire.errors import conflict, validation
from local.bedrock.wire.listing import select
from local.bedrock.wire.messages import Input, Output

_TYPES = ("DISTILLATION", "FINE_TUNING")


class Customization:
    """The customization jobs of the account."""

    def __init__(self, core: Core, models: CustomModels) -> None:
        self._core = core
        self._models = models
        self._jobs: Store[TrainingJob] = Store("model customization job")
        self.operations = {
            "CreateModelCustomizationJob": self.create,
            "GetModelCustomizationJob": self.get,
            "ListModelCustomizationJobs": self.list,
            "StopModelCustomizationJob": self.stop,
        }

    def create(self, request: Input) -> Output:
        """Accept a job and start it. Everything that can be seen without the data is checked here."""
        request = {"customizationType": "FINE_TUNING", **request}
        kind = str(request["customizationType"])
        if kind not in _TYPES:
            raise validation(f"The embedded Bedrock does not offer the customization type {kind}.")
        base = check_base(self._core.backend.cards, str(request["baseModelIdentifier"]), kind)
        teacher_id = _teacher_id(request)
        teacher = check_teacher(self._core.backend.cards, teacher_id, base) if teacher_id else None
        for uri in _inputs(request):
            check_readable(self._core.files_for(request), uri)

        def make() -> TrainingJob:
            self._check_names(request)
            arn = self._core.place.arn("model-customization-job", base.id)
            return TrainingJob(arn=arn, name=str(request["jobName"]), request=request, base=base, teacher=teacher)

        job, new = self._jobs.create(request, make)
        if new:
            self._core.workers.submit(job, lambda: run(self._core, self._models, job))
        return {"jobArn": job.arn}

    def get(self, request: Input) -> Output:
        """All about one job."""
        job = self._jobs.get(str(request["jobIdentifier"]))
        names = ("clientRequestToken", "roleArn", "hyperParameters", "trainingDataConfig", "outputDataConfig")
        given = ("customizationType", "customizationConfig", "vpcConfig", *names)
        return {
            **{name: job.request.get(name) for name in given},
            **self._summary(job),
            "outputModelName": job.request["customModelName"],
            "outputModelArn": job.model_arn,
            "validationDataConfig": job.request.get("validationDataConfig", {"validators": []}),
            "failureMessage": job.failure,
            "trainingMetrics": None if job.loss is None else {"trainingLoss": job.loss},
        }

    def list(self, request: Input) -> Output:
        """A page of jobs."""
        page, token = select(self._jobs, request)
        more = ("customModelName", "customizationType")
        summaries = [
            {**self._summary(job), **{name: job.request[name] for name in more}, "customModelArn": job.model_arn}
            for job in page
        ]
        return {"modelCustomizationJobSummaries": summaries, "nextToken": token}

    def stop(self, request: Input) -> Output:
        """Ask a job to stop."""
        self._jobs.get(str(request["jobIdentifier"])).stop()
        return {}

    def _check_names(self, request: Input) -> None:
        job, model = str(request["jobName"]), str(request["customModelName"])
        if any(item.name == job for item in self._jobs):
            raise conflict(f"A model customization job with the name {job} already exists.")
        pending = any(item.running and item.request["customModelName"] == model for item in self._jobs)
        if pending or self._models.store.find(model):
            raise conflict(f"A custom model with the name {model} already exists.")

    def _summary(self, job: TrainingJob) -> Output:
        return {
            "jobArn": job.arn,
            "jobName": job.name,
            "baseModelArn": self._core.place.foundation_model(job.base.id),
            "status": job.status,
            "statusDetails": job.details(),
            "creationTime": job.created,
            "lastModifiedTime": job.modified,
            "endTime": job.ended,
        }


def _teacher_id(request: Input) -> str | None:
    """The teacher of a distillation; None for a fine-tuning. Raises ValidationException if the two contradict."""
    config = cast("Mapping[str, Mapping[str, Mapping[str, str]]]", request.get("customizationConfig", {}))
    distillation = config.get("distillationConfig")
    if request["customizationType"] == "FINE_TUNING":
        if distillation:
            raise validation("distillationConfig is for the customization type DISTILLATION only.")
        return None
    if not distillation:
        raise validation("The customization type DISTILLATION needs customizationConfig.distillationConfig.")
    return distillation["teacherModelConfig"]["teacherModelIdentifier"]


def _inputs(request: Input) -> list[str]:
    """URIs of all data files. Raises ValidationException for what the embedded Bedrock cannot read."""
    training = cast("Mapping[str, str]", request["trainingDataConfig"])
    if "s3Uri" not in training:
        raise validation("trainingDataConfig.s3Uri is missing. The embedded Bedrock does not read invocation logs.")
    config = cast("Mapping[str, list[Mapping[str, str]]]", request.get("validationDataConfig", {}))
    return [training["s3Uri"], *(item["s3Uri"] for item in config.get("validators", []))]
