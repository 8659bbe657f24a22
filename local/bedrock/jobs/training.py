"""Model customization jobs, the work: validation, data processing, training."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from local.bedrock.catalogue.cards import Card
from local.bedrock.core import Core
from local.bedrock.jobs import dataset
from local.bedrock.jobs.background import Job, Status
from local.bedrock.jobs.custom_models import CustomModel, CustomModels
from local.bedrock.jobs.files import under
from local.bedrock.store import now
from local.bedrock.wire.messages import Input

_STEPS = ("validation", "dataProcessing", "training")
_OPERATION = "CreateModelCustomizationJob"


@dataclass
class _Step:
    started: datetime = field(default_factory=now)
    finished: datetime | None = None


@dataclass(kw_only=True)
class TrainingJob(Job):
    """A customization job. `loss` is the last training loss in nats; None before there is one."""

    request: Input
    base: Card
    teacher: Card | None
    model_arn: str | None = None
    loss: float | None = None
    _steps: dict[str, _Step] = field(default_factory=dict[str, _Step])

    def begin(self, step: str) -> None:
        """The step before has succeeded and this one runs. Raises StoppedError."""
        self.checkpoint()
        self.finish_step()
        self._steps[step] = _Step()
        self.touch()

    def finish_step(self) -> None:
        """The running step has succeeded."""
        for step in self._steps.values():
            step.finished = step.finished or now()

    def details(self) -> dict[str, object]:
        """As `statusDetails`: one entry per step."""
        return {f"{name}Details": self._detail(self._steps.get(name)) for name in _STEPS}

    def _detail(self, step: _Step | None) -> dict[str, object]:
        if step is None:
            return {"status": "NotStarted"}
        status = Status.COMPLETED if step.finished else self.status
        return {"status": status, "creationTime": step.started, "lastModifiedTime": step.finished or self.modified}


def run(core: Core, models: CustomModels, job: TrainingJob) -> str:
    """A job's work, from data to custom model. Returns its last status. Raises JobFailedError, StoppedError."""
    request, files = job.request, core.files_for(job.request)
    job.begin("validation")
    records = dataset.read(files.read(_uri(request["trainingDataConfig"])))
    job.begin("dataProcessing")
    usable = dataset.usable(records, str(request["customizationType"]))
    job.begin("training")
    core.disturb(_OPERATION, request)
    teacher = core.backend.model(job.teacher.role) if job.teacher else None
    trained = core.backend.train(_watched(job, usable), teacher)
    job.checkpoint()
    folder = f"model-customization-job-{job.arn.rpartition('/')[2]}"
    files.write(
        under(_uri(request["outputDataConfig"]), folder, "training_artifacts", "step_wise_training_metrics.csv"),
        _metrics(trained.losses),
    )
    _register(core, models, job, trained.artefact, trained.losses)
    job.finish_step()
    return Status.COMPLETED


def _register(core: Core, models: CustomModels, job: TrainingJob, artefact: bytes, losses: Sequence[float]) -> None:
    job.loss = losses[-1] if losses else None
    arn, name = core.place.arn("custom-model", job.base.id), str(job.request["customModelName"])
    model = CustomModel(
        arn=arn,
        name=name,
        base=job.base,
        job_arn=job.arn,
        job_name=job.name,
        request=job.request,
        loss=job.loss,
        artefact=artefact,
    )
    models.store.create({}, lambda: model)
    job.model_arn = arn


def _watched(job: TrainingJob, records: Sequence[dataset.Record]) -> Iterator[dataset.Record]:
    """The records, one by one, as long as nobody stops the job."""
    for record in records:
        job.checkpoint()
        yield record


def _metrics(losses: Sequence[float]) -> bytes:
    """The columns of step_wise_training_metrics.csv, one epoch per step: the embedded trainer works on full batches."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["step_number", "epoch_number", "training_loss"])
    rows.writerows((step, step, f"{loss:.6f}") for step, loss in enumerate(losses, start=1))
    return table.getvalue().encode()


def _uri(config: object) -> str:
    return cast("Mapping[str, str]", config)["s3Uri"]
