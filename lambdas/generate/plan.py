"""The plan of a run that may start: its batches, and what the state machine needs of it."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from generate import cells
from intent import prompts
from intent.plan import Batch, Plan, Run
from intent.taxonomy import Taxonomy


def first_batches(run: Run, taxonomy: Taxonomy) -> list[Batch]:
    """What the teacher is asked for, before any topping up."""
    return cells.batches(
        taxonomy, examples=run.examples, size=run.batch_size, seed=run.seed, mixed_share=run.mixed_share
    )


def make(
    run: Run,
    taxonomy: Taxonomy,
    *,
    run_id: str,
    execution_arn: str,
    estimate: Mapping[str, float],
    now: datetime,
    substituted: Sequence[dict[str, str]] = (),
    warnings: Sequence[str] = (),
) -> Plan:
    """The plan. `estimate`: USD by item; `substituted` and `warnings`: what the preflight found."""
    return Plan(
        run_id=run_id,
        execution_arn=execution_arn,
        run=run,
        prompt_version=prompts.version(taxonomy),
        estimate_usd=dict(estimate),
        batches=first_batches(run, taxonomy),
        asked_at=now,
        substituted=list(substituted),
        warnings=list(warnings),
    )


def summary(plan: Plan, abandoned: Mapping[str, Any] | None = None, *, assembled: bool = False) -> Mapping[str, Any]:
    """What the state machine needs of it: ranges and lists, a few kB.

    `abandoned`: run id and attempt of a dead run to clean up after. `assembled`: the data set is there already.
    """
    chunks = math.ceil(plan.run.holdout / plan.run.chunk_size)
    answers = [{"candidate": name, "chunk": chunk} for name in plan.candidates for chunk in range(1, chunks + 1)]
    return {
        "ok": True,
        "run_id": plan.run_id,
        "attempt": plan.attempt,
        "road": plan.run.road,
        "assembled": assembled,
        "first": plan.last_round[0].number,
        "last": len(plan.batches),
        "round": plan.batches[-1].round,
        "answers": answers,
        "promote": plan.run.promote,
        "keep_failed": plan.run.keep_failed,
        "estimate_usd": round(math.fsum(plan.estimate_usd.values()), 2),
        "abandoned": abandoned,
        "substituted": plan.substituted,
        "warnings": plan.warnings,
    }
