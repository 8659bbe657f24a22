"""Generate: plan a run, let the teacher write and label queries, call by call or by one job, assemble the data set."""

import json

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk import bedrock
from cdk.deploy import pointer_arn
from cdk.function import Function
from cdk.permissions import allow, allow_pass
from cdk.settings import Settings
from cdk.workshop import Workshop

_JOBS = "model-invocation-job"
_PLAN, _REPLIES = "runs/*/plan.json", "runs/*/generate/replies/*"
_WRITTEN = [_REPLIES, "runs/*/generate/batches/*", "runs/*/generate/quarantine/*"]
_JOB, _JOB_INPUT, _JOB_OUTPUT = (f"runs/*/generate/job/{part}" for part in ("*", "input.jsonl", "output/*"))
_LIST = "ListModelInvocationJobs has no resource to name: it takes * only"


class Generate(Construct):
    """Writes `plan.json`, `generate/` and `dataset/` of a run; Bedrock itself `generate/job/`, as `job_role`."""

    def __init__(self, scope: Construct, construct_id: str, *, workshop: Workshop) -> None:
        super().__init__(scope, construct_id)
        self.job_role = self._job_role(workshop)
        self.plan = Function(
            self,
            "Plan",
            workshop=workshop,
            handler="generate.handler.plan",
            environment={
                "RUN_DEFAULTS": run_defaults(workshop.settings),
                "POINTER_PARAMETER": workshop.settings.pointer,
            },
        )
        self.batch = Function(self, "Batch", workshop=workshop, handler="generate.handler.batch", timeout=600)
        self.job_start = Function(
            self,
            "JobStart",
            workshop=workshop,
            handler="generate.handler.job_start",
            timeout=300,
            environment={"WRITING_ROLE_ARN": self.job_role.role_arn, "KEY_ARN": workshop.storage.key.key_arn},
        )
        self.job_status = Function(
            self, "JobStatus", workshop=workshop, handler="generate.handler.job_status", timeout=30
        )
        self.job_collect = Function(
            self, "JobCollect", workshop=workshop, handler="generate.handler.job_collect", timeout=900, memory=1024
        )
        self.job_stop = Function(self, "JobStop", workshop=workshop, handler="generate.handler.job_stop")
        self.assemble = Function(
            self,
            "Assemble",
            workshop=workshop,
            handler="generate.handler.assemble",
            timeout=900,
            memory=3008,
            science=True,
        )
        self._grant(workshop)
        self._grant_jobs(workshop)

    @property
    def substitutions(self) -> dict[str, str]:
        """What the state machine calls."""
        return {
            "PlanFunction": self.plan.arn,
            "BatchFunction": self.batch.arn,
            "JobStartFunction": self.job_start.arn,
            "JobStatusFunction": self.job_status.arn,
            "JobCollectFunction": self.job_collect.arn,
            "JobStopFunction": self.job_stop.arn,
            "AssembleFunction": self.assemble.arn,
        }

    @property
    def functions(self) -> list[Function]:
        """All of them, for the pipeline's right to invoke."""
        jobs = [self.job_start, self.job_status, self.job_collect, self.job_stop]
        return [self.plan, self.batch, *jobs, self.assemble]

    def _grant(self, workshop: Workshop) -> None:
        storage, stack, allowed = workshop.storage, Stack.of(self), workshop.settings.models.allowed
        known = [_PLAN, "runs/*/report.json", "runs/*/dataset/*"]  # of a run that is resumed
        storage.grant(self.plan.role, read=["lease.json", *known], write=["lease.json", _PLAN], find=True)
        looked_up = {bedrock.base_model(model) for model in allowed}
        allow(self.plan.role, "bedrock:GetFoundationModel", on=bedrock.model_arns(stack, looked_up))
        allow(self.plan.role, "ssm:GetParameter", on=[pointer_arn(stack, workshop.settings.pointer)])
        storage.grant(self.batch.role, read=[_PLAN, _REPLIES], write=_WRITTEN, find=True)
        for function in (self.plan, self.batch):  # planning asks each model once whether it may be called
            allow(function.role, "bedrock:InvokeModel", on=bedrock.model_arns(stack, allowed))
        made = [_PLAN, "runs/*/dataset/*"]
        storage.grant(self.assemble.role, read=[_PLAN, _REPLIES], write=made, find=True)

    def _grant_jobs(self, workshop: Workshop) -> None:
        stack, storage = Stack.of(self), workshop.storage
        jobs, why = [bedrock.own_arn(stack, _JOBS)], bedrock.OWN_JOBS
        models = bedrock.model_arns(stack, workshop.settings.models.allowed)
        storage.grant(self.job_start.role, read=["lease.json", _PLAN, _REPLIES], write=[_JOB_INPUT], find=True)
        allow(self.job_start.role, "bedrock:CreateModelInvocationJob", on=[*jobs, *models], because=why)
        allow_pass(self.job_start.role, self.job_role)
        allow(self.job_status.role, "bedrock:GetModelInvocationJob", on=jobs, because=why)
        storage.grant(self.job_collect.role, read=[_PLAN, _REPLIES, _JOB_OUTPUT], write=[_REPLIES], find=True)
        allow(self.job_stop.role, "bedrock:StopModelInvocationJob", on=jobs, because=why)
        for function in (self.job_start, self.job_stop):
            allow(function.role, "bedrock:ListModelInvocationJobs", on=["*"], because=_LIST)

    def _job_role(self, workshop: Workshop) -> iam.Role:
        """https://docs.aws.amazon.com/bedrock/latest/userguide/batch-iam-sr.html, read 2026-11."""
        stack, storage = Stack.of(self), workshop.storage
        role = bedrock.service_role(self, "JobRole", kind=_JOBS, description="Bedrock batch inference jobs")
        storage.grant_service(role, read=[_JOB], write=[_JOB])
        allow(role, "bedrock:InvokeModel", on=bedrock.model_arns(stack, workshop.settings.models.allowed))
        return role


def run_defaults(settings: Settings) -> str:
    """The stack's settings of a run as JSON: what an execution's input may override, and what it may not."""
    return json.dumps(settings.run_defaults, separators=(",", ":"))
