"""Doors of the generate room: plan a run, write its batches (one by one, or all by a job), assemble the data set."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bedrock import invocation
from bedrock.converse import asker
from bedrock.errors import BedrockError, Refused, forbidden
from bedrock.lifecycle import look_up
from doors import count, door
from doors.clients import client, environment
from generate import batches, job, resume
from generate.plan import first_batches, make, summary
from generate.preflight import check_cost, check_gate, check_models
from generate.probe import check_access
from generate.request import Rejected, resolve
from intent import prices, taxonomy
from intent.plan import Plan
from intent.pointer import Pointer
from intent.runs import Keys, job_name, job_names, run_id
from store.lease import Held, Lease
from store.objects import Objects
from store.pointer import PointerStore

TOLD = 280  # characters of a refusal: those of all batches must fit into one state's result


class _Environment(BaseModel):
    data_bucket: str


class _PlanEnvironment(_Environment):
    run_defaults: str
    pointer_parameter: str


class _JobEnvironment(_Environment):
    writing_role_arn: str
    key_arn: str


class PlanRequest(BaseModel):
    """Sent by the state machine: who runs, and the execution's own input."""

    execution_arn: str
    execution_name: str
    input: object = {}


class BatchRequest(BaseModel):
    """One batch of a run, counted from 1."""

    model_config = ConfigDict(extra="forbid")
    run_id: str
    batch: int


class JobRequest(BaseModel):
    """The run whose batches a job writes."""

    model_config = ConfigDict(extra="forbid")
    run_id: str


class JobStatusRequest(BaseModel):
    """The job."""

    model_config = ConfigDict(extra="forbid")
    job_arn: str


class JobCollectRequest(JobRequest):
    """The job that has written for the run."""

    job_arn: str


class JobStopRequest(JobRequest):
    """`attempt`: the run's last one; each may have a job."""

    attempt: int


class AssembleRequest(BaseModel):
    """`round`: rounds of topping up so far, from 0. `refused`: what became of the batches of this one."""

    model_config = ConfigDict(extra="forbid")
    run_id: str
    round: int
    refused: batches.Refusals = batches.Refusals()


def _objects() -> Objects:
    return Objects(client("s3"), environment(_Environment).data_bucket)


def _open(run: str) -> tuple[Objects, Keys, Plan]:
    objects, keys = _objects(), Keys(run)
    return objects, keys, Plan.model_validate(objects.read_json(keys.plan))


def _status(execution_arn: str) -> str | None:
    states = client("stepfunctions")
    try:
        return states.describe_execution(executionArn=execution_arn)["status"]
    except states.exceptions.ExecutionDoesNotExist:
        return None


@door(PlanRequest)
def plan(request: PlanRequest) -> dict[str, Any]:
    """Check all that can be checked before money is spent, take the lease, write `plan.json`; or resume a run."""
    run, objects = run_id(request.execution_name), _objects()
    try:
        check_gate()
        resumed = resume.wanted(request.input)
        run = resumed or run
        made = _resumed(objects, run, request) if resumed else _new(run, request)
    except Rejected as rejected:
        return {"ok": False, "run_id": run, "error": rejected.error, "message": str(rejected)}
    lease = Lease(client("s3"), objects.bucket)
    taken = lease.take(request.execution_arn, run, lambda holder: _status(holder) == "RUNNING")
    if isinstance(taken, Held):
        message = f"another run holds the lease: {taken.holder}; wait for it, or stop it, and start again"
        return {"ok": False, "run_id": run, "error": "LeaseHeld", "message": message}
    keys = Keys(run)
    made = made.model_copy(update={"active": _active()})  # read under the lease: no other run promotes from now on
    objects.write_json(keys.plan, made.model_dump(mode="json"))
    assembled = resumed is not None and resume.assembled(objects, keys)
    return dict(summary(made, resume.abandoned(objects, run, taken.abandoned), assembled=assembled))


def _active() -> Pointer | None:
    """The version in service, without what may be on trial beside it."""
    found = PointerStore(client("ssm"), environment(_PlanEnvironment).pointer_parameter).read()
    return found and found.without_candidate()


def _new(run: str, request: PlanRequest) -> Plan:
    """The plan of a new run. Raises Rejected."""
    now, domain = datetime.now(UTC), taxonomy.load()
    wanted = resolve(request.input, json.loads(environment(_PlanEnvironment).run_defaults))
    active = _active()
    checked = check_models(wanted, lambda model: look_up(client("bedrock"), model), now, active)
    estimate = check_cost(checked.run, first_batches(checked.run, domain), domain, prices.load(), active)
    check_access(checked.run, asker(client("bedrock-runtime", once=True)))
    return make(
        checked.run,
        domain,
        run_id=run,
        execution_arn=request.execution_arn,
        estimate={item.item: item.usd for item in estimate},
        now=now,
        substituted=checked.substituted,
        warnings=checked.warnings,
    )


