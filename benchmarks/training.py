"""Generate, distil, fit the edge: a run's own code in this process, without a bucket and without a state machine."""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bedrock.converse import Ask, Question, Reply
from edge.training import fit
from generate import assemble
from generate.plan import make
from generate.request import resolve
from generate.write import write
from intent.plan import Batch, Plan, Run
from intent.records import Example
from intent.taxonomy import Taxonomy
from local.bedrock.jobs import dataset
from local.bedrock.models.registry import for_role, train
from local.bedrock.models.types import Model, Request

Tell = Callable[[str, int, int], None]
"""Hears how far a step is: its name, what is done, of how much."""

_SETTINGS = Path(__file__).parents[1] / "cdk.json"


@dataclass(frozen=True, slots=True)
class Students:
    """What one run made: its data, the distilled student's artefact, the edge's file, and what each step took."""

    splits: assemble.Splits
    distilled: bytes
    edge: bytes
    seconds: dict[str, float]


def ask_of(model: Model) -> Ask:
    """The pipeline's way to ask, over a model in this process."""

    def ask(question: Question) -> Reply:
        started = time.perf_counter()
        asked = Request(question.system, question.user, question.max_tokens, question.temperature, question.stop)
        done = model.complete(asked)
        elapsed = (time.perf_counter() - started) * 1000
        return Reply(done.text, done.stop_reason, done.input_tokens, done.output_tokens, elapsed)

    return ask


def settings(examples: int, seed: int) -> Run:
    """The stack's own defaults for a run of this size. Raises `generate.request.Rejected`."""
    context = json.loads(_SETTINGS.read_text("utf-8"))["context"]
    models = {role: model for role, model in context["models"].items() if role != "also_allowed"}
    return resolve({"examples": examples, "seed": seed}, {**context["run"], **models})


def students(run: Run, taxonomy: Taxonomy, tell: Tell) -> Students:
    """Both students, trained on queries written for this run. The same run gives the same bytes."""
    seconds: dict[str, float] = {}
    teacher = for_role("teacher")

    def timed(step: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401  (each step's own result)
        tell(step, 0, 1)
        started = time.perf_counter()
        result = work()
        seconds[step] = round(time.perf_counter() - started, 2)
        tell(step, 1, 1)
        return result

    splits: assemble.Splits = timed("generate", lambda: generate(run, taxonomy, ask_of(teacher), tell))
    lines = assemble.files(splits, planned(run, taxonomy), taxonomy)["train"]
    distilled: bytes = timed("distil", lambda: distil(lines, teacher, taxonomy))
    examples, validation = ([(row.query, row.weights) for row in part] for part in (splits.train, splits.validation))
    fitted = timed("fit", lambda: fit(examples, validation, taxonomy.modalities, run.seed))
    return Students(splits, distilled, fitted.model.to_bytes(), seconds)


def planned(run: Run, taxonomy: Taxonomy) -> Plan:
    """The run's plan, as its first state would write it."""
    now = datetime.now(UTC)
    return make(run, taxonomy, run_id="benchmark", execution_arn="benchmark", estimate={}, now=now)


def generate(run: Run, taxonomy: Taxonomy, ask: Ask, tell: Tell) -> assemble.Splits:
    """The data set: batches, duplicates out, topped up as often as a run would, split."""
    plan, written = planned(run, taxonomy), list[Example]()
    batches: list[Batch] = plan.batches
    for round_ in itertools.count():
        for number, batch in enumerate(batches, start=1):
            written += write(batch, ask, taxonomy, run.teacher).examples
            tell("generate", number, len(batches))
        kept = assemble.distinct(written).examples
        if len(kept) >= run.examples or round_ == assemble.ROUNDS:
            return assemble.split(kept, plan)
        batches = assemble.top_up(plan, taxonomy, missing=run.examples - len(kept))
        plan = plan.model_copy(update={"batches": [*plan.batches, *batches]})
    raise AssertionError("the rounds are counted")


def distil(lines: list[str], teacher: Model, taxonomy: Taxonomy) -> bytes:
    """The customization job's work on a training file of these lines, with its checks."""
    records = dataset.usable(dataset.read("\n".join(lines).encode()), "DISTILLATION")
    return train([dict(record) for record in records], teacher, taxonomy.modalities)
