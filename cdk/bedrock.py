"""ARNs of Bedrock models and jobs, and the roles that its jobs work under."""
# jsii's classes name parameters differently from the interfaces they implement, so no Role is an IRole to pyright.
# pyright: reportArgumentType=false

import re
from collections.abc import Iterable

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

# The Regions that an inference profile may send a call to: Bedrock user guide, inference-profiles-support, 2026-11.
_PROFILE_REGIONS = {"us": ("us-east-1", "us-east-2", "us-west-2")}
DEPLOYMENTS, PROVISIONED = "custom-model-deployment", "provisioned-model"
_CONTEXT_SIZE = re.compile(r":\d+k$")  # `:128k` marks the form that can be customized
OWN_JOBS = "Bedrock chooses the last part of the ARN; jobs, models and deployments of this account only"


def base_model(model: str) -> str:
    """The foundation model behind an id, as GetFoundationModel takes it: no profile's prefix, no context size."""
    return _CONTEXT_SIZE.sub("", _without_profile(model))


def student_arns(stack: Stack, models: Iterable[str]) -> list[str]:
    """Foundation models among these that can be customized, with and without the context size that marks them."""
    students = [model for model in models if _CONTEXT_SIZE.search(model)]
    return [_foundation(stack, stack.region, form) for model in students for form in (model, base_model(model))]


def model_arns(stack: Stack, models: Iterable[str]) -> list[str]:
    """Every ARN that calling these models needs: a profile is allowed with its model in each Region it sends to."""
    return sorted({arn for model in models for arn in _arns(stack, model)})


def own_arn(stack: Stack, kind: str) -> str:
    """All resources of one kind in this account and Region, such as `custom-model-deployment`."""
    return stack.format_arn(service="bedrock", resource=kind, resource_name="*")


def service_role(scope: Construct, name: str, *, kind: str, description: str) -> iam.Role:
    """A role that Bedrock alone may take, for jobs of this kind in this account (no confused deputy)."""
    stack = Stack.of(scope)
    conditions = {
        "StringEquals": {"aws:SourceAccount": stack.account},
        "ArnLike": {"aws:SourceArn": own_arn(stack, kind)},
    }
    bedrock = iam.ServicePrincipal("bedrock.amazonaws.com", conditions=conditions)
    return iam.Role(scope, name, assumed_by=bedrock, description=description)


def _arns(stack: Stack, model: str) -> Iterable[str]:
    base = _without_profile(model)
    if base == model:
        yield _foundation(stack, stack.region, base_model(model))
        return
    yield stack.format_arn(service="bedrock", resource="inference-profile", resource_name=model)
    for region in _PROFILE_REGIONS.get(model.partition(".")[0], ("", stack.region)):  # global: no Region, and ours
        yield _foundation(stack, region, base)


def _without_profile(model: str) -> str:
    prefix, _, rest = model.partition(".")
    return rest if prefix in {*_PROFILE_REGIONS, "global"} else model


def _foundation(stack: Stack, region: str, model: str) -> str:
    return stack.format_arn(
        service="bedrock", region=region, account="", resource="foundation-model", resource_name=model
    )
