"""The roads that a recording takes on the embedded AWS: what runs, collides, breaks, is resumed, served and asked."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cli import ask, runs
from cli.runs import Run
from cli.target import Target
from intent import versions
from intent.pointer import Pointer
from intent.runs import LEASE
from local.bedrock.faults import client as faults
from local.bedrock.faults.client import Fault
from tests.local.conftest import EXAMPLES, Pipeline
from tests.local.test_refusals import TEACHER, refuses
from tests.local.test_trials import stop_function

_ALARM = Path(__file__).parents[2] / "unit" / "deploy" / "events" / "alarm.json"
_QUERY = "the crowd sings along, take "


def stalls(operation: str) -> Fault:
    """What this operation starts never ends."""
    return Fault(operation=operation, kind="stall-job")


class Walk:
    """Runs on one deployed app."""

    def __init__(self, target: Target) -> None:
        self._target, self._pipeline = target, Pipeline(target)

    def on_demand(self) -> None:
        """Each run that is stopped is taken over by the next, so that every clean-up finds something to stop."""
        self._ask(1)
        self._stopped("Generate: look at the writing", stalls("CreateModelInvocationJob"), road="batch")
        self._stopped("Evaluate: look at the judge", stalls("CreateEvaluationJob"), refused=True)
        self._run(Fault(operation="CreateModelInvocationJob", kind="cut-job"), road="batch")
        self._stopped("Distill: look at the job", stalls("CreateModelCustomizationJob"))
        self._run()
        self._ask(2)
        judged = self._stopped("Evaluate: look at the judge", stalls("CreateEvaluationJob"))
        self._until_over(runs.resume(self._target, judged))
        unwritten = self._run(refuses(TEACHER, skip=1), promote=False)
        self._until_over(runs.resume(self._target, unwritten))
        self._run(promote=False, keep_failed=False)
        failed = self._run(Fault(operation="CreateModelCustomizationJob", kind="fail-job"))
        self._until_over(runs.resume(self._target, failed))
        self._run(Fault(operation="CreateCustomModelDeployment", kind="fail-job"))
        self._run(Fault(operation="CreateEvaluationJob", kind="error", code="ConflictException", times=1))
        self._robbed()
        ended = self._run()
        self._until_over(runs.resume(self._target, ended))  # refused: it has its report
        self._ask(3)
        self.on_trial()

    def on_trial(self) -> None:
        """A run that goes on trial, and the alarm's event that ends it; a run whose lease is gone before its job."""
        self._run(canary_share=0.5)
        event = json.loads(_ALARM.read_text("utf-8"))
        event["detail"]["state"]["timestamp"] = f"{datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S.000}+0000"
        self._target.client("lambda").invoke(
            FunctionName=stop_function(self._target), Payload=json.dumps(event).encode()
        )
        self._loses_the_lease("Generate:")

    def provisioned(self) -> None:
        """With the stack's setting: bought, promoted, asked, given back with a run that is not wanted, and retired."""
        self._run()
        self._run(promote=False)
        self._run()
        self._run()
        self._ask(4)

    def _robbed(self) -> None:
        """Runs that find something gone: the active edge student, the records of versions, the lease."""
        active = self._active()
        with self._without(active.edge.s3_key, versions.key(active.parent or 0)):
            self._run(promote=False)
        with self._without(versions.key(active.version)):
            self._run()
        self._half_promoted()
        self._run()
        self._loses_the_lease("Evaluate:")

    def _loses_the_lease(self, state: str) -> None:
        run = runs.start(self._target, {"examples": EXAMPLES})
        self._pipeline.until(run, lambda seen: seen.state.startswith(state))
        with self._without(LEASE, back=False):
            self._until_over(run)

    def _half_promoted(self) -> None:
        """A promotion that died between its record and the pointer has left the record."""
        s3, bucket, active = self._target.client("s3"), self._target.output("DataBucketName"), self._active()
        found = json.loads(s3.get_object(Bucket=bucket, Key=versions.key(active.version))["Body"].read())
        body = json.dumps({**found, "version": active.version + 1}).encode()
        s3.put_object(Bucket=bucket, Key=versions.key(active.version + 1), Body=body)

    def _active(self) -> Pointer:
        found = runs.promoted(self._target)
        assert found is not None
        return found

    @contextmanager
    def _without(self, *keys: str, back: bool = True) -> Generator[None]:
        """These objects are gone; afterwards they are `back`."""
        s3, bucket = self._target.client("s3"), self._target.output("DataBucketName")
        bodies = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
        for key in keys:
            s3.delete_object(Bucket=bucket, Key=key)
        yield
        for key, body in bodies.items() if back else ():
            s3.put_object(Bucket=bucket, Key=key, Body=body)

    def _run(self, *injected: Fault, **settings: Any) -> Run:
        ended = self._pipeline.complete(*injected, **settings)
        print(ended.run.name, settings, ended.end.status, ended.end.cause, ended.after and ended.after.version)  # noqa: T201
        return ended.run

    def _stopped(self, state: str, *injected: Fault, refused: bool = False, **settings: Any) -> Run:
        faults.inject(self._target.endpoint or "", injected)
        run = runs.start(self._target, {"examples": EXAMPLES, **settings})
        self._pipeline.until(run, lambda seen: seen.state.startswith(state))
        if refused:
            self._until_over(runs.start(self._target, {"examples": EXAMPLES}))
        runs.stop(self._target, run)
        faults.clear(self._target.endpoint or "")
        return run

    def _until_over(self, run: Run) -> None:
        end = self._pipeline.until(run, lambda seen: seen.over)
        print(run.name, end.status, end.cause)  # noqa: T201

    def _ask(self, number: int) -> None:
        route = self._target.route
        for prefer in ("speed", "quality"):
            ask.ask(route, f"{_QUERY}{number} {prefer}", prefer=prefer)
