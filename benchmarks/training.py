"""Generate, distil, fit the edge: a run's own code in this process, without a bucket and without a state machine."""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bedrock.converse import Ask, Question, Reply
from edge.training import fit
from generate.assemble import ROUNDS, Assembly
from generate.batches import Paid, paid, request
from generate.cells import top_up
from generate.files import conversations
from generate.plan import make
from generate.request import resolve
from intent.plan import Plan, Run
from intent.records import Example
from intent.taxonomy import Taxonomy
from local.bedrock.jobs import dataset
from local.bedrock.models.registry import for_role, train
from local.bedrock.models.types import Model, Request

Tell = Callable[[str, int, int], None]
"""Hears how far a step is: its name, what is done, of how much."""

_SETTINGS = Path(__file__).parents[1] / "cdk.json"


@dataclass(frozen=True, slots=True)
class Splits:
    """The three parts of the data set."""

    train: list[Example]
    validation: list[Example]
    holdout: list[Example]

    def parts(self) -> dict[str, list[Example]]:
        """By name, in the order above."""
        return {"train": self.train, "validation": self.validation, "holdout": self.holdout}


@dataclass(frozen=True, slots=True)
class Students:
    """What one run made: its data, the distilled student's artefact, the edge's file, and what each step took."""

    splits: Splits
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
    tell("generate", 0, 1)
    started = time.perf_counter()
    splits = generate(run, taxonomy, ask_of(for_role("teacher")), tell)
    seconds = round(time.perf_counter() - started, 2)
    tell("generate", 1, 1)
    made = taught(splits, run, taxonomy, tell)
    return Students(splits, made.distilled, made.edge, {"generate": seconds, **made.seconds})


def taught(splits: Splits, run: Run, taxonomy: Taxonomy, tell: Tell) -> Students:
    """Both students, trained on these splits."""
    seconds: dict[str, float] = {}

    def timed(step: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401  (each step's own result)
        tell(step, 0, 1)
        started = time.perf_counter()
        result = work()
        seconds[step] = round(time.perf_counter() - started, 2)
        tell(step, 1, 1)
        return result

    lines = list(conversations(splits.train, "train", planned(run, taxonomy), taxonomy))
    distilled: bytes = timed("distil", lambda: distil(lines, for_role("teacher"), taxonomy))
    examples, validation = ([(row.query, row.weights) for row in part] for part in (splits.train, splits.validation))
    fitted = timed("fit", lambda: fit(examples, validation, taxonomy.modalities, run.seed))
    return Students(splits, distilled, fitted.model.to_bytes(), seconds)


def planned(run: Run, taxonomy: Taxonomy) -> Plan:
    """The run's plan, as its first state would write it."""
    now = datetime.now(UTC)
    return make(run, taxonomy, run_id="benchmark", execution_arn="benchmark", estimate={}, now=now)


def generate(run: Run, taxonomy: Taxonomy, ask: Ask, tell: Tell) -> Splits:
    """The data set: batches, duplicates out, topped up as often as a run would, split."""
    plan, replies = planned(run, taxonomy), dict[int, Paid]()
    with tempfile.TemporaryDirectory(prefix="generate-") as folder:
        for round_ in range(1, ROUNDS + 2):
            _write(plan, taxonomy, ask, tell, replies)
            with Assembly(Path(folder), plan, taxonomy) as made:
                for batch in plan.batches:
                    made.take(batch, replies[batch.number])
                made.settle()
                more = top_up(plan, made.account.kept(), round_=round_) if round_ <= ROUNDS else []
                if not more:
                    parts = made.splits().parts()
                    return Splits(**{name: list(made.examples(part)) for name, part in parts.items()})
            plan = plan.model_copy(update={"batches": [*plan.batches, *more]})
    raise AssertionError("after the last round there is no more")


def _write(plan: Plan, taxonomy: Taxonomy, ask: Ask, tell: Tell, replies: dict[int, Paid]) -> None:
    """Ask for every batch that has no reply yet."""
    wanted = [batch for batch in plan.batches if batch.number not in replies]
    for number, batch in enumerate(wanted, start=1):
        question = request(batch, plan, taxonomy)
        replies[batch.number] = paid(question, ask(question), "online")
        tell("generate", number, len(wanted))


def distil(lines: list[str], teacher: Model, taxonomy: Taxonomy) -> bytes:
    """The customization job's work on a training file of these lines, with its checks."""
    records = dataset.usable(dataset.read("\n".join(lines).encode()), "DISTILLATION")
    return train([dict(record) for record in records], teacher, taxonomy.modalities)
