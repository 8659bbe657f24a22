"""Provisioned throughput of custom models: create (or adopt), status, list, delete. The twin of `bedrock.deployment`.

It costs by the hour, asked or not, until it is deleted; one with a commitment cannot be deleted before its term is over
(ConflictException, which is `Refused` here: for the caller to report).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedrock.customization import JobStatus
from bedrock.deployment import Listed
from bedrock.errors import Gone, Refused, translated
from intent.serving import Commitment, Serving

if TYPE_CHECKING:
    from botocore.client import BaseClient

_WORDS = {"InService": "Active", "Updating": "Creating"}  # somebody changes it by hand: it is not settled yet


@dataclass(frozen=True, slots=True)
class Provisioned(Listed):
    """Provisioned throughput as it is listed, with what it is billed by."""

    units: int = 1
    commitment: Commitment = "none"


def create(bedrock: "BaseClient", name: str, model_arn: str, serving: Serving) -> str:
    """Buy the throughput and give its ARN; one of this name for the same model is adopted."""
    client: Any = bedrock
    existing = find(bedrock, name)
    if existing is not None:
        if existing["modelArn"] != model_arn:
            raise Refused("NameTaken", f"throughput {name} exists for another model: {existing['modelArn']}")
        return existing["provisionedModelArn"]
    term = {} if serving.commitment == "none" else {"commitmentDuration": serving.commitment}
    with translated():
        return client.create_provisioned_model_throughput(
            provisionedModelName=name, modelId=model_arn, modelUnits=serving.units, clientRequestToken=name, **term
        )["provisionedModelArn"]


def usable(bedrock: "BaseClient", name: str, model_arn: str) -> str | None:
    """ARN of the throughput of this name if it serves this model, or is about to; None otherwise."""
    found = find(bedrock, name)
    if found is None or found["modelArn"] != model_arn or _word(found["status"]) not in {"Creating", "Active"}:
        return None
    return found["provisionedModelArn"]


def find(bedrock: "BaseClient", name: str) -> dict[str, Any] | None:
    """The throughput of this name or ARN, or None."""
    client: Any = bedrock
    try:
        with translated():
            return client.get_provisioned_model_throughput(provisionedModelId=name)
    except Gone:
        return None


def status(bedrock: "BaseClient", arn: str) -> JobStatus:
    """`Creating`, `Active` or `Failed`, as of a deployment; one that vanished is `Failed`."""
    found = find(bedrock, arn)
    if found is None:
        return JobStatus("Failed", "the provisioned throughput no longer exists")
    return JobStatus(_word(found["status"]), found.get("failureMessage"), found.get("modelArn"))


def delete(bedrock: "BaseClient", name: str) -> bool:
    """Delete the throughput of this name or ARN. False if there is none; Refused before its term is over."""
    client: Any = bedrock
    if find(bedrock, name) is None:
        return False
    try:
        with translated():
            client.delete_provisioned_model_throughput(provisionedModelId=name)
    except Gone:  # somebody else has just deleted it
        return False
    return True


def listed(bedrock: "BaseClient", model_arn: str | None = None) -> list[Provisioned]:
    """All throughput of the account and Region, or that of one custom model."""
    client: Any = bedrock
    only = {"modelArnEquals": model_arn} if model_arn else {}
    with translated():
        pages = client.get_paginator("list_provisioned_model_throughputs").paginate(**only)
        found = [item for page in pages for item in page.get("provisionedModelSummaries", ())]
    return [
        Provisioned(
            arn=item["provisionedModelArn"],
            name=item["provisionedModelName"],
            model_arn=item["modelArn"],
            status=_word(item["status"]),
            created=item["creationTime"],
            units=item["modelUnits"],
            commitment=item.get("commitmentDuration", "none"),
        )
        for item in found
    ]


def _word(status: str) -> str:
    """The pipeline's word; one that is not known is passed on, and no Choice state takes it for well."""
    return _WORDS.get(status, status)
