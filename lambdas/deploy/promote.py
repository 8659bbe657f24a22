"""Promotion: a record that is never changed, then one write of the active pointer, by the holder of the lease only.

Why of two runs that race one wins, and one that was paused cannot undo the other. A promoter

1. looks at the pointer, and remembers the number of the parameter's newest value;
2. writes its version's record under a number that nobody has (`If-None-Match`);
3. looks whether its execution still holds the lease;
4. writes the pointer for the number after the one it remembered: under any other, the value does not count
   (`store.pointer` has the details).

Whoever holds the lease at step 3 held it at step 1, since a lease that was lost does not come back to an execution.
So if another execution takes the lease over later, it looks at the pointer later. Either this promoter's value gets
its number first: then it has promoted, the other sees that, and goes one version up from it. Or the other's does:
then this one's value counts nowhere, however late it arrives, and it learns so from SSM's answer. Between lease and
pointer there is no gap to fall into, so that nothing has to be looked at again after the write.

One danger is left: the successor deletes what its dead predecessor had deployed, while the predecessor's last call is
still under way. Therefore nothing is deleted before the pointer was written once more (`take_out`): that takes the
number which such a call was made for.

A crash leaves a record without a pointer: the next promotion of the same run adopts it, any other takes the number
after it. A promotion that is asked for again after it went through finds its run active and changes nothing.

A candidate that was on trial beside the former version is dropped: it was compared with another one than is active now.

A run whose plan has a `canary_share` records its version in the same way, and then goes on trial: the pointer names it
as the active version's candidate. Where nothing is active yet there is nothing to try it beside: it is promoted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intent.pointer import Candidate, Distilled, Edge, Pointer
from intent.runs import Keys
from intent.versions import Version
from store.lease import Lease
from store.objects import Objects
from store.pointer import PointerStore
from store.versions import VersionStore

_ATTEMPTS = 5  # each failure means that somebody else's write went through
_STUDENTS = ("distilled", "edge")


@dataclass(frozen=True, slots=True)
class Promotion:
    """What a run has become: version `number`, active or `on_trial`. `dropped`: the candidate that is not any more."""

    number: int
    pointer: Pointer
    on_trial: bool = False
    dropped: Candidate | None = None


class NotHolder(Exception):
    """The execution that wants to promote does not hold the lease (any more)."""


class Contended(Exception):
    """The pointer was written by others every time; it may be tried again."""


def promote_run(
    *,
    objects: Objects,
    lease: Lease,
    pointers: PointerStore,
    execution_arn: str,
    run_id: str,
    deployment_arn: str,
    model_arn: str,
    job_arn: str | None = None,
    edge: Edge,
    now: datetime,
) -> Promotion:
    """Record the next version and activate it, or put it on trial. Raises NotHolder, Contended."""
    versions, (record, share) = VersionStore(objects), _record(objects, run_id)
    students = Distilled(deployment_arn=deployment_arn, model_arn=model_arn)
    for _ in range(_ATTEMPTS):
        seen = pointers.look()
        check_holder(lease, execution_arn)
        current = seen.pointer
        if done := _done(current, run_id):
            return done
        parent = current.version if current else None

        def make(number: int, parent: int | None = parent) -> Version:
            own = {"version": number, "parent": parent, "run_id": run_id, "by": execution_arn, "promoted_at": now}
            return Version(**own, distilled=students, edge=edge, job_arn=job_arn, **record)

        promotion = _next(versions.claim(make, above=parent or 0), current, share, now)
        check_holder(lease, execution_arn)
        if pointers.swap(seen, promotion.pointer):
            return promotion
    raise Contended("the pointer was written by somebody else while this run promoted; nothing was promoted")


def _done(current: Pointer | None, run_id: str) -> Promotion | None:
    """What an earlier call for this run has done already."""
    if current is not None and current.run_id == run_id:
        return Promotion(current.version, current)
    if current is not None and current.candidate and current.candidate.run_id == run_id:
        return Promotion(current.candidate.version, current, on_trial=True)
    return None


def _next(version: Version, current: Pointer | None, share: float, now: datetime) -> Promotion:
    dropped = current.candidate if current else None
    if current is None or not share:
        return Promotion(version.version, version.pointer(now), dropped=dropped)
    candidate = version.candidate(now, mode="canary", share=share)
    pointer = current.model_copy(update={"candidate": candidate})
    return Promotion(version.version, pointer, on_trial=True, dropped=dropped)


def take_out(*, pointers: PointerStore, versions: VersionStore, run_id: str) -> bool:
    """Make sure that no call under way can activate this run. False if it is in use.

    In use: active, what to go back to, or on trial. Raises Contended.
    """
    for _ in range(_ATTEMPTS):
        seen = pointers.look()
        if seen.pointer is not None and run_id in _in_use(seen.pointer, versions):
            return False
        if pointers.swap(seen, seen.pointer):
            return True
    raise Contended(f"the pointer is being written; nothing of run {run_id} was deleted")


def _in_use(active: Pointer, versions: VersionStore) -> set[str]:
    others = [versions.find(number) for number in (active.parent, active.rolled_back_from) if number is not None]
    on_trial = {active.candidate.run_id} if active.candidate else set[str]()
    return {active.run_id, *on_trial, *(version.run_id for version in others if version is not None)}


def check_holder(lease: Lease, execution_arn: str) -> None:
    """Raise NotHolder unless this execution holds the lease."""
    holder = lease.holder()
    if holder is None or holder.execution_arn != execution_arn:
        raise NotHolder(f"the lease is held by {holder.execution_arn if holder else 'nobody'}; nothing was promoted")


def _record(objects: Objects, run_id: str) -> tuple[dict[str, Any], float]:
    """What the run itself has written down about its students; and the share to try them on (0: activate them)."""
    keys = Keys(run_id)
    plan, report = objects.read_json(keys.plan), objects.read_json(keys.report)
    by_name = {candidate["name"]: candidate for candidate in report["candidates"]}
    record = {
        "models": report["models"],
        "prompt_version": plan["prompt_version"],
        "dataset_sha256": objects.read_json(keys.manifest)["sha256"]["train"],
        "top1": {name: by_name.get(name, {}).get("top1") for name in _STUDENTS},
        "gate": report["gate"],
    }
    return record, plan["run"].get("canary_share", 0)
