"""Doors of the deploy room: create, watch, warm, delete and retire deployments; move the active pointer."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Json

from bedrock import deployment
from bedrock.converse import Question, asker
from bedrock.errors import Refused
from deploy import serving
from deploy.promote import NotHolder, promote_run, take_out
from deploy.retire import retire_older
from deploy.trial import end_trial
from doors import count, door, logger
from doors.clients import client, environment
from intent import prompts, taxonomy
from intent.pointer import Edge
from intent.runs import job_names
from intent.serving import Serving
from intent.weights import Parsed, parse
from store.lease import Lease
from store.objects import Objects
from store.pointer import PointerStore
from store.versions import VersionStore

WARM_UP = "red car chase at night"


class _Environment(BaseModel):
    pointer_parameter: str
    data_bucket: str


class _HowEnvironment(BaseModel):
    serving: Json[Serving] | None


class _Topic(BaseModel):
    topic_arn: str
    stage: str


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CreateRequest(_Request):
    """The run's custom model, to be deployed. `attempt`: one more each time that the run was resumed."""

    run_id: str
    attempt: int = 1
    model_arn: str


class DeploymentRequest(_Request):
    """A deployment, or provisioned throughput, by ARN."""

    deployment_arn: str


class DeleteRequest(_Request):
    """The run whose deployments and models are not wanted, of all its attempts. `keep`: look, but leave them."""

    run_id: str
    attempt: int = 1
    keep: bool = False


class PromoteRequest(_Request):
    """What the pointer will name, and who asks. `job_arn`: the customization job that made the model."""

    run_id: str
    execution_arn: str
    deployment_arn: str
    model_arn: str
    job_arn: str | None = None
    edge: Edge


class RetireRequest(_Request):
    """The run that has promoted."""

    run_id: str
    execution_arn: str


class _State(BaseModel):
    value: str
    reason: str = ""
    timestamp: datetime


class _Alarm(BaseModel):
    alarmName: str  # noqa: N815  (CloudWatch's spelling)
    state: _State


class AlarmEvent(BaseModel):
    """EventBridge's "CloudWatch Alarm State Change"; of its fields, those that matter here.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """

    detail: _Alarm


@door(CreateRequest)
def create(request: CreateRequest) -> dict[str, Any]:
    """Put the run's model into service as the stack is set, or adopt what any attempt of it has made for that model."""
    names = job_names(request.run_id, "student", request.attempt)
    try:
        return {"ok": True, "deployment_arn": serving.create(client("bedrock"), names, request.model_arn, _how())}
    except Refused as refused:
        return {"ok": False, "error": refused.code, "message": str(refused)}


@door(DeploymentRequest)
def status(request: DeploymentRequest) -> dict[str, Any]:
    """Where the deployment stands."""
    found = serving.status(client("bedrock"), request.deployment_arn)
    return {"status": found.status, "reason": found.reason}


@door(DeploymentRequest)
def warm(request: DeploymentRequest) -> dict[str, Any]:
    """Ask one query, so that the first user does not wait; says whether the answer obeys the contract."""
    domain = taxonomy.load()
    reply = asker(client("bedrock-runtime"))(
        Question(request.deployment_arn, prompts.student(domain), WARM_UP, stop=(prompts.STOP,))
    )
    return {"ok": isinstance(parse(reply.text, domain.modalities), Parsed), "latency_ms": reply.latency_ms}


@door(DeleteRequest)
def delete(request: DeleteRequest) -> dict[str, Any]:
    """Delete the run's deployments and custom models, unless the active version or what to go back to is this run's.

    A run that has promoted may still end badly (its notification fails): what it promoted stays.
    """
    if request.keep:
        return {"deleted": [], "kept": "asked"}
    if not take_out(pointers=_pointers(), versions=VersionStore(_objects()), run_id=request.run_id):
        return {"deleted": [], "kept": "active"}
    bedrock, attempt = client("bedrock"), request.attempt
    students, models = (job_names(request.run_id, purpose, attempt) for purpose in ("student", "distill"))
    gone, left = serving.delete_named(bedrock, students, _how())
    if left:  # then their models cannot go either
        return {"deleted": ["deployment"] if gone else [], "left": left}
    dropped = [name for name in models if deployment.delete_model(bedrock, name)]
    return {"deleted": [kind for kind, names in (("deployment", gone), ("model", dropped)) if names]}


@door(PromoteRequest)
def promote(request: PromoteRequest) -> dict[str, Any]:
    """Move the active pointer to this run's students, if this execution still holds the lease."""
    try:
        found = promote_run(
            objects=_objects(),
            lease=_lease(),
            pointers=_pointers(),
            execution_arn=request.execution_arn,
            run_id=request.run_id,
            deployment_arn=request.deployment_arn,
            model_arn=request.model_arn,
            job_arn=request.job_arn,
            edge=request.edge,
            now=datetime.now(UTC),
        )
    except NotHolder as error:
        return {"ok": False, "error": "LeaseLost", "message": str(error)}
    if found.dropped:
        logger.warning("candidate_dropped", extra={"candidate": found.dropped.version, "by": found.number})
    if found.on_trial:
        return {"ok": True, "version": found.number, "parent": found.pointer.version, "on_trial": True}
    count("Promotions")
    return {"ok": True, "version": found.number, "parent": found.pointer.parent}


@door(RetireRequest)
def retire(request: RetireRequest) -> dict[str, Any]:
    """Take older versions out of service: the active one and its parent stay warm. Again changes nothing."""
    try:
        done = retire_older(
            bedrock=client("bedrock"),
            versions=VersionStore(_objects()),
            pointers=_pointers(),
            lease=_lease(),
            execution_arn=request.execution_arn,
            how=_how(),
        )
    except NotHolder as error:
        return {"ok": False, "error": "LeaseLost", "message": str(error)}
    return {"ok": True, "deployments": done.deployments, "models": done.models, "left": done.left}


def _how() -> Serving:
    return environment(_HowEnvironment).serving or Serving()


@door(AlarmEvent)
def canary_stop(event: AlarmEvent) -> dict[str, Any]:
    """End the trial that an alarm is about, and tell the topic why. Again, or without a trial, changes nothing.

    The alarm itself has told the topic as well: should this message be lost, that one is not.
    """
    alarm, state = event.detail.alarmName, event.detail.state
    found = end_trial(_pointers(), began_before=state.timestamp) if state.value == "ALARM" else None
    if found is None:
        return {"stopped": None, "alarm": alarm}
    count("CandidatesStopped")
    settings = environment(_Topic)
    message = {
        "verdict": "candidate stopped",
        "reason": state.reason,
        "alarm": alarm,
        "version": found.version,
        "run_id": found.run_id,
        "mode": found.mode,
        "share": found.share,
        "started_at": found.started_at.isoformat(),
    }
    subject = f"Intent router {settings.stage}: candidate v{found.version} stopped"
    client("sns").publish(TopicArn=settings.topic_arn, Subject=subject, Message=json.dumps(message, indent=1))
    return {"stopped": found.version, "alarm": alarm}


def _objects() -> Objects:
    return Objects(client("s3"), environment(_Environment).data_bucket)


def _lease() -> Lease:
    return Lease(client("s3"), environment(_Environment).data_bucket)


def _pointers() -> PointerStore:
    return PointerStore(client("ssm"), environment(_Environment).pointer_parameter)
