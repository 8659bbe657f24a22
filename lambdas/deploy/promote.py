"""Promotion: one write of the active pointer, by the holder of the lease only."""

from datetime import datetime

from intent.pointer import Distilled, Edge, Pointer
from intent.runs import Keys
from store.lease import Lease
from store.objects import Objects
from store.pointer import PointerStore


class NotHolder(Exception):
    """The execution that wants to promote does not hold the lease (any more)."""


def promote_run(
    *,
    objects: Objects,
    lease: Lease,
    pointers: PointerStore,
    execution_arn: str,
    run_id: str,
    deployment_arn: str,
    model_arn: str,
    edge: Edge,
    now: datetime,
) -> Pointer:
    """Write the next version. A retried call finds its own version active and changes nothing."""
    holder = lease.holder()
    if holder is None or holder.execution_arn != execution_arn:
        raise NotHolder(f"the lease is held by {holder.execution_arn if holder else 'nobody'}; nothing was promoted")
    current = pointers.read()
    if current is not None and current.run_id == run_id:
        return current
    keys = Keys(run_id)
    pointer = Pointer(
        version=current.version + 1 if current else 1,
        run_id=run_id,
        distilled=Distilled(deployment_arn=deployment_arn, model_arn=model_arn),
        edge=edge,
        teacher=objects.read_json(keys.plan)["run"]["teacher"],
        dataset_sha256=objects.read_json(keys.manifest)["sha256"]["train"],
        promoted_at=now,
    )
    pointers.write(pointer)
    return pointer
