"""On-demand deployments of custom models: create (or adopt), status, delete."""

from typing import TYPE_CHECKING, Any

from bedrock.customization import JobStatus
from bedrock.errors import Gone, Refused, translated

if TYPE_CHECKING:
    from botocore.client import BaseClient


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
    """Delete the deployment of this name. False if there is none."""
    client: Any = bedrock
    if find(bedrock, name) is None:
        return False
    with translated():
        client.delete_custom_model_deployment(customModelDeploymentIdentifier=name)
    return True


def delete_model(bedrock: "BaseClient", name: str) -> bool:
    """Delete the custom model of this name (it costs storage). False if there is none."""
    client: Any = bedrock
    try:
        with translated():
            client.delete_custom_model(modelIdentifier=name)
    except Gone:
        return False
    return True
