"""Start, find and stop runs of the pipeline."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from botocore.exceptions import ClientError

from cli.problems import NoAnswer, Refused
from cli.target import Target
from intent.pointer import Pointer
from intent.runs import Keys, run_id
from store.pointer import PointerStore

_RESUMES = re.compile(r"cli-resume-(.+)-[0-9a-f]{4}")


@dataclass(frozen=True)
class Run:
    """One execution of the pipeline. Its run id follows from the execution's name.

    So it does where this command line has resumed a run: the name says which. One that was resumed otherwise is found
    by its first execution.
    """

    arn: str

    @property
    def name(self) -> str:
        """The execution's name: the last part of its ARN."""
        return self.arn.rsplit(":", 1)[-1]

    @property
    def id(self) -> str:
        """The run id, as the pipeline derives it."""
        resumes = _RESUMES.fullmatch(self.name)
        return resumes[1] if resumes else run_id(self.name)

    @property
    def keys(self) -> Keys:
        """Where the run keeps its data in the bucket."""
        return Keys(self.id)


def start(target: Target, settings: dict[str, Any]) -> Run:
    """Start a run with the execution input `settings` (`{}` = the defaults). The lease is taken by its first state."""
    return _start(target, f"cli-{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}", settings)


def resume(target: Target, run: Run) -> Run:
    """Start an execution that goes on with this run; what the run has paid for is not paid again."""
    return _start(target, f"cli-resume-{run.id}-{token_hex(2)}", {"resume": run.id})


def _start(target: Target, name: str, given: dict[str, Any]) -> Run:
    answer = target.client("stepfunctions").start_execution(
        stateMachineArn=target.output("StateMachineArn"), name=name, input=json.dumps(given)
    )
    return Run(answer["executionArn"])


def find(target: Target, wanted: str | None = None) -> Run:
    """The run of that execution name, run id or ARN; without a wish the one that was started last."""
    if wanted and wanted.startswith("arn:"):
        return Run(wanted)
    pages = target.client("stepfunctions").get_paginator("list_executions")
    for page in pages.paginate(stateMachineArn=target.output("StateMachineArn")):
        for execution in page["executions"]:  # newest first
            run = Run(execution["executionArn"])
            if wanted in (None, run.name, run.id):
                return run
    raise NoAnswer(
        f"No run is called {wanted}." if wanted else "Nothing has run here yet. Start with: router run --watch"
    )


def stop(target: Target, run: Run) -> None:
    """Stop a run. Its lease may be taken over by the next one at once."""
    try:
        target.client("stepfunctions").stop_execution(executionArn=run.arn, cause="stopped from the command line")
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ValidationException":
            raise
        raise Refused(f"{run.name} is not running any more.") from None


def promoted(target: Target) -> Pointer | None:
    """The version that the route function answers from; None before the first promotion."""
    return PointerStore(target.client("ssm"), target.output("PointerName")).read()
