"""Batch inference jobs, the API: create, get, list, stop."""

from collections.abc import Mapping
from datetime import timedelta
from typing import cast

from local.bedrock.core import Core
from local.bedrock.jobs.batch_work import BatchJob, run
from local.bedrock.jobs.files import check_readable
from local.bedrock.serving.runtime import Runtime
from local.bedrock.store import Store
from local.bedrock.wire.errors import conflict, validation
from local.bedrock.wire.listing import select
from local.bedrock.wire.messages import Input, Output

_DEFAULT_HOURS = 24


class Batch:
    """The model invocation jobs of the account."""

    def __init__(self, core: Core, runtime: Runtime) -> None:
        self._core = core
        self._runtime = runtime
        self._jobs: Store[BatchJob] = Store("model invocation job")
        self.operations = {
            "CreateModelInvocationJob": self.create,
            "GetModelInvocationJob": self.get,
            "ListModelInvocationJobs": self.list,
            "StopModelInvocationJob": self.stop,
        }

    def create(self, request: Input) -> Output:
        """Accept a job and start it. Custom models cannot be used in batches."""
        name, source = str(request["jobName"]), _place(request, "inputDataConfig", "s3InputDataConfig")
        target = _place(request, "outputDataConfig", "s3OutputDataConfig")
        if not source.endswith(".jsonl"):
            raise validation("The embedded Bedrock reads one file: inputDataConfig's s3Uri must end in .jsonl.")
        self._core.backend.cards.usable(str(request["modelId"]))
        check_readable(self._core.files_for(request), source)

        def make() -> BatchJob:
            if any(item.name == name for item in self._jobs):
                raise conflict(f"A model invocation job with the name {name} already exists.")
            arn = self._core.place.arn("model-invocation-job")
            return BatchJob(arn=arn, name=name, request=request, source=source, target=target)

        job, new = self._jobs.create(request, make)
        if new:
            self._core.workers.submit(job, lambda: run(self._core, self._runtime, job))
        return {"jobArn": job.arn}

    def get(self, request: Input) -> Output:
        """All about one job."""
        return _details(self._jobs.get(str(request["jobIdentifier"])))

    def list(self, request: Input) -> Output:
        """A page of jobs."""
        page, token = select(self._jobs, request)
        return {"invocationJobSummaries": [_details(job) for job in page], "nextToken": token}

    def stop(self, request: Input) -> Output:
        """Ask a job to stop."""
        self._jobs.get(str(request["jobIdentifier"])).stop()
        return {}


def _details(job: BatchJob) -> Output:
    given = ("modelId", "clientRequestToken", "roleArn", "inputDataConfig", "outputDataConfig", "vpcConfig")
    hours = job.request.get("timeoutDurationInHours", _DEFAULT_HOURS)
    return {
        **{name: job.request.get(name) for name in given},
        "jobArn": job.arn,
        "jobName": job.name,
        "status": job.status,
        "message": job.failure,
        "submitTime": job.created,
        "lastModifiedTime": job.modified,
        "endTime": job.ended,
        "timeoutDurationInHours": hours,
        "jobExpirationTime": job.created + timedelta(hours=cast("int", hours)),
        "modelInvocationType": job.invocation,
        "totalRecordCount": job.counts.total,
        "processedRecordCount": job.counts.succeeded + job.counts.failed,
        "successRecordCount": job.counts.succeeded,
        "errorRecordCount": job.counts.failed,
    }


def _place(request: Input, config: str, member: str) -> str:
    return cast("Mapping[str, Mapping[str, str]]", request[config])[member]["s3Uri"]
