"""What the bill of a run is made of. Estimate and receipt have the same items and price them by the same functions.

Bedrock reports neither what a judge reads and says nor the epochs of a job: both are set here, for both bills alike.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from intent import prompts
from intent.plan import MAX_PROMPTS, Run
from intent.prices import MILLION, PriceTable
from intent.records import answer
from intent.scoring import RUBRIC, SCALE
from intent.taxonomy import Taxonomy
from intent.tokens import tokens

EPOCHS = 3  # upper bound; Bedrock chooses the epochs of a distillation job itself
VERDICT_TOKENS = 200  # of a judge: its reasons and the level
QUERY_TOKENS = 10  # of a written query, the mean over styles and lengths
_FOUR_DECIMALS = 0.1234

Basis = Literal["estimated", "reported", "computed"]
ITEMS: Mapping[str, str] = {
    "write_and_label": "teacher writes and weighs",
    "job_teacher": "teacher answers in the job",
    "training": f"student, {EPOCHS} epochs",
    "model_storage_month": "student kept for a month",
    "model_units": "model units, a month or the term",
    "answer": "models answer, held-out set",
    "judge": "judge rates the answers",
    "aws": "Lambda, Step Functions, S3",
}
ON_DEMAND = tuple(item for item in ITEMS if item != "model_units")  # what every run is billed for


class Item(BaseModel):
    """One item of a bill. `training` counts its tokens once per epoch. `basis`: how the tokens are known."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    item: str
    basis: Basis
    usd: float
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Texts:
    """Tokens of the texts of a run: prompts as they are, answers and written lines of the usual shape.

    `stopped`: an answer without the reasons that nobody asks for.
    """

    writer: int
    teacher: int
    student: int
    line: int
    answer: int
    stopped: int

    @classmethod
    def of(cls, taxonomy: Taxonomy) -> "Texts":
        """Counted on this taxonomy's prompts."""
        weights = dict.fromkeys(taxonomy.modalities, _FOUR_DECIMALS)
        whole = answer(weights)
        return cls(
            writer=tokens(prompts.writer(taxonomy)),
            teacher=tokens(prompts.teacher(taxonomy)),
            student=tokens(prompts.student(taxonomy)),
            line=tokens(json.dumps({"query": "", **weights})) + QUERY_TOKENS,
            answer=tokens(whole),
            stopped=tokens(whole.partition(prompts.STOP)[0]),
        )


def total(items: Iterable[Item]) -> float:
    """USD of all items together."""
    return math.fsum(item.usd for item in items)


def job(run: Run, table: PriceTable, basis: Basis, prompted: int, replied: int) -> list[Item]:
    """The customization job, by the tokens of all its prompts and replies; in a fine-tuning no teacher answers."""
    trained = EPOCHS * (prompted + replied)
    training = priced("training", basis, table.training_rate(run.student) * trained / MILLION, trained)
    if run.customization == "FINE_TUNING":
        return [training]
    return [priced("job_teacher", basis, table.cost(run.job_teacher, prompted, replied), prompted, replied), training]


def served(run: Run, table: PriceTable, basis: Basis) -> list[Item]:
    """Model units for the commitment's term, or for a month; nothing on demand, where tokens are paid."""
    if not run.serving.provisioned:
        return []
    hourly = run.serving.units * table.unit_hour(run.student, run.serving.commitment)
    return [priced("model_units", basis, hourly * run.serving.hours)]


def judged(run: Run, table: PriceTable, basis: Basis, answers: int, read: int) -> Item:
    """The judge jobs: the rubric with each of the answers, `read` tokens of queries, references and answers in all.

    Bedrock adds the scale to the rubric.
    """
    given = answers * (tokens(RUBRIC) + tokens(str(SCALE))) + read
    said = answers * VERDICT_TOKENS
    return priced("judge", basis, table.cost(run.judge, given, said), given, said)


def aws(run: Run, table: PriceTable, basis: Basis, calls: int, *, candidates: int, judged: int) -> Item:
    """What is not Bedrock: so much for a run, and for each call that writes, chunk answered and judge job."""
    chunks, parts = math.ceil(run.holdout / run.chunk_size), math.ceil(run.holdout / MAX_PROMPTS)
    steps = calls + candidates * chunks + judged * parts + bool(run.repeated)
    return priced("aws", basis, table.aws.per_run + table.aws.per_step * steps)


def priced(item: str, basis: Basis, usd: float, input_tokens: int = 0, output_tokens: int = 0) -> Item:
    """An item, in hundredths of a cent."""
    return Item(item=item, basis=basis, usd=round(usd, 4), input_tokens=input_tokens, output_tokens=output_tokens)