def _resumed(objects: Objects, run: str, request: PlanRequest) -> Plan:
    """The plan of a run that goes on. Raises Rejected."""
    kept = resume.find(objects, run)
    resume.check(kept, request.input, taxonomy.load())
    if kept.execution_arn == request.execution_arn:  # a retry of this very call
        return kept
    resume.check_unfinished(kept, _status(kept.execution_arn), reported=objects.find(Keys(run).report) is not None)
    as_it_is = kept.run.model_copy(update={"on_legacy": "fail"})  # one run, one set of models
    check_models(as_it_is, lambda model: look_up(client("bedrock"), model), datetime.now(UTC))
    check_access(kept.run, asker(client("bedrock-runtime", once=True)))
    return resume.again(resume.where_it_stood(objects, kept), request.execution_arn)


@door(BatchRequest)
def batch(request: BatchRequest) -> dict[str, Any]:
    """Write one batch; one whose reply is there, by whichever road, is not paid again.

    `refused`, with Bedrock's code and words: the model may not be called, or not like this.
    """
    objects, keys, planned = _open(request.run_id)
    ask = asker(client("bedrock-runtime"))
    try:
        done = batches.write(objects, keys, planned, request.batch, taxonomy=taxonomy.load(), ask=ask)
    except BedrockError as error:
        if not forbidden(error):
            raise
        count("BatchesRefused")
        return {"batch": request.batch, "refused": error.brief(TOLD)}
    figures = done.written.figures()
    count("ExamplesKept", figures["kept"])
    count("ExamplesInvalid", figures["invalid"] + figures["off_cell"])
    if done.before == "unusable":
        count("RepliesUnusable")
    tokens = {"input_tokens": done.paid.input_tokens, "output_tokens": done.paid.output_tokens}
    return {"batch": request.batch, **figures, **tokens}


@door(JobRequest)
def job_start(request: JobRequest) -> dict[str, Any]:
    """Start the job that writes the batches, or adopt the one that this run has; too few batches are for the calls."""
    objects, keys, planned = _open(request.run_id)
    asked = job.wanted(objects, keys, planned, taxonomy.load())
    if len(asked) < invocation.MIN_RECORDS:
        return {"status": "online", "batches": len(asked)}
    bedrock, settings = client("bedrock"), environment(_JobEnvironment)
    for name in job_names(request.run_id, job.PURPOSE, planned.attempt):
        found = invocation.find(bedrock, name)
        if found and found.status in invocation.RUNNING | invocation.WRITTEN:
            return {"status": "started", "job_arn": found.arn}
    job.write_input(objects, keys, asked)
    wanted = invocation.Job(
        name=job_name(request.run_id, job.PURPOSE, planned.attempt),
        role_arn=settings.writing_role_arn,
        model=planned.run.teacher,
        input_uri=objects.uri(keys.job_input),
        output_uri=objects.uri(keys.job_output),
        key_arn=settings.key_arn,
    )
    if not Lease(client("s3"), objects.bucket).is_held_by(planned.execution_arn):
        return {"status": "refused", "error": "LeaseLost", "message": "the lease is another run's: no job was started"}
    try:
        return {"status": "started", "job_arn": invocation.start(bedrock, wanted), "batches": len(asked)}
    except Refused as refused:
        return {"status": "refused", "error": refused.code, "message": str(refused)}


@door(JobStatusRequest)
def job_status(request: JobStatusRequest) -> dict[str, Any]:
    """Where the job stands, and whether it is worth waiting for."""
    found = invocation.status(client("bedrock"), request.job_arn)
    return {"status": found.status, "reason": found.reason, "running": found.status in invocation.RUNNING}


@door(JobCollectRequest)
def job_collect(request: JobCollectRequest) -> dict[str, Any]:
    """Keep the replies that the job has written."""
    objects, keys, planned = _open(request.run_id)
    asked = job.wanted(objects, keys, planned, taxonomy.load())
    account = job.collect(objects, keys, asked, request.job_arn)
    count("BatchesCollected", account["collected"])
    count("BatchesMissing", account["missing"])
    return account


@door(JobStopRequest)
def job_stop(request: JobStopRequest) -> dict[str, Any]:
    """Stop the run's jobs if they run."""
    names = job_names(request.run_id, job.PURPOSE, request.attempt)
    return {"jobs": {name: invocation.stop(client("bedrock"), name) for name in names}}


@door(AssembleRequest)
def assemble(request: AssembleRequest) -> dict[str, Any]:
    """Make the data set of what is there, or say which batches are still wanted."""
    from generate import dataset  # noqa: PLC0415  (datasketch and numpy: only this function has the science layer)

    objects, keys, planned = _open(request.run_id)
    return dataset.assemble(objects, keys, planned, taxonomy.load(), round_=request.round, refused=request.refused)
