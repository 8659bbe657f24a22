"""Going back to an earlier version: one write of the active pointer, under the lease, like a promotion."""

import time
from datetime import UTC, datetime
from hashlib import sha256

from rich.console import Console

from bedrock import deployment
from cli import versions
from cli.lease import Renew, lease
from cli.problems import Refused
from cli.settings import of_stage
from cli.target import Target
from deploy import serving
from intent.pointer import Pointer
from intent.runs import job_name
from intent.serving import Serving
from intent.versions import Version

_LOOKS = 360
_EVERY = {"embedded": 0.5, "account": 10.0}  # seconds


def rollback(console: Console, target: Target, to: int | None) -> Pointer:
    """Make version `to` (None: the active one's parent) the active one. Refused where that is impossible."""
    pointers = versions.pointers(target)
    with lease(console, target, "rollback") as renew:
        seen = pointers.look()
        how = Serving.model_validate(of_stage(target.stage).run_defaults["serving"])
        version = _target(target, seen.pointer, to, how)
        check_edge(target, version)
        arn = deployed(console, target, version, renew, how)
        renew()
        changed = {"distilled": version.distilled.model_copy(update={"deployment_arn": arn})}
        pointer = version.pointer(datetime.now(UTC)).model_copy(update=changed)
        if seen.pointer:
            pointer = pointer.model_copy(update={"rolled_back_from": seen.pointer.version})
        if not pointers.swap(seen, pointer):
            raise Refused("The pointer was moved by somebody else meanwhile. Look again: router versions")
        if serving.status(target.client("bedrock"), arn).status != "Active":
            raise Refused(f"v{version.version} is active, but its deployment has just gone. Roll back to it once more.")
        if seen.pointer and seen.pointer.candidate:
            console.print(f"v{seen.pointer.candidate.version} is not on trial any more.", highlight=False)
    return pointer


def _target(target: Target, active: Pointer | None, to: int | None, how: Serving) -> Version:
    if active is None and to is None:
        raise Refused("No version is active, so there is none before it. Name one: router rollback --to v1")
    wanted = to or (active.parent if active else None)
    if wanted is None:
        raise Refused(
            f"Nothing was active before v{active.version if active else 0}. Name one: router rollback --to v1"
        )
    if active and wanted == active.version and how.fits(active.distilled.deployment_arn):
        raise Refused(f"v{wanted} is active already.")
    return versions.find(target, wanted)


def check_edge(target: Target, version: Version) -> None:
    """Refused if the version's edge student is not there, or is another file than was promoted."""
    blob = versions.objects(target).find(version.edge.s3_key)
    if blob is None or sha256(blob).hexdigest() != version.edge.sha256:
        raise Refused(f"The edge student of v{version.version} is not what was promoted: {version.edge.s3_key}")


def deployed(console: Console, target: Target, version: Version, renew: Renew, how: Serving) -> str:
    """ARN that serves the version's model as the stack is set (the route may ask no other), made anew if need be."""
    bedrock, model = target.client("bedrock"), version.distilled.model_arn
    found = {item.arn: item.status for item in serving.listed(bedrock, model, how=how) if how.fits(item.arn)}
    usable = [arn for arn, status in found.items() if status == "Active"]
    if usable:
        return version.distilled.deployment_arn if version.distilled.deployment_arn in usable else usable[0]
    for arn, status in found.items():
        if status == "Failed":
            serving.delete(bedrock, arn)
        else:
            return _wait(console, target, arn, renew)
    if model not in {item.arn for item in deployment.listed_models(bedrock)}:
        raise Refused(f"v{version.version} is neither deployed nor is its model kept. Choose another: router versions")
    arn = serving.create(bedrock, [job_name(version.run_id, "rollback")], model, how)
    return _wait(console, target, arn, renew)


def _wait(console: Console, target: Target, arn: str, renew: Renew) -> str:
    """Until the deployment is active. Refused if it fails, or takes too long."""
    bedrock, pause = target.client("bedrock"), _EVERY["embedded" if target.embedded else "account"]
    with console.status("Deploying its model anew ..."):
        for _ in range(_LOOKS):
            found = serving.status(bedrock, arn)
            if found.status == "Active":
                return arn
            if found.status != "Creating":
                raise Refused(f"Its model could not be deployed: {found.reason or found.status}. Nothing has changed.")
            renew()
            time.sleep(pause)
    raise Refused("The deployment is still being created. Nothing has changed; try again later.")
