"""Deploy: put a custom model into service, take it out, and make it the active one.

The active pointer is an SSM parameter that the stack names but does not own. `promote` creates and overwrites it: were
it a resource, its value would be in the template, and whoever changes that, or replaces the resource, would roll
production back (or delete it together with the history that rollback needs).
"""

import json
from dataclasses import asdict

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk import bedrock
from cdk.function import Function
from cdk.permissions import allow, allow_key_through
from cdk.workshop import Workshop

DEPLOYMENTS = bedrock.DEPLOYMENTS
_VERSIONS = "versions/*"
_RECORDED = ("plan.json", "dataset/manifest.json", "report.json")
_DELETE = ("bedrock:GetCustomModelDeployment", "bedrock:DeleteCustomModelDeployment")
_UNITS = "bedrock:{}ProvisionedModelThroughput"
_LIST_UNITS = "ListProvisionedModelThroughputs has no resource to name: it takes * only"
_LISTS = "ListCustomModelDeployments and ListCustomModels have no resource to name: they take * only"


class Deploy(Construct):
    """Creates, watches, warms and deletes deployments; promotes one by moving the pointer, and retires older ones."""

    def __init__(self, scope: Construct, construct_id: str, *, workshop: Workshop) -> None:
        super().__init__(scope, construct_id)
        how = {"SERVING": json.dumps(asdict(workshop.settings.serving), separators=(",", ":"))}
        pointer = {"POINTER_PARAMETER": workshop.settings.pointer}
        self.create = Function(self, "Create", workshop=workshop, handler="deploy.handler.create", environment=how)
        self.status = Function(self, "Status", workshop=workshop, handler="deploy.handler.status", timeout=30)
        self.warm = Function(self, "Warm", workshop=workshop, handler="deploy.handler.warm", timeout=300)
        self.delete = Function(
            self, "Delete", workshop=workshop, handler="deploy.handler.delete", timeout=120, environment=pointer | how
        )
        self.promote = Function(
            self, "Promote", workshop=workshop, handler="deploy.handler.promote", environment=pointer
        )
        self.retire = Function(
            self, "Retire", workshop=workshop, handler="deploy.handler.retire", timeout=120, environment=pointer | how
        )
        self._grant(workshop)
        self._grant_retire(workshop)
        if workshop.settings.serving.provisioned:
            self._grant_units()

    @property
    def substitutions(self) -> dict[str, str]:
        """What the state machine calls."""
        return {
            "CreateFunction": self.create.arn,
            "DeployStatusFunction": self.status.arn,
            "WarmFunction": self.warm.arn,
            "DeleteFunction": self.delete.arn,
            "PromoteFunction": self.promote.arn,
            "RetireFunction": self.retire.arn,
        }

    @property
    def functions(self) -> list[Function]:
        """All of them, for the pipeline's right to invoke."""
        return [self.create, self.status, self.warm, self.delete, self.promote, self.retire]

    def _grant(self, workshop: Workshop) -> None:
        stack, storage, why = Stack.of(self), workshop.storage, bedrock.OWN_JOBS
        deployments, models = [bedrock.own_arn(stack, DEPLOYMENTS)], [bedrock.own_arn(stack, "custom-model")]
        allow(self.create.role, "bedrock:CreateCustomModelDeployment", on=[*deployments, *models], because=why)
        allow(self.create.role, "bedrock:GetCustomModelDeployment", on=deployments, because=why)
        allow_key_through("bedrock", self.create.role, storage.key, "kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt")
        allow(self.status.role, "bedrock:GetCustomModelDeployment", on=deployments, because=why)
        grant_ask(self.warm.role, workshop)
        allow(self.delete.role, *_DELETE, on=deployments, because=why)
        allow(self.delete.role, "bedrock:DeleteCustomModel", on=models, because=why)
        storage.grant(self.delete.role, read=[_VERSIONS], find=True)
        storage.grant(
            self.promote.role,
            read=["lease.json", *(f"runs/*/{name}" for name in _RECORDED), _VERSIONS],
            write=[_VERSIONS],
            find=True,
        )
        pointer = [pointer_arn(stack, workshop.settings.pointer)]
        for function in (self.delete, self.promote):  # deleting shuts out a promotion that is still under way
            allow(function.role, "ssm:GetParameter", "ssm:PutParameter", on=pointer)

    def _grant_retire(self, workshop: Workshop) -> None:
        stack, role = Stack.of(self), self.retire.role
        workshop.storage.grant(role, read=["lease.json", _VERSIONS], find=True)
        allow(role, "ssm:GetParameter", on=[pointer_arn(stack, workshop.settings.pointer)])
        allow(role, "bedrock:ListCustomModelDeployments", "bedrock:ListCustomModels", on=["*"], because=_LISTS)
        allow(role, *_DELETE, on=[bedrock.own_arn(stack, DEPLOYMENTS)], because=bedrock.OWN_JOBS)
        models = [bedrock.own_arn(stack, "custom-model")]
        allow(role, "bedrock:DeleteCustomModel", on=models, because=bedrock.OWN_JOBS)

    def _grant_units(self) -> None:
        """The rights to buy, watch and give back model units, which no role has unless the setting says so.

        Which resources each action takes: the user guide's example and the service authorization reference, not tried.
        """
        stack, why = Stack.of(self), bedrock.OWN_JOBS
        units = [bedrock.own_arn(stack, bedrock.PROVISIONED)]
        bought = [*units, bedrock.own_arn(stack, "custom-model")]
        allow(self.create.role, _UNITS.format("Create"), on=bought, because=why)
        for function in (self.create, self.status, self.delete, self.retire):
            allow(function.role, _UNITS.format("Get"), on=units, because=why)
        for function in (self.delete, self.retire):
            allow(function.role, _UNITS.format("Delete"), on=units, because=why)
        allow(self.retire.role, "bedrock:ListProvisionedModelThroughputs", on=["*"], because=_LIST_UNITS)


def grant_ask(role: iam.Role, workshop: Workshop) -> None:
    """Let this role ask deployed students (Converse has no action of its own), and no foundation model."""
    kinds = [DEPLOYMENTS, *([bedrock.PROVISIONED] if workshop.settings.serving.provisioned else [])]
    served = [bedrock.own_arn(Stack.of(role), kind) for kind in kinds]
    allow(role, "bedrock:InvokeModel", on=served, because=bedrock.OWN_JOBS)
    allow_key_through("bedrock", role, workshop.storage.key, "kms:Decrypt")


def pointer_arn(stack: Stack, pointer: str) -> str:
    """ARN of the parameter: its name already starts with a slash."""
    return stack.format_arn(service="ssm", resource="parameter", resource_name=pointer.removeprefix("/"))
