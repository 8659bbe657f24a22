"""What tokens cost, from the dated table in `prices.json`; and what a run may cost at most, before it starts."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from intent.models import base_id

MILLION = 1_000_000
EPOCHS = 3  # upper bound; Bedrock chooses the epochs of a distillation job itself
_LINE_TOKENS = 60  # one written and weighed query, about 45 measured on English queries
_ANSWER_TOKENS = 110  # weights and reasoning
_QUERY_TOKENS = 30
_JUDGE_OUT_TOKENS = 200
_CHARACTERS_PER_TOKEN = 4


class _Price(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    input: float
    output: float


class _Training(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    per_million_tokens_and_epoch: float


class PriceTable(BaseModel):
    """Prices by model id in USD per million tokens; a profile without a row of its own costs what its model does."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    as_of: str
    models: dict[str, _Price]
    training: dict[str, _Training]
    storage_per_model_and_month: float

    def training_rate(self, model: str) -> float:
        """USD per million tokens and epoch. Raises KeyError, naming the model, if the table has no price for it."""
        price = self.training.get(base_id(model))
        if price is None:
            raise KeyError(f"prices.json has no training price for {model}; add one")
        return price.per_million_tokens_and_epoch

    def cost(self, model: str, input_tokens: float, output_tokens: float) -> float:
        """USD for these tokens. Raises KeyError, naming the model, if the table has no price for it."""
        price = self.models.get(model) or self.models.get(base_id(model))
        if price is None:
            raise KeyError(f"prices.json has no price for {model}; add one")
        return (price.input * input_tokens + price.output * output_tokens) / MILLION


@cache
def load() -> PriceTable:
    """The table that ships with the code."""
    return PriceTable.model_validate(json.loads((Path(__file__).parent / "prices.json").read_text("utf-8")))


class Sizes(BaseModel):
    """What an estimate needs to know of a run: counts, and characters of its prompts."""

    model_config = ConfigDict(frozen=True)
    examples: int
    holdout: int
    batch_size: int
    writer_characters: int
    teacher_characters: int
    student_characters: int
    rubric_characters: int
    distillation: bool


def estimate(sizes: Sizes, models: Mapping[str, str], *, judged: int, table: PriceTable) -> dict[str, float]:
    """USD per item of the bill, each an upper bound; the items sum to the run's estimate.

    `models`: ids by role (teacher, job_teacher, student, base, baseline, judge). `judged`: number of judge jobs.
    """
    short = sizes.student_characters / _CHARACTERS_PER_TOKEN + _QUERY_TOKENS
    long = sizes.teacher_characters / _CHARACTERS_PER_TOKEN + _QUERY_TOKENS
    batches = sizes.examples / sizes.batch_size
    rubric = sizes.rubric_characters / _CHARACTERS_PER_TOKEN + _QUERY_TOKENS + 2 * _ANSWER_TOKENS
    record = short + _ANSWER_TOKENS
    student = base_id(models["student"])
    items = {
        "write_and_label": table.cost(
            models["teacher"],
            batches * sizes.writer_characters / _CHARACTERS_PER_TOKEN,
            sizes.examples * _LINE_TOKENS,
        ),
        "job_teacher": table.cost(models["job_teacher"], sizes.examples * short, sizes.examples * _ANSWER_TOKENS)
        if sizes.distillation
        else 0.0,
        "training": table.training_rate(student) * EPOCHS * sizes.examples * record / MILLION,
        "model_storage_month": table.storage_per_model_and_month,
        "answer": sizes.holdout
        * (
            table.cost(student, short, _ANSWER_TOKENS)
            + sum(table.cost(models[role], long, _ANSWER_TOKENS) for role in ("base", "baseline", "teacher"))
        ),
        "judge": judged * sizes.holdout * table.cost(models["judge"], rubric, _JUDGE_OUT_TOKENS),
    }
    return {item: round(usd, 4) for item, usd in items.items()}
