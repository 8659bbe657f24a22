"""What nobody needs any more, and what it costs a month: what serves models, custom models, data of runs.

Only what is this stack's is looked at: names follow from a run's id, and a run has data in this stack's bucket. That is
why a run's data goes last, and stays while something of the run could not be deleted: what is left is listed again.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from rich.console import Console

from bedrock import deployment, provisioned
from bedrock.deployment import Listed
from bedrock.errors import Refused as RefusedByBedrock
from cli import versions
from cli.lease import Renew
from cli.settings import of_stage
from cli.tables import cut, narrow
from cli.target import Target
from deploy import serving
from intent import prices
from intent.models import base_of_custom
from intent.runs import run_id
from intent.serving import HOURS_PER_MONTH
from intent.versions import Kept, kept
from store.lease import Lease
from store.versions import VersionStore

RUNS = "runs/"
_STORAGE = 0.023  # USD per GB and month, S3 Standard in us-east-1, https://aws.amazon.com/s3/pricing/, 2026-11
_RUN = 26  # characters of a run id
_BATCH = 1_000  # keys that one DeleteObjects call takes
_OWN = re.compile(r"^(?P<run>.+)-(?:student|rollback|distill)(?:-\d+)?$")
Kind = Literal["deployment", "provisioned", "custom model", "run data"]
_ORDER: tuple[Kind, ...] = ("deployment", "provisioned", "custom model", "run data")


@dataclass(frozen=True)
class Orphan:
    """Something that no active or kept version and no run under way needs. `target`: ARN or prefix.

    `usd` a month; None for what there is no price for.
    """

    kind: Kind
    run: str
    target: str
    since: datetime
    usd: float | None
    bytes: int = 0


@dataclass
class _Data:
    bytes: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class _Needed:
    """What is not to be touched: models by use, what the active version and its parent ask, and the data of runs."""

    models: Kept
    asked: set[str] = field(default_factory=set[str])
    busy: set[str] = field(default_factory=set[str])
    data: set[str] = field(default_factory=set[str])


def find(target: Target) -> list[Orphan]:
    """All of it: deployments, throughput, models, then data; each oldest first."""
    needed, data, bedrock = _needed(target), _data(target), target.client("bedrock")
    price = prices.load().storage.per_model_and_month
    deployments = _orphans(deployment.listed(bedrock), needed.models.warm, needed.busy, set(data))
    models = _orphans(deployment.listed_models(bedrock), needed.models.models, needed.busy, set(data))
    found = _units(target, needed, set(data))
    found += [Orphan("deployment", run, item.arn, item.created, 0.0) for run, item in deployments]
    found += [Orphan("custom model", run, item.arn, item.created, price) for run, item in models]
    found += [
        Orphan("run data", run, f"{RUNS}{run}/", part.since, part.bytes / 1e9 * _STORAGE, part.bytes)
        for run, part in data.items()
        if run not in needed.data | needed.busy and part.since
    ]
    return sorted(found, key=lambda orphan: (_ORDER.index(orphan.kind), orphan.since))


def _units(target: Target, needed: _Needed, ours: set[str]) -> list[Orphan]:
    """Throughput of models that are not warm, and what is bought beside that which the active version asks."""
    bedrock = target.client("bedrock")
    bought = {item.arn: item for item in provisioned.listed(bedrock)}
    idle = serving.surplus(serving.listed(bedrock, how=versions.BOTH), needed.asked)
    found = [*_orphans([*bought.values()], needed.models.warm, needed.busy, ours)]
    found += [*_orphans(idle, frozenset(), needed.busy, ours)]
    return [
        Orphan("provisioned", run, item.arn, item.created, _monthly(target, bought[item.arn])) for run, item in found
    ]


def _monthly(target: Target, item: provisioned.Provisioned) -> float | None:
    """Units x price x hours of a month; None without a price (that setting may be gone, and the units not)."""
    settings = of_stage(target.stage)
    table = prices.put_over(prices.load(), settings.prices)
    try:
        hourly = table.unit_hour(base_of_custom(item.model_arn), item.commitment)
    except KeyError:
        return None
    return item.units * hourly * HOURS_PER_MONTH


def delete(target: Target, orphans: Iterable[Orphan], renew: Renew) -> list[Orphan]:
    """Delete them, in the order of `find`; gives those that are left. `renew` is called before each."""
    left: list[Orphan] = []
    for orphan in orphans:
        renew()
        if orphan.kind == "run data":
            gone = orphan.run not in {other.run for other in left}
            if gone:
                _delete_data(target, orphan.target)
        else:
            gone = _delete_bedrock(target, orphan)
        left += [] if gone else [orphan]
    return left


def show(console: Console, orphans: list[Orphan]) -> None:
    """Print them with what they cost."""
    if not orphans:
        console.print("Nothing to sweep: all that is there is needed.")
        return
    table = narrow("Not needed", "what", "run", "since (UTC)", ">size", ">USD a month")
    for orphan in orphans:
        size = f"{orphan.bytes / 1e6:,.1f} MB" if orphan.kind == "run data" else ""
        table.add_row(orphan.kind, cut(orphan.run, _RUN), f"{orphan.since:%Y-%m-%d %H:%M}", size, _usd(orphan.usd))
    console.print(table)
    unknown = " and what has no price" if any(orphan.usd is None for orphan in orphans) else ""
    console.print(f"In all {sum(orphan.usd or 0 for orphan in orphans):.2f} USD a month{unknown}.", highlight=False)


def _usd(amount: float | None) -> str:
    return "no price" if amount is None else f"{amount:.2f}"


def _orphans(
    items: Sequence[Listed], models: frozenset[str], busy: set[str], ours: set[str]
) -> Iterator[tuple[str, Listed]]:
    for item in items:
        own = _OWN.match(item.name)
        if own and own["run"] in ours - busy and item.model_arn not in models:
            yield own["run"], item


def _needed(target: Target) -> _Needed:
    records = VersionStore(versions.objects(target)).all()
    active = versions.pointers(target).look().pointer
    models = kept({record.version: record.distilled.model_arn for record in records}, active)
    asked = {record.distilled.deployment_arn for record in records if active and record.version == active.parent}
    asked |= {one.distilled.deployment_arn for one in (active, active.candidate) if one} if active else set[str]()
    data = {record.run_id for record in records} | ({active.run_id} if active else set[str]())
    return _Needed(models, asked, _busy(target), data)


def _busy(target: Target) -> set[str]:
    """Runs under way: by execution, and by lease (a resumed run has another execution's id)."""
    pages = target.client("stepfunctions").get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=target.output("StateMachineArn"), statusFilter="RUNNING")
    running = {run_id(execution["name"]) for page in found for execution in page["executions"]}
    holder = Lease(target.client("s3"), target.output("DataBucketName")).holder()
    return running | ({holder.run_id} if holder else set[str]())


