"""Evaluation jobs with a judge model, the API: create, get, list, stop."""

from local.bedrock.core import Core
from local.bedrock.jobs.evaluation_plan import Plan, plan_of
from local.bedrock.jobs.files import check_readable
from local.bedrock.jobs.judging import EvaluationJob, run
from local.bedrock.store import Store
from local.bedrock.wire.errors import conflict
from local.bedrock.wire.listing import select
from local.bedrock.wire.messages import Input, Output


class Evaluation:
    """The evaluation jobs of the account."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._jobs: Store[EvaluationJob] = Store("evaluation job")
        self.operations = {
            "CreateEvaluationJob": self.create,
            "GetEvaluationJob": self.get,
            "ListEvaluationJobs": self.list,
            "StopEvaluationJob": self.stop,
        }

    def create(self, request: Input) -> Output:
        """Accept a job and start it."""
        name, plan = str(request["jobName"]), plan_of(request)
        self._core.backend.cards.known(plan.judge)
        for dataset in plan.datasets:
            check_readable(self._core.files_for(request), dataset.uri)

        def make() -> EvaluationJob:
            if any(item.name == name for item in self._jobs):
                raise conflict(f"An evaluation job with the name {name} already exists.")
            return EvaluationJob(arn=self._core.place.arn("evaluation-job"), name=name, request=request, plan=plan)

        job, new = self._jobs.create(request, make)
        if new:
            self._core.workers.submit(job, lambda: run(self._core, job))
        return {"jobArn": job.arn}

    def get(self, request: Input) -> Output:
        """All about one job."""
        job = self._jobs.get(str(request["jobIdentifier"]))
        given = ("jobDescription", "roleArn", "customerEncryptionKeyId", "evaluationConfig", "inferenceConfig")
        return {
            **{name: job.request.get(name) for name in (*given, "outputDataConfig")},
            "jobName": job.name,
            "jobArn": job.arn,
            "status": job.status,
            "jobType": "Automated",
            "applicationType": "ModelEvaluation",
            "creationTime": job.created,
            "lastModifiedTime": job.modified,
            "failureMessages": [job.failure] if job.failure else None,
        }

    def list(self, request: Input) -> Output:
        """A page of jobs."""
        wanted = request.get("applicationTypeEquals", "ModelEvaluation")
        page, token = select((job for job in self._jobs if wanted == "ModelEvaluation"), request)
        return {"jobSummaries": [_summary(job, job.plan) for job in page], "nextToken": token}

    def stop(self, request: Input) -> Output:
        """Ask a job to stop."""
        self._jobs.get(str(request["jobIdentifier"])).stop()
        return {}


def _summary(job: EvaluationJob, plan: Plan) -> Output:
    return {
        "jobArn": job.arn,
        "jobName": job.name,
        "status": job.status,
        "creationTime": job.created,
        "jobType": "Automated",
        "evaluationTaskTypes": sorted({dataset.task for dataset in plan.datasets}),
        "customMetricsEvaluatorModelIdentifiers": [plan.judge],
        "inferenceConfigSummary": {
            "modelConfigSummary": {"precomputedInferenceSourceIdentifiers": [plan.source]},
        },
        "applicationType": "ModelEvaluation",
    }
