"""Generate: plan a run, let the teacher write and label queries, assemble the data set."""

import json
from dataclasses import asdict

from aws_cdk import Stack
from constructs import Construct

from cdk import bedrock
from cdk.function import Function
from cdk.permissions import allow
from cdk.settings import Settings
from cdk.workshop import Workshop


class Generate(Construct):
    """Reads nothing but the models' answers; writes `plan.json`, `generate/` and `dataset/` of a run."""

    def __init__(self, scope: Construct, construct_id: str, *, workshop: Workshop) -> None:
        super().__init__(scope, construct_id)
        self.plan = Function(
            self,
            "Plan",
            workshop=workshop,
            handler="generate.handler.plan",
            environment={"RUN_DEFAULTS": run_defaults(workshop.settings)},
        )
        self.batch = Function(self, "Batch", workshop=workshop, handler="generate.handler.batch", timeout=600)
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

    @property
    def substitutions(self) -> dict[str, str]:
        """What the state machine calls."""
        return {
            "PlanFunction": self.plan.arn,
            "BatchFunction": self.batch.arn,
            "AssembleFunction": self.assemble.arn,
        }

    @property
    def functions(self) -> list[Function]:
        """All of them, for the pipeline's right to invoke."""
        return [self.plan, self.batch, self.assemble]

    def _grant(self, workshop: Workshop) -> None:
        storage, stack, allowed = workshop.storage, Stack.of(self), workshop.settings.models.allowed
        storage.grant(self.plan.role, read=["lease.json"], write=["lease.json", "runs/*/plan.json"])
        looked_up = {bedrock.base_model(model) for model in allowed}
        allow(self.plan.role, "bedrock:GetFoundationModel", on=bedrock.model_arns(stack, looked_up))
        storage.grant(self.batch.role, read=["runs/*/plan.json", "runs/*/generate/*"], write=["runs/*/generate/*"])
        allow(self.batch.role, "bedrock:InvokeModel", on=bedrock.model_arns(stack, allowed))
        storage.grant(
            self.assemble.role,
            read=["runs/*/plan.json", "runs/*/generate/*", "runs/*/dataset/*"],
            write=["runs/*/plan.json", "runs/*/generate/*", "runs/*/dataset/*"],
        )


def run_defaults(settings: Settings) -> str:
    """The stack's settings of a run as JSON: what an execution's input may override, and what it may not."""
    return json.dumps(
        {**asdict(settings.run), **settings.models.roles, "allowed_models": settings.models.allowed},
        separators=(",", ":"),
    )
