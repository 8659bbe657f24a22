"""Doors of the distill room: start, watch and stop the customization job; fit the edge student."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from bedrock import customization
from bedrock.errors import Refused
from distill.check import DataSetInvalid, check
from doors import door
from doors.clients import client, environment
from intent.runs import Keys, job_names
from store.lease import Lease
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


class StopRequest(RunRequest):
    """`attempt`: the run's last one; each may have a job."""

    attempt: int


class StatusRequest(BaseModel):
    """Names the job."""

    model_config = ConfigDict(extra="ignore")
    job_arn: str


def _objects() -> Objects:
    return Objects(client("s3"), environment(_Environment).data_bucket)


@door(RunRequest)
def start(request: RunRequest) -> dict[str, Any]:
    """Start the customization job, or adopt the one that any attempt of this run has started on the same file.

    A file that breaks Bedrock's rules, or is not the manifest's, is refused before a job is paid.
    """
    objects, keys, bedrock = _objects(), Keys(request.run_id), client("bedrock")
    plan = objects.read_json(keys.plan)
    run, digest = plan["run"], objects.read_json(keys.manifest)["sha256"]["train"]
    names = job_names(request.run_id, "distill", plan["attempt"])
    for name in names:
        if arn := customization.usable(bedrock, name, digest):
            return {"ok": True, "job_arn": arn}
    settings = environment(_StartEnvironment)
    training = customization.Training(
        name=names[0],
        digest=digest,
        role_arn=settings.customization_role_arn,
        student=run["student"],
        teacher=run["job_teacher"] if run["customization"] == "DISTILLATION" else None,
        training_uri=objects.uri(keys.split("train")),
        output_uri=objects.uri(keys.distill),
        key_arn=settings.key_arn,
    )
    key, rules = keys.split("train"), {name: run[name] for name in ("customization", "mode")}
    try:
        check(key, objects.stream_lines(key), **rules, digest=digest)
        if not Lease(client("s3"), objects.bucket).is_held_by(plan["execution_arn"]):
            return {"ok": False, "error": "LeaseLost", "message": "the lease is another run's: no job was started"}
        return {"ok": True, "job_arn": customization.start(bedrock, training)}
    except DataSetInvalid as invalid:
        return {"ok": False, "error": "DataSetInvalid", "message": str(invalid)}
    except Refused as refused:
        return {"ok": False, "error": refused.code, "message": str(refused)}


@door(StatusRequest)
def status(request: StatusRequest) -> dict[str, Any]:
    """Where the job stands."""
    found = customization.status(client("bedrock"), request.job_arn)
    return {"status": found.status, "reason": found.reason, "model_arn": found.model_arn}


@door(StopRequest)
def stop(request: StopRequest) -> dict[str, Any]:
    """Stop the run's jobs if they run."""
    names = job_names(request.run_id, "distill", request.attempt)
    return {"jobs": {name: customization.stop(client("bedrock"), name) for name in names}}


@door(RunRequest)
def edge(request: RunRequest) -> dict[str, Any]:
    """Fit the edge student on the records that Bedrock trains on."""
    from distill import edge_student  # noqa: PLC0415  (numpy and scipy: only this function has the science layer)

    return edge_student.fit(_objects(), Keys(request.run_id))
