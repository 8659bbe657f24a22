"""The versions that were promoted: their records, whether they are still deployed, and which one is active."""

from dataclasses import dataclass

from rich.console import Console

from bedrock import deployment
from cli.problems import NoAnswer, Refused
from cli.tables import cut, narrow
from cli.target import Target
from deploy import serving
from intent import versions
from intent.pointer import Pointer
from intent.serving import Serving
from intent.versions import Version
from store.objects import Objects
from store.pointer import PointerStore
from store.versions import VersionStore

_RUN = 20  # characters of a run id
BOTH = Serving(kind="provisioned")  # whoever works from here may look at both kinds, whatever the stack makes


def objects(target: Target) -> Objects:
    """The data bucket."""
    return Objects(target.client("s3"), target.output("DataBucketName"))


def pointers(target: Target) -> PointerStore:
    """The active pointer."""
    return PointerStore(target.client("ssm"), target.output("PointerName"))


def number(text: str) -> int:
    """12 from `v000012`, `v12` or `12`. Refused for anything else."""
    try:
        return versions.number(text)
    except ValueError as error:
        raise Refused(f"{error}. See them with: router versions") from None


def find(target: Target, wanted: int) -> Version:
    """The record of this version. NoAnswer if there is none."""
    found = VersionStore(objects(target)).find(wanted)
    if found is None:
        raise NoAnswer(f"There is no version {versions.name(wanted)}. See them with: router versions")
    return found


@dataclass(frozen=True)
class Row:
    """A version and what is left of its distilled student: the deployment's status, `model kept`, or `gone`."""

    version: Version
    state: str


def load(target: Target) -> list[Row]:
    """All versions, ascending."""
    bedrock = target.client("bedrock")
    deployed = {item.model_arn: item.status for item in serving.listed(bedrock, how=BOTH)}
    models = {item.arn for item in deployment.listed_models(bedrock)}
    found = VersionStore(objects(target)).all()
    return [Row(version, _state(version.distilled.model_arn, deployed, models)) for version in found]


def _state(model_arn: str, deployed: dict[str, str], models: set[str]) -> str:
    return deployed.get(model_arn) or ("model kept" if model_arn in models else "gone")


def show(console: Console, rows: list[Row], active: Pointer | None) -> None:
    """Print them, newest first, with the active one marked."""
    if not rows:
        console.print("No version is promoted yet. Train one with: router run --watch", highlight=False)
        return
    table = narrow("Versions", "version", "run", "promoted (UTC)", ">model,\nedge right", "gate", "deployment")
    for row in reversed(rows):
        table.add_row(*_cells(row, active), style="bold" if active and row.version.version == active.version else "")
    console.print(table)
    if active:
        origin = f", rolled back from v{active.rolled_back_from}" if active.rolled_back_from else ""
        console.print(f"Active: v{active.version}{origin}.", highlight=False)
        if active.candidate:
            console.print(f"On trial: v{active.candidate.version} (router canary status).", highlight=False)
    else:
        console.print("None of them is active: promoting stopped before the pointer moved.", highlight=False)


def _cells(row: Row, active: Pointer | None) -> tuple[str, ...]:
    version = row.version
    mark = "*" if active and version.version == active.version else " "
    return (
        f"{mark} v{version.version}",
        cut(version.run_id, _RUN),
        f"{version.promoted_at:%Y-%m-%d %H:%M}",
        ", ".join(_share(version.top1.get(name)) for name in ("distilled", "edge")),
        "passed" if version.gate.get("passed") else "lost",
        row.state,
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
