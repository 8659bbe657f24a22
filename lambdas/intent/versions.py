"""Versions: what was promoted, written once and kept for good; and what of them stays in service."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from intent.pointer import Candidate, Distilled, Edge, Pointer

KEEP_MODELS = 5  # versions; a custom model costs storage, and a rollback deploys it anew
PREFIX = "versions/"
_NAME = re.compile(r"^v?0*([1-9]\d{0,5})$")


class Version(BaseModel):
    """One promotion's record, in `versions/v000012.json`. It may name a promotion that crashed before the pointer.

    `models`: ids by role. `top1`: share of the held-out queries whose leading modality is right, by student.
    `gate`: passed, reason and the rules with figure and bound. `by`: the execution's ARN.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: int = Field(ge=1, le=999_999)
    run_id: str
    parent: int | None
    distilled: Distilled
    edge: Edge
    models: dict[str, str]
    prompt_version: str
    dataset_sha256: str
    job_arn: str | None
    top1: dict[str, float | None]
    gate: dict[str, Any]
    promoted_at: datetime
    by: str

    def pointer(self, now: datetime) -> Pointer:
        """What the active pointer says of it once it is promoted `now`."""
        return Pointer(
            version=self.version,
            run_id=self.run_id,
            distilled=self.distilled,
            edge=self.edge,
            teacher=self.models["teacher"],
            dataset_sha256=self.dataset_sha256,
            promoted_at=now,
            parent=self.parent,
        )

    def candidate(
        self,
        now: datetime,
        *,
        mode: Literal["canary", "shadow"],
        share: float,
        deployment_arn: str | None = None,
        max_usd_per_day: float | None = None,
    ) -> Candidate:
        """What the pointer says of it while it is on trial from `now` on. `deployment_arn`: if it was deployed anew."""
        arn = deployment_arn or self.distilled.deployment_arn
        return Candidate(
            version=self.version,
            run_id=self.run_id,
            distilled=self.distilled.model_copy(update={"deployment_arn": arn}),
            edge=self.edge,
            teacher=self.models["teacher"],
            mode=mode,
            share=share,
            started_at=now,
            max_usd_per_day=max_usd_per_day,
        )


def name(number: int) -> str:
    """`v000012`: alphabetical order is the order of numbers."""
    return f"v{number:06d}"


def number(text: str) -> int:
    """12 from `v000012`, `v12` or `12`. ValueError, saying how a version is written, for anything else."""
    found = _NAME.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no version: write it as v000012, v12 or 12")
    return int(found[1])


def key(number: int) -> str:
    """Where the record is kept in the data bucket."""
    return f"{PREFIX}{name(number)}.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """ARNs of the custom models whose deployments stay warm, and of those that stay themselves."""

    warm: frozenset[str]
    models: frozenset[str]


def kept(versions: Mapping[int, str], active: Pointer | None) -> Kept:
    """What stays in service. `versions`: ARN of the custom model by version number.

    Warm are the active version, its parent and its candidate; custom models stay for these and for the last
    `KEEP_MODELS` versions. By model, not by deployment: two records of one run share theirs, and a rollback may have
    deployed a model anew.
    """
    warm = {active.distilled.model_arn} if active else set[str]()
    if active and active.parent is not None and active.parent in versions:
        warm.add(versions[active.parent])
    if active and active.candidate:
        warm.add(active.candidate.distilled.model_arn)
    last = sorted(versions)[-KEEP_MODELS:]
    return Kept(frozenset(warm), frozenset(warm | {versions[number] for number in last}))
