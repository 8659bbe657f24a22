"""Before a run spends anything: settings, life-cycle of every model, cost, and the batches to write."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from generate.cells import batches
from generate.request import Rejected
from intent import prices, prompts
from intent.models import LifeCycle, objection
from intent.plan import CANDIDATES, JUDGED, Plan, Run
from intent.scoring import RUBRIC
from intent.taxonomy import Taxonomy

LookUp = Callable[[str], LifeCycle | None]


def check_models(run: Run, look_up: LookUp, now: datetime) -> None:
    """Refuse models that Bedrock does not serve (any more), or that the stack's roles may not call."""
    objections = {objection(model, look_up(model), now) for model in run.models.values()}
    if problems := sorted(text for text in objections if text):
        raise Rejected("ModelNotUsable", "; ".join(problems))
    foreign = sorted(set(run.models.values()) - set(run.allowed_models)) if run.allowed_models else []
    if foreign:
        raise Rejected(
            "ModelNotAllowed",
            f"this stack's roles may not call {', '.join(foreign)}; add it to `models` in cdk.json and deploy",
        )


def check_cost(run: Run, taxonomy: Taxonomy) -> dict[str, float]:
    """The itemised estimate in USD; refuses a run above its own cap."""
    sizes = prices.Sizes(
        examples=run.examples,
        holdout=run.holdout,
        batch_size=run.batch_size,
        writer_characters=len(prompts.writer(taxonomy)),
        teacher_characters=len(prompts.teacher(taxonomy)),
        student_characters=len(prompts.student(taxonomy)),
        rubric_characters=len(RUBRIC),
        distillation=run.customization == "DISTILLATION",
    )
    try:
        items = prices.estimate(sizes, run.models, judged=len(JUDGED), table=prices.load())
    except KeyError as error:
        raise Rejected("PriceUnknown", str(error.args[0])) from None
    total = math.fsum(items.values())
    if total > run.max_cost_usd:
        bill = ", ".join(f"{item} {usd:.2f}" for item, usd in items.items())
        raise Rejected(
            "TooExpensive", f"the run may cost {total:.2f} USD ({bill}), above max_cost_usd {run.max_cost_usd:.2f}"
        )
    return items


def make(
    run: Run, taxonomy: Taxonomy, *, run_id: str, execution_arn: str, estimate: dict[str, float], now: datetime
) -> Plan:
    """The plan of a run that may start."""
    return Plan(
        run_id=run_id,
        execution_arn=execution_arn,
        run=run,
        prompt_version=prompts.version(taxonomy),
        estimate_usd=estimate,
        batches=batches(taxonomy, examples=run.examples, size=run.batch_size, seed=run.seed),
        asked_at=now,
    )


def summary(plan: Plan, abandoned: str | None) -> Mapping[str, Any]:
    """What the state machine needs of it: ranges and lists, a few kB."""
    chunks = math.ceil(plan.run.holdout / plan.run.chunk_size)
    answers = [{"candidate": name, "chunk": chunk} for name in CANDIDATES for chunk in range(1, chunks + 1)]
    return {
        "ok": True,
        "run_id": plan.run_id,
        "first": 1,
        "last": len(plan.batches),
        "answers": answers,
        "promote": plan.run.promote,
        "estimate_usd": round(math.fsum(plan.estimate_usd.values()), 2),
        "abandoned": abandoned,
    }
