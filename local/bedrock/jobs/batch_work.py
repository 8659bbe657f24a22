"""Batch inference jobs, the work: one answer or error per record, in an order of the job's own.

https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-results.html, read 2026-11. A job whose records
have errors is `Completed`; `PartiallyCompleted` is one that ran out of time, which the embedded Bedrock never does
unless a test says so (`cut-job`).
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from local.bedrock.core import Core, subject
from local.bedrock.jobs.background import Job, JobFailedError
from local.bedrock.jobs.files import split, under
from local.bedrock.serving.runtime import Runtime
from local.bedrock.wire.errors import ApiError
from local.bedrock.wire.messages import Input

_MINIMUM, _MAXIMUM = 100, 50_000  # records of a job
_OPERATION = "CreateModelInvocationJob"
Record = Mapping[str, object]


@dataclass
class Counts:
    """Records, and tokens as the models counted them."""

    total: int = 0
    succeeded: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(kw_only=True)
class BatchJob(Job):
    """A model invocation job. `source` is the URI of its records, `target` the prefix of its output."""

    status: str = "Submitted"
    request: Input
    source: str
    target: str
    counts: Counts = field(default_factory=Counts)

    @property
    def invocation(self) -> str:
        """What a record's modelInput is: the body of InvokeModel or of Converse."""
        return str(self.request.get("modelInvocationType", "InvokeModel"))

    def advance(self, status: str) -> None:
        """The next state. Raises StoppedError."""
        self.checkpoint()
        self.status = status
        self.touch()


def run(core: Core, runtime: Runtime, job: BatchJob) -> str:
    """The work of a job. Returns the last status. Raises JobFailedError, StoppedError."""
    files = core.files_for(job.request)
    job.advance("Validating")
    records = _records(files.read(job.source))
    job.counts.total = len(records)
    job.advance("Scheduled")
    job.advance("InProgress")
    core.disturb(_OPERATION, job.request)
    in_time = _in_time(core, job, records)
    lines: list[str] = []
    for record in in_time:
        job.checkpoint()
        lines.append(json.dumps(_answered(job, record, runtime)))
    folder = under(job.target, job.arn.rpartition("/")[2])
    name = split(job.source)[1].rpartition("/")[2]
    files.write(under(folder, f"{name}.out"), "\n".join(lines).encode())
    files.write(under(folder, "manifest.json.out"), json.dumps(_manifest(job.counts)).encode())
    return "Completed" if len(in_time) == len(records) else "PartiallyCompleted"


def _in_time(core: Core, job: BatchJob, records: Sequence[Record]) -> Sequence[Record]:
    """The records that are answered, in the order of their answers: which one, the service does not promise."""
    cut = core.faults.hit(_OPERATION, subject(job.request), ("cut-job",))
    left = records[: len(records) // 2] if cut else records
    return random.Random(len(records)).sample(left, len(left))  # noqa: S311  (repeatable)


def _records(body: bytes) -> list[Record]:
    """Raises JobFailedError."""
    records: list[Record] = []
    for number, line in enumerate((line for line in body.splitlines() if line.strip()), start=1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise JobFailedError(f"Line {number} of the input is not valid JSON.") from error
        if not isinstance(record, dict) or not isinstance(record.get("modelInput"), dict):
            raise JobFailedError(f"Line {number} of the input has no modelInput object.")
        records.append({"recordId": f"R{number:010d}", **record})
    if not _MINIMUM <= len(records) <= _MAXIMUM:
        raise JobFailedError(f"The input has {len(records)} records. It must have {_MINIMUM} to {_MAXIMUM}.")
    return records


def _answered(job: BatchJob, record: Record, runtime: Runtime) -> Record:
    """The record with `modelOutput`, or with `error`."""
    counts = job.counts
    ask = runtime.converse_body if job.invocation == "Converse" else runtime.invoke_body
    try:
        output = ask(str(job.request["modelId"]), cast("Record", record["modelInput"]))
    except ApiError as error:
        counts.failed += 1
        return {**record, "error": {"errorCode": runtime.status_of(error), "errorMessage": error.message}}
    counts.succeeded += 1
    usage = cast("Mapping[str, int]", output["usage"])
    counts.input_tokens += usage.get("inputTokens", 0) or usage.get("input_tokens", 0)
    counts.output_tokens += usage.get("outputTokens", 0) or usage.get("output_tokens", 0)
    return {**record, "modelOutput": output}


def _manifest(counts: Counts) -> Mapping[str, int]:
    return {
        "totalRecordCount": counts.total,
        "processedRecordCount": counts.succeeded + counts.failed,
        "successRecordCount": counts.succeeded,
        "errorRecordCount": counts.failed,
        "inputTokenCount": counts.input_tokens,
        "outputTokenCount": counts.output_tokens,
    }
