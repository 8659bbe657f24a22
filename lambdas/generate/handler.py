"""Doors of the generate room: plan a run, write a batch, assemble the data set."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bedrock.converse import asker
from bedrock.lifecycle import look_up
from doors import count, door
from doors.clients import client, environment
from generate import batches
from generate.plan import check_cost, check_models, make, summary
from generate.request import Rejected, resolve
from generate.write import write
from intent import taxonomy
from intent.plan import Plan
from intent.runs import Keys, run_id
from store.lease import Held, Lease
from store.objects import Objects


class _Environment(BaseModel):
    data_bucket: str


class _PlanEnvironment(_Environment):
    run_defaults: str


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


class AssembleRequest(BaseModel):
    """`round`: rounds of topping up so far, from 0."""

    model_config = ConfigDict(extra="forbid")
    run_id: str
    round: int


def _objects() -> Objects:
    return Objects(client("s3"), environment(_Environment).data_bucket)


def _is_running(execution_arn: str) -> bool:
    states = client("stepfunctions")
    try:
        return states.describe_execution(executionArn=execution_arn)["status"] == "RUNNING"
    except states.exceptions.ExecutionDoesNotExist:
        return False


@door(PlanRequest)
def plan(request: PlanRequest) -> dict[str, Any]:
    """Check all that can be checked before money is spent, take the lease, write `plan.json`."""
    settings, now = environment(_PlanEnvironment), datetime.now(UTC)
    run, domain = run_id(request.execution_name), taxonomy.load()
    try:
        wanted = resolve(request.input, json.loads(settings.run_defaults))
        check_models(wanted, lambda model: look_up(client("bedrock"), model), now)
        estimate = check_cost(wanted, domain)
    except Rejected as rejected:
        return {"ok": False, "run_id": run, "error": rejected.error, "message": str(rejected)}
    taken = Lease(client("s3"), settings.data_bucket).take(request.execution_arn, run, _is_running)
    if isinstance(taken, Held):
        message = f"another run holds the lease: {taken.holder}; wait for it, or stop it, and start again"
        return {"ok": False, "run_id": run, "error": "LeaseHeld", "message": message}
    made = make(wanted, domain, run_id=run, execution_arn=request.execution_arn, estimate=estimate, now=now)
    _objects().write_json(Keys(run).plan, made.model_dump(mode="json"))
    return dict(summary(made, taken.abandoned))


@door(BatchRequest)
def batch(request: BatchRequest) -> dict[str, Any]:
    """Write one batch; one that was written before is not paid again."""
    objects, keys = _objects(), Keys(request.run_id)
    receipt = batches.receipt(objects, keys, request.batch)
    if receipt is None:
        planned = Plan.model_validate(objects.read_json(keys.plan))
        ask = asker(client("bedrock-runtime"))
        written = write(planned.batch(request.batch), ask, taxonomy.load(), planned.run.teacher)
        batches.keep(objects, keys, written)
        receipt = written.receipt
        count("ExamplesKept", receipt.kept)
        count("ExamplesInvalid", receipt.invalid)
    return receipt.model_dump()


@door(AssembleRequest)
def assemble(request: AssembleRequest) -> dict[str, Any]:
    """Make the data set of what is there, or say which batches are still wanted."""
    from generate import dataset  # noqa: PLC0415  (datasketch and numpy: only this function has the science layer)

    objects, keys = _objects(), Keys(request.run_id)
    planned = Plan.model_validate(objects.read_json(keys.plan))
    return dataset.assemble(objects, keys, planned, taxonomy.load(), round_=request.round)
