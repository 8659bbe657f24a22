"""Distill: the customization job with the role it works under, and the edge student fitted beside it."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk import bedrock
from cdk.function import Function
from cdk.permissions import allow, allow_key_through, allow_pass
from cdk.workshop import Workshop

_JOBS = "model-customization-job"
_KEY_USE = ("kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey")


class Distill(Construct):
    """Starts, watches and stops the job; Bedrock itself reads `dataset/` and writes `distill/`, as `job_role`."""

    def __init__(self, scope: Construct, construct_id: str, *, workshop: Workshop) -> None:
        super().__init__(scope, construct_id)
        self.job_role = self._job_role(workshop)
        self.start = Function(
            self,
            "Start",
            workshop=workshop,
            handler="distill.handler.start",
            environment={
                "CUSTOMIZATION_ROLE_ARN": self.job_role.role_arn,
                "KEY_ARN": workshop.storage.key.key_arn,
            },
        )
        self.status = Function(self, "Status", workshop=workshop, handler="distill.handler.status", timeout=30)
        self.stop = Function(self, "Stop", workshop=workshop, handler="distill.handler.stop")
        self.edge = Function(
            self,
            "Edge",
            workshop=workshop,
            handler="distill.handler.edge",
            timeout=900,
            memory=3008,
            science=True,
        )
        self._grant(workshop)

    @property
    def substitutions(self) -> dict[str, str]:
        """What the state machine calls."""
        return {
            "StartFunction": self.start.arn,
            "DistillStatusFunction": self.status.arn,
            "StopFunction": self.stop.arn,
            "EdgeFunction": self.edge.arn,
        }

    @property
    def functions(self) -> list[Function]:
        """All of them, for the pipeline's right to invoke."""
        return [self.start, self.status, self.stop, self.edge]

    def _grant(self, workshop: Workshop) -> None:
        stack, storage = Stack.of(self), workshop.storage
        jobs, why = [bedrock.own_arn(stack, _JOBS)], bedrock.OWN_JOBS
        made = ["runs/*/dataset/manifest.json", "runs/*/dataset/train.jsonl"]
        storage.grant(self.start.role, read=["lease.json", "runs/*/plan.json", *made], find=True)
        students = bedrock.student_arns(stack, workshop.settings.models.allowed)
        models = [bedrock.own_arn(stack, "custom-model"), *students]
        allow(self.start.role, "bedrock:CreateModelCustomizationJob", on=[*jobs, *models], because=why)
        allow(self.start.role, "bedrock:GetModelCustomizationJob", on=jobs, because=why)
        allow(self.start.role, "bedrock:GetCustomModel", on=[bedrock.own_arn(stack, "custom-model")], because=why)
        allow_pass(self.start.role, self.job_role)
        allow_key_through("bedrock", self.start.role, storage.key, *_KEY_USE)
        allow(self.status.role, "bedrock:GetModelCustomizationJob", on=jobs, because=why)
        allow(
            self.stop.role,
            "bedrock:GetModelCustomizationJob",
            "bedrock:StopModelCustomizationJob",
            on=jobs,
            because=why,
        )
        storage.grant(self.edge.role, read=["runs/*/plan.json", "runs/*/dataset/examples/*"], write=["runs/*/edge/*"])

    def _job_role(self, workshop: Workshop) -> iam.Role:
        """https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-iam-role.html, read 2026-11."""
        stack, storage = Stack.of(self), workshop.storage
        role = bedrock.service_role(self, "JobRole", kind=_JOBS, description="Bedrock customization jobs")
        storage.grant_service(role, read=["runs/*/dataset/*", "runs/*/distill/*"], write=["runs/*/distill/*"])
        allow(role, "bedrock:InvokeModel", on=bedrock.model_arns(stack, workshop.settings.models.allowed))
        allow_key_through("bedrock", role, storage.key, *_KEY_USE)
        return role