def _data(target: Target) -> dict[str, _Data]:
    """Size and last change of each run's data."""
    found: defaultdict[str, _Data] = defaultdict(_Data)
    for item in _listed(target, RUNS):
        part = found[item["Key"].removeprefix(RUNS).partition("/")[0]]
        part.bytes += item["Size"]
        part.since = max(part.since or item["LastModified"], item["LastModified"])
    return dict(found)


def _listed(target: Target, prefix: str) -> Iterator[dict[str, Any]]:
    pages = target.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=target.output("DataBucketName"), Prefix=prefix):
        yield from page.get("Contents", ())


def _delete_bedrock(target: Target, orphan: Orphan) -> bool:
    drop = deployment.delete_model if orphan.kind == "custom model" else serving.delete
    try:
        drop(target.client("bedrock"), orphan.target)
    except RefusedByBedrock as refused:
        if not serving.held(refused):  # a model whose deployment is still going, or a term that is not over
            raise
        return False
    return True


def _delete_data(target: Target, prefix: str) -> None:
    keys = [{"Key": item["Key"]} for item in _listed(target, prefix)]
    for start in range(0, len(keys), _BATCH):
        batch = {"Objects": keys[start : start + _BATCH], "Quiet": True}
        target.client("s3").delete_objects(Bucket=target.output("DataBucketName"), Delete=batch)
