"""On-demand deployments of custom models: create (or adopt), status, list, delete; and the models behind them."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bedrock.customization import JobStatus
from bedrock.errors import Gone, Refused, translated

if TYPE_CHECKING:
    from botocore.client import BaseClient


@dataclass(frozen=True, slots=True)
class Listed:
    """A deployment, or a custom model (then `arn` is `model_arn`). `status`: the service's own word."""

    arn: str
    name: str
    model_arn: str
    status: str
    created: datetime


def create(bedrock: "BaseClient", name: str, model_arn: str) -> str:
    """Create the deployment and give its ARN; one of this name for the same model is adopted."""
    client: Any = bedrock
    existing = find(bedrock, name)
    if existing is not None:
        if existing["modelArn"] != model_arn:
            raise Refused("NameTaken", f"deployment {name} exists for another model: {existing['modelArn']}")
        return existing["customModelDeploymentArn"]
    with translated():
        return client.create_custom_model_deployment(
            modelDeploymentName=name, modelArn=model_arn, clientRequestToken=name
        )["customModelDeploymentArn"]


def usable(bedrock: "BaseClient", name: str, model_arn: str) -> str | None:
    """ARN of the deployment of this name if it serves this model, or is about to; None otherwise."""
    found = find(bedrock, name)
    serves = found is not None and found["modelArn"] == model_arn and found["status"] in {"Creating", "Active"}
    return found["customModelDeploymentArn"] if found and serves else None


def find(bedrock: "BaseClient", name: str) -> dict[str, Any] | None:
    """The deployment of this name, or None."""
    client: Any = bedrock
    try:
        with translated():
            return client.get_custom_model_deployment(customModelDeploymentIdentifier=name)
    except Gone:
        return None


def status(bedrock: "BaseClient", arn: str) -> JobStatus:
    """`Creating`, `Active` or `Failed`; a deployment that vanished is `Failed`."""
    found = find(bedrock, arn)
    if found is None:
        return JobStatus("Failed", "the deployment no longer exists")
    return JobStatus(found["status"], found.get("failureMessage"), found.get("modelArn"))


def delete(bedrock: "BaseClient", name: str) -> bool:
    """Delete the deployment of this name or ARN. False if there is none."""
    client: Any = bedrock
    if find(bedrock, name) is None:
        return False
    try:
        with translated():
            client.delete_custom_model_deployment(customModelDeploymentIdentifier=name)
    except Gone:  # somebody else has just deleted it
        return False
    return True


def listed(bedrock: "BaseClient", model_arn: str | None = None) -> list[Listed]:
    """All deployments of the account and Region, or those of one custom model."""
    client: Any = bedrock
    only = {"modelArnEquals": model_arn} if model_arn else {}
    with translated():
        pages = client.get_paginator("list_custom_model_deployments").paginate(**only)
        found = [item for page in pages for item in page.get("modelDeploymentSummaries", ())]
    return [
        Listed(
            arn=item["customModelDeploymentArn"],
            name=item["customModelDeploymentName"],
            model_arn=item["modelArn"],
            status=item["status"],
            created=item["createdAt"],
        )
        for item in found
    ]


def listed_models(bedrock: "BaseClient") -> list[Listed]:
    """All custom models of the account and Region."""
    client: Any = bedrock
    with translated():
        pages = client.get_paginator("list_custom_models").paginate(isOwned=True)
        found = [item for page in pages for item in page.get("modelSummaries", ())]
    return [
        Listed(
            arn=item["modelArn"],
            name=item["modelName"],
            model_arn=item["modelArn"],
            status=item.get("modelStatus", "Active"),
            created=item["creationTime"],
        )
        for item in found
    ]


def delete_model(bedrock: "BaseClient", name: str) -> bool:
    """Delete the custom model of this name or ARN (it costs storage). False if there is none."""
    client: Any = bedrock
    try:
        with translated():
            client.delete_custom_model(modelIdentifier=name)
    except Gone:
        return False
    return True
