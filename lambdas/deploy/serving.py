"""Both ways to serve a custom model, as one set of functions: the setting chooses what is made, the ARN what is asked.

On demand nothing here calls a provisioned-throughput operation: the functions have no right to. What an earlier setting
has bought is then `router sweep`'s to find.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from bedrock import deployment, provisioned
from bedrock.customization import JobStatus
from bedrock.deployment import Listed
from bedrock.errors import Refused
from intent.serving import Serving, is_provisioned

Bedrock = Any
"""A boto3 client: its classes are made at run time, and only `bedrock` calls it."""


def create(bedrock: Bedrock, names: Sequence[str], model_arn: str, how: Serving) -> str:
    """ARN that serves the model: made under the first name, unless an earlier attempt's (the others) can be used."""
    kind = provisioned if how.provisioned else deployment
    for name in names[1:]:
        if arn := kind.usable(bedrock, name, model_arn):
            return arn
    if how.provisioned:
        return provisioned.create(bedrock, names[0], model_arn, how)
    return deployment.create(bedrock, names[0], model_arn)


def status(bedrock: Bedrock, arn: str) -> JobStatus:
    """`Creating`, `Active` or `Failed`, whichever kind it is."""
    return (provisioned if is_provisioned(arn) else deployment).status(bedrock, arn)


def listed(bedrock: Bedrock, model_arn: str | None = None, *, how: Serving) -> list[Listed]:
    """Deployments, and throughput where the setting is to buy it; of all models, or of one."""
    found: list[Listed] = [*deployment.listed(bedrock, model_arn)]
    return [*found, *provisioned.listed(bedrock, model_arn)] if how.provisioned else found


def delete(bedrock: Bedrock, arn: str) -> bool:
    """Delete what this ARN names: False if it is gone already. Refused if it cannot go (yet)."""
    return (provisioned if is_provisioned(arn) else deployment).delete(bedrock, arn)


def delete_named(bedrock: Bedrock, names: Iterable[str], how: Serving) -> tuple[list[str], list[str]]:
    """Delete what serves under these names, of every kind that may be there: names that went, and that cannot yet."""
    gone: list[str] = []
    left: list[str] = []
    for kind in (deployment, provisioned) if how.provisioned else (deployment,):
        for name in names:
            try:
                gone += [name] if kind.delete(bedrock, name) else []
            except Refused as refused:
                if not held(refused):
                    raise
                left.append(name)
    return gone, left


def held(refused: Refused) -> bool:
    """Whether it is only not yet time to delete: in use, still going, or its commitment's term is not over."""
    return refused.code == "ConflictException"


def surplus(items: Sequence[Listed], referred: set[str]) -> list[Listed]:
    """Throughput whose model is served anyway, by what is referred to: it costs by the hour and nobody asks it."""
    served = {item.model_arn for item in items if item.arn in referred}
    return [
        item for item in items if is_provisioned(item.arn) and item.arn not in referred and item.model_arn in served
    ]
