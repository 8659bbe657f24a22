"""Doors of the distill room: start, watch and stop the customization job; fit the edge student."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from bedrock import customization
from bedrock.errors import Refused
from doors import door
from doors.clients import client, environment
from intent.runs import Keys, job_name
from store.objects import Objects


class _Environment(BaseModel):
    data_bucket: str


class _StartEnvironment(_Environment):
    customization_role_arn: str
    key_arn: str


class RunRequest(BaseModel):
    """Names the run."""

    model_config = ConfigDict(extra="forbid")
    run_id: str


class StatusRequest(BaseModel):
    """Names the job."""

    model_config = ConfigDict(extra="ignore")
    job_arn: str


def _objects() -> Objects:
    return Objects(client("s3"), environment(_Environment).data_bucket)


@door(RunRequest)
def start(request: RunRequest) -> dict[str, Any]:
    """Start the customization job, or adopt the one that this run has started before."""
    objects, keys = _objects(), Keys(request.run_id)
    run = objects.read_json(keys.plan)["run"]
    settings = environment(_StartEnvironment)
    training = customization.Training(
        name=job_name(request.run_id, "distill"),
        role_arn=settings.customization_role_arn,
        student=run["student"],
        teacher=run["job_teacher"] if run["customization"] == "DISTILLATION" else None,
        training_uri=objects.uri(keys.split("train")),
        output_uri=objects.uri(keys.distill),
        key_arn=settings.key_arn,
    )
    try:
        return {"ok": True, "job_arn": customization.start(client("bedrock"), training)}
    except Refused as refused:
        return {"ok": False, "error": refused.code, "message": str(refused)}


@door(StatusRequest)
def status(request: StatusRequest) -> dict[str, Any]:
    """Where the job stands."""
    found = customization.status(client("bedrock"), request.job_arn)
    return {"status": found.status, "reason": found.reason, "model_arn": found.model_arn}


@door(RunRequest)
def stop(request: RunRequest) -> dict[str, Any]:
    """Stop the run's job if it runs."""
    return {"status": customization.stop(client("bedrock"), job_name(request.run_id, "distill"))}


@door(RunRequest)
def edge(request: RunRequest) -> dict[str, Any]:
    """Fit the edge student on the records that Bedrock trains on."""
    from distill import edge_student  # noqa: PLC0415  (numpy and scipy: only this function has the science layer)

    return edge_student.fit(_objects(), Keys(request.run_id))
