"""Doors of the deploy room: create, watch, warm and delete a deployment; move the active pointer."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bedrock import deployment
from bedrock.converse import Question, asker
from bedrock.errors import Refused
from deploy.promote import NotHolder, promote_run
from doors import count, door
from doors.clients import client, environment
from intent import prompts, taxonomy
from intent.pointer import Edge
from intent.runs import job_name
from intent.weights import Parsed, parse
from store.lease import Lease
from store.objects import Objects
from store.pointer import PointerStore

WARM_UP = "red car chase at night"


class _PointerEnvironment(BaseModel):
    pointer_parameter: str


class _PromoteEnvironment(_PointerEnvironment):
    data_bucket: str


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CreateRequest(_Request):
    """The run's custom model, to be deployed."""

    run_id: str
    model_arn: str


class DeploymentRequest(_Request):
    """A deployment by ARN."""

    deployment_arn: str


class DeleteRequest(_Request):
    """The run whose deployment and model are not wanted."""

    run_id: str


class PromoteRequest(_Request):
    """What the pointer will name, and who asks."""

    run_id: str
    execution_arn: str
    deployment_arn: str
    model_arn: str
    edge: Edge


@door(CreateRequest)
def create(request: CreateRequest) -> dict[str, Any]:
    """Create the run's deployment, or adopt the one that it has created before."""
    name = job_name(request.run_id, "student")
    try:
        return {"ok": True, "deployment_arn": deployment.create(client("bedrock"), name, request.model_arn)}
    except Refused as refused:
        return {"ok": False, "error": refused.code, "message": str(refused)}


@door(DeploymentRequest)
def status(request: DeploymentRequest) -> dict[str, Any]:
    """Where the deployment stands."""
    found = deployment.status(client("bedrock"), request.deployment_arn)
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
    """Delete the run's deployment and its custom model, unless the active pointer names them.

    A run that has promoted may still end badly (its notification fails): what it promoted stays.
    """
    active = PointerStore(client("ssm"), environment(_PointerEnvironment).pointer_parameter).read()
    if active is not None and active.run_id == request.run_id:
        return {"deleted": [], "kept": "active"}
    bedrock = client("bedrock")
    deleted = {
        "deployment": deployment.delete(bedrock, job_name(request.run_id, "student")),
        "model": deployment.delete_model(bedrock, job_name(request.run_id, "distill")),
    }
    return {"deleted": [kind for kind, existed in deleted.items() if existed]}


@door(PromoteRequest)
def promote(request: PromoteRequest) -> dict[str, Any]:
    """Move the active pointer to this run's students, if this execution still holds the lease."""
    settings = environment(_PromoteEnvironment)
    s3 = client("s3")
    try:
        pointer = promote_run(
            objects=Objects(s3, settings.data_bucket),
            lease=Lease(s3, settings.data_bucket),
            pointers=PointerStore(client("ssm"), settings.pointer_parameter),
            execution_arn=request.execution_arn,
            run_id=request.run_id,
            deployment_arn=request.deployment_arn,
            model_arn=request.model_arn,
            edge=request.edge,
            now=datetime.now(UTC),
        )
    except NotHolder as error:
        return {"ok": False, "error": "LeaseLost", "message": str(error)}
    count("Promotions")
    return {"ok": True, "version": pointer.version}
