"""Evaluate: every candidate answers the held-out set once; measure, let a judge rate, report, decide."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk import bedrock
from cdk.deploy import grant_ask
from cdk.function import Function
from cdk.permissions import allow, allow_pass
from cdk.workshop import Workshop

_JOBS = "evaluation-job"
_RESPONSES, _JOINED, _JUDGING = (f"runs/*/evaluate/*/{part}" for part in ("responses/*", "responses.jsonl", "judge/*"))
_LIST = "ListEvaluationJobs has no resource to name: it takes * only"


class Evaluate(Construct):
    """Reads a run's data set and students; writes `evaluate/`, `report.json` and `report.html`."""

    def __init__(self, scope: Construct, construct_id: str, *, workshop: Workshop) -> None:
        super().__init__(scope, construct_id)
        self.job_role = self._job_role(workshop)
        self.answer = Function(
            self, "Answer", workshop=workshop, handler="evaluate.handler.answer", timeout=900, memory=1024
        )
        self.judge_start = Function(
            self,
            "JudgeStart",
            workshop=workshop,
            handler="evaluate.handler.judge_start",
            timeout=300,
            environment={"EVALUATION_ROLE_ARN": self.job_role.role_arn},
        )
        self.judge_status = Function(
            self, "JudgeStatus", workshop=workshop, handler="evaluate.handler.judge_status", timeout=60
        )
        self.judge_stop = Function(self, "JudgeStop", workshop=workshop, handler="evaluate.handler.judge_stop")
        self.report = Function(
            self,
            "Report",
            workshop=workshop,
            handler="evaluate.handler.report",
            timeout=300,
            memory=1024,
            science=True,
            environment={"REPORT_NOTE": note} if (note := workshop.settings.report_note) else None,
        )
        self.gate = Function(self, "Gate", workshop=workshop, handler="evaluate.handler.gate", timeout=30)
        self._grant(workshop)

    @property
    def substitutions(self) -> dict[str, str]:
        """What the state machine calls."""
        return {
            "AnswerFunction": self.answer.arn,
            "JudgeStartFunction": self.judge_start.arn,
            "JudgeStatusFunction": self.judge_status.arn,
            "JudgeStopFunction": self.judge_stop.arn,
            "ReportFunction": self.report.arn,
            "GateFunction": self.gate.arn,
        }

    @property
    def functions(self) -> list[Function]:
        """All of them, for the pipeline's right to invoke."""
        return [self.answer, self.judge_start, self.judge_status, self.judge_stop, self.report, self.gate]

    def _grant(self, workshop: Workshop) -> None:
        stack, storage = Stack.of(self), workshop.storage
        plan, manifest = "runs/*/plan.json", "runs/*/dataset/manifest.json"
        storage.grant(
            self.answer.role,
            read=[plan, "runs/*/dataset/examples/holdout.jsonl", manifest, "runs/*/edge/model.bin"],
            write=[_RESPONSES],
            find=True,
        )
        models = bedrock.model_arns(stack, workshop.settings.models.allowed)
        allow(self.answer.role, "bedrock:InvokeModel", on=models)
        grant_ask(self.answer.role, workshop)
        storage.grant(self.judge_start.role, read=[plan, _RESPONSES], write=[_JOINED, _JUDGING], find=True)
        jobs, why = [bedrock.own_arn(stack, _JOBS)], bedrock.OWN_JOBS
        allow(self.judge_start.role, "bedrock:CreateEvaluationJob", on=[*jobs, *models], because=why)
        allow(self.judge_stop.role, "bedrock:StopEvaluationJob", on=jobs, because=why)
        for function in (self.judge_start, self.judge_stop):
            allow(function.role, "bedrock:ListEvaluationJobs", on=["*"], because=_LIST)
        allow_pass(self.judge_start.role, self.job_role)
        allow(self.judge_status.role, "bedrock:GetEvaluationJob", on=jobs, because=why)
        reports = ["runs/*/report.json", "runs/*/report.html"]
        made = [manifest, "runs/*/dataset/train.jsonl", "runs/*/edge/*"]
        storage.grant(self.report.role, read=[plan, *made, _JOINED, _JUDGING], write=reports, find=True)
        storage.grant(self.gate.role, read=[plan, "runs/*/report.json"])

    def _job_role(self, workshop: Workshop) -> iam.Role:
        """https://docs.aws.amazon.com/bedrock/latest/userguide/judge-service-roles.html, read 2026-11."""
        stack, storage = Stack.of(self), workshop.storage
        role = bedrock.service_role(self, "JobRole", kind=_JOBS, description="Bedrock evaluation jobs")
        storage.grant_service(role, read=[_JUDGING], write=[_JUDGING])
        storage.grant_uploads(role, _JUDGING)
        judges = bedrock.model_arns(stack, workshop.settings.models.allowed)
        invoke = ("InvokeModel", "CreateModelInvocationJob", "StopModelInvocationJob", "GetInferenceProfile")
        allow(role, *(f"bedrock:{action}" for action in invoke), on=judges)
        return role
