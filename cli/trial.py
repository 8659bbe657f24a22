"""A version on trial beside the active one: put there, promoted, or taken away by one write of the active pointer.

Starting and promoting hold the lease, so that no run retires the deployment meanwhile. Stopping needs none: see
`deploy.trial`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from rich.console import Console

from cli import versions
from cli.lease import lease
from cli.problems import Refused
from cli.rollback import check_edge, deployed
from cli.settings import of_stage
from cli.target import Target
from deploy import serving
from deploy.promote import Contended
from deploy.trial import end_trial
from intent.pointer import MAX_SHARE, Candidate, Pointer
from intent.serving import Serving
from store.pointer import Seen

_MOVED = "The pointer was moved by somebody else meanwhile. Look again: router canary status"

_BY_THE_HOUR = (
    "The stack buys model units, which are paid by the hour: no cap on questions bounds what a shadow costs. "
    "Try it as a canary: router canary start"
)
_OTHERWISE = "Since the trial began, serving is set otherwise. End the trial and start it anew: router canary stop"


@dataclass(frozen=True)
class Wish:
    """How to try it. `share` of the queries; `max_usd_per_day`: for each process that asks a shadow."""

    mode: Literal["canary", "shadow"]
    share: float
    max_usd_per_day: float | None = None


def start(console: Console, target: Target, wanted: int, wish: Wish) -> Candidate:
    """Put version `wanted` on trial; on one that is already, change how. Refused where that is impossible."""
    if not 0 < wish.share <= MAX_SHARE:
        raise Refused(f"The share must be above 0 and at most {MAX_SHARE}.")
    pointers, now = versions.pointers(target), datetime.now(UTC)
    with lease(console, target, "canary") as renew:
        seen = pointers.look()
        active, since = _beside(seen, wanted, wish.mode)
        if since is None:
            _refuse_while_an_alarm_rings(target)
        how = _served(target)
        if how.provisioned and wish.mode == "shadow":
            raise Refused(_BY_THE_HOUR)
        version = versions.find(target, wanted)
        check_edge(target, version)
        arn = deployed(console, target, version, renew, how)
        renew()
        candidate = version.candidate(
            since or now,
            mode=wish.mode,
            share=wish.share,
            deployment_arn=arn,
            max_usd_per_day=wish.max_usd_per_day if wish.mode == "shadow" else None,
        )
        if not pointers.swap(seen, active.model_copy(update={"candidate": candidate})):
            raise Refused(_MOVED)
        _check_deployed(target, candidate)
    return candidate


def promote(console: Console, target: Target) -> Pointer:
    """Make the version on trial the active one; what was active is its parent. Refused if nothing is on trial."""
    pointers = versions.pointers(target)
    with lease(console, target, "canary") as renew:
        seen = pointers.look()
        if seen.pointer is None or seen.pointer.candidate is None:
            raise Refused("Nothing is on trial. Start with: router canary start v11")
        candidate = seen.pointer.candidate
        if not _served(target).fits(candidate.distilled.deployment_arn):
            raise Refused(_OTHERWISE)
        version = versions.find(target, candidate.version)
        check_edge(target, version)
        _check_deployed(target, candidate)
        renew()
        changed = {"distilled": candidate.distilled, "parent": seen.pointer.version}
        pointer = version.pointer(datetime.now(UTC)).model_copy(update=changed)
        if not pointers.swap(seen, pointer):
            raise Refused(_MOVED)
    return pointer


def stop(target: Target) -> Candidate | None:
    """Take away what is on trial, and give it. None if nothing was. Works while a run holds the lease."""
    try:
        return end_trial(versions.pointers(target))
    except Contended:
        raise Refused("The pointer is being written. Try again: router canary stop") from None


def show(console: Console, target: Target) -> None:
    """Print what is on trial, and what its alarms say."""
    active = versions.pointers(target).look().pointer
    if active is None or active.candidate is None:
        console.print("Nothing is on trial.")
        return
    found = active.candidate
    does = "answers" if found.mode == "canary" else "is asked on the side about"
    console.print(
        f"v{found.version} {does} {found.share:.1%} of the queries beside v{active.version}, "
        f"since {found.started_at:%Y-%m-%d %H:%M} UTC.",
        highlight=False,
        soft_wrap=True,
    )
    for name, state in alarms(target).items():
        console.print(f"  {state:17} {name}", highlight=False, soft_wrap=True)


def alarms(target: Target) -> dict[str, str]:
    """State of each alarm that stops a candidate: OK, ALARM or INSUFFICIENT_DATA. NoStack before a stack has them."""
    names = target.output("CandidateAlarms").split(",")
    found = target.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}


def _beside(seen: Seen, wanted: int, mode: str) -> tuple[Pointer, datetime | None]:
    """The active version; and since when the wanted one is on trial in this way, if it is."""
    if seen.pointer is None:
        raise Refused("No version is active, so there is none to try another beside. Train one: router run --watch")
    if seen.pointer.version == wanted:
        raise Refused(f"v{wanted} is active already.")
    current = seen.pointer.candidate
    if current and current.version != wanted:
        raise Refused(f"v{current.version} is on trial. First end that: router canary stop, or promote")
    return seen.pointer, current.started_at if current and current.mode == mode else None


def _served(target: Target) -> Serving:
    return Serving.model_validate(of_stage(target.stage).run_defaults["serving"])


def _refuse_while_an_alarm_rings(target: Target) -> None:
    """An alarm speaks when it begins to ring: one that rings already would not stop a new candidate."""
    if ringing := [name for name, state in alarms(target).items() if state == "ALARM"]:
        raise Refused(f"Still ringing about an earlier candidate: {', '.join(ringing)}. Wait until it is quiet.")


def _check_deployed(target: Target, candidate: Candidate) -> None:
    if serving.status(target.client("bedrock"), candidate.distilled.deployment_arn).status != "Active":
        raise Refused(f"The deployment of v{candidate.version} is gone. Take it away: router canary stop")
