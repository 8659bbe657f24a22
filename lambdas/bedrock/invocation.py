"""Batch inference: one job answers a file of questions, at half the price of calls. Start (or adopt), status, stop; its
file and what it writes.

https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-data.html and batch-inference-results.html, read
2026-11. The order of the output is not that of the input: lines are joined by their record id.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bedrock import converse
from bedrock.converse import UNPARSED, Question, Reply
from bedrock.customization import JobStatus
from bedrock.errors import BedrockError, Gone, Refused, translated
from intent.plan import MIN_JOB

if TYPE_CHECKING:
    from botocore.client import BaseClient

MIN_RECORDS = MIN_JOB
RUNNING = frozenset({"Submitted", "Validating", "Scheduled", "InProgress"})
WRITTEN = frozenset({"Completed", "PartiallyCompleted"})
_HOURS = 24  # the least that can be asked for; the pipeline stops a job that it no longer waits for


@dataclass(frozen=True, slots=True)
class Job:
    """One batch job. `name` is also the request token, so that it starts once. `output_uri` ends with a slash."""

    name: str
    role_arn: str
    model: str
    input_uri: str
    output_uri: str
    key_arn: str

    def request(self) -> dict[str, Any]:
        """CreateModelInvocationJob over one file of Converse requests."""
        output = {"s3Uri": self.output_uri, "s3EncryptionKeyId": self.key_arn}
        return {
            "jobName": self.name,
            "roleArn": self.role_arn,
            "clientRequestToken": self.name,
            "modelId": self.model,
            "modelInvocationType": "Converse",
            "inputDataConfig": {"s3InputDataConfig": {"s3InputFormat": "JSONL", "s3Uri": self.input_uri}},
            "outputDataConfig": {"s3OutputDataConfig": output},
            "timeoutDurationInHours": _HOURS,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """A job as it is listed."""

    arn: str
    status: str


@dataclass(slots=True)
class Output:
    """What a job wrote: replies by record id, and the count of what is no reply.

    `errors`: records by the code of their error. `foreign`: lines with an id that nobody asked for. `repeated`: lines
    of a record that has one already; the first counts. `malformed`: lines that are no records at all.
    """

    replies: dict[str, Reply] = field(default_factory=dict[str, Reply])
    errors: Counter[str] = field(default_factory=Counter[str])
    foreign: int = 0
    repeated: int = 0
    malformed: int = 0


def record(record_id: str, question: Question) -> str:
    """One line of the job's input. `record_id`: eleven letters and digits. The model is the job's."""
    return json.dumps({"recordId": record_id, "modelInput": converse.body(question)})


def output(lines: Iterable[str], asked: Collection[str]) -> Output:
    """Read the job's output for the records that were asked. Never raises: a bad line costs only itself."""
    found, seen = Output(), set[str]()
    for line in lines:
        entry = _entry(line)
        if entry is None:
            found.malformed += 1
            continue
        name = entry["recordId"]
        if name not in asked:
            found.foreign += 1
        elif name in seen:
            found.repeated += 1
        else:
            seen.add(name)
            _take(found, name, entry)
    return found


def start(bedrock: "BaseClient", job: Job) -> str:
    """Start the job and give its ARN; one of this name that exists is the same job: it is adopted, not paid again."""
    client: Any = bedrock
    try:
        with translated():
            return client.create_model_invocation_job(**job.request())["jobArn"]
    except Refused as error:
        if error.code != "ConflictException":
            raise
        found = find(bedrock, job.name)
        if found is None:
            raise
        return found.arn


def find(bedrock: "BaseClient", name: str) -> Found | None:
    """The job of this name, or None. Get and Stop take no names, so it is looked up in the list."""
    client: Any = bedrock
    with translated():
        for page in client.get_paginator("list_model_invocation_jobs").paginate(nameContains=name):
            for summary in page.get("invocationJobSummaries", ()):
                if summary["jobName"] == name:
                    return Found(summary["jobArn"], summary["status"])
    return None


def status(bedrock: "BaseClient", arn: str) -> JobStatus:
    """Status by ARN; a job that vanished is `Failed`."""
    client: Any = bedrock
    try:
        with translated():
            answer = client.get_model_invocation_job(jobIdentifier=arn)
    except Gone:
        return JobStatus("Failed", "the job no longer exists")
    return JobStatus(answer["status"], answer.get("message"))


def stop(bedrock: "BaseClient", name: str) -> str:
    """Stop the job of this name if it runs. Gives `Stopping`, or `Absent`, or the status it has ended with."""
    client: Any = bedrock
    found = find(bedrock, name)
    if found is None:
        return "Absent"
    if found.status not in RUNNING:
        return found.status
    try:
        with translated():
            client.stop_model_invocation_job(jobIdentifier=found.arn)
    except BedrockError as error:
        if error.code != "ConflictException":  # it ended in between
            raise
    return "Stopping"


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("recordId"), str) else None


def _take(found: Output, name: str, entry: dict[str, Any]) -> None:
    error = entry.get("error")
    if isinstance(error, dict):
        found.errors[str(error.get("errorCode", "Unknown"))] += 1
        return
    try:
        found.replies[name] = converse.read(entry["modelOutput"], 0.0)  # nobody waited for it
    except BedrockError as refused:
        found.errors[refused.code] += 1
    except (KeyError, *UNPARSED):
        found.malformed += 1
