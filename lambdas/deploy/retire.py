"""Retiring: what is older than the active version and its parent goes out of service.

Only what a record in `versions/` names is ever deleted, and never what the pointer or its parent names. Records stay as
they are: whether a version is still deployed is looked up. A deployment costs nothing while nobody calls it, but quotas
count it; a custom model costs storage, so the last few stay (a rollback deploys them anew) and the others go.

Idempotent: a crash half-way, or a model that cannot go yet because its deployment is still going, is made good by the
next run's retiring. Each deletion looks at the lease first, so that a process that was paused stops where it is once a
rollback or another run has taken over. (A rollback looks again, after its write, whether its deployment is there.)
"""

from dataclasses import dataclass, field

from bedrock import deployment
from bedrock.errors import Refused
from deploy import serving
from deploy.promote import check_holder
from deploy.serving import Bedrock
from intent.pointer import Pointer
from intent.serving import Serving
from intent.versions import kept
from store.lease import Lease
from store.pointer import PointerStore
from store.versions import VersionStore


@dataclass(frozen=True, slots=True)
class Retired:
    """ARNs: deployments and models that are gone, and what is left for the next time."""

    deployments: list[str] = field(default_factory=list[str])
    models: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])


def retire_older(
    *,
    bedrock: Bedrock,
    versions: VersionStore,
    pointers: PointerStore,
    lease: Lease,
    execution_arn: str,
    how: Serving | None = None,
) -> Retired:
    """Delete the deployments and custom models of versions that are not kept. Raises NotHolder, BedrockError."""
    check_holder(lease, execution_arn)
    done, active = Retired(), pointers.look().pointer
    if active is None:
        return done
    ours = {version.version: version.distilled.model_arn for version in versions.all()}
    keep = kept(ours, active)
    old = set(ours.values())
    items = serving.listed(bedrock, how=how or Serving())
    idle = {item.arn for item in serving.surplus(items, _asked(active, versions)) if item.model_arn in old}
    for item in items:
        unused = item.model_arn in old - keep.warm and item.arn != active.distilled.deployment_arn
        if unused or item.arn in idle:
            check_holder(lease, execution_arn)
            _delete(done.deployments, done.left, bedrock, item)
    for item in deployment.listed_models(bedrock):
        if item.arn in old - keep.models:
            check_holder(lease, execution_arn)
            _delete(done.models, done.left, bedrock, item)
    return done


def _asked(active: Pointer, versions: VersionStore) -> set[str]:
    """What the pointer and the parent's record name."""
    parent = versions.find(active.parent) if active.parent is not None else None
    named = (active, parent, active.candidate)
    return {version.distilled.deployment_arn for version in named if version is not None}


def _delete(gone: list[str], left: list[str], bedrock: Bedrock, item: deployment.Listed) -> None:
    drop = deployment.delete_model if item.arn == item.model_arn else serving.delete
    try:
        drop(bedrock, item.arn)
    except Refused as refused:
        if not serving.held(refused):
            raise
        left.append(item.arn)
    else:
        gone.append(item.arn)
