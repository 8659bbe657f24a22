"""The plan of a run: its settings, its batches, its estimate. Written first, read by every later step."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from intent import candidates
from intent.candidates import JUDGED, KNOWN, MAX_OTHERS, OTHERS
from intent.pointer import MAX_SHARE, Pointer
from intent.serving import Serving

MIN_TRAINING = 100  # records: below, Bedrock's job fails after its validation
MAX_EXAMPLES = {"DISTILLATION": 15_000, "FINE_TUNING": 20_000}  # records that Bedrock takes for Nova Micro
MIN_JOB = 100  # records: below, Bedrock refuses a batch inference job
MAX_RESPONSE = 200  # tokens that a distillation job's teacher may answer with; weights and 20 words need fewer than 120
VALIDATION_SHARE = 0.05
_LEAST_PER_FAMILY = 4
MAX_PROMPTS = 1_000  # that one judge job takes
REPEATED = "distilled"  # the candidate whose answers the judge rates twice, to know its own spread

_Model = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9.:/_-]{0,255}$")]


class Run(BaseModel):
    """All settings of one run. The first block may be given as execution input; the rest is the stack's."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    examples: int = Field(ge=140, le=MAX_EXAMPLES["FINE_TUNING"])
    holdout: int = Field(ge=20, le=5_000)
    mixed_share: float = Field(ge=0, le=0.5)  # of the examples, led by one modality with another close behind
    near_duplicate: float = Field(gt=0.5, le=1)  # Jaccard similarity from which a query repeats another
    road: Literal["online", "batch"]  # how the teacher writes: call by call, or by one job at half the price
    mode: Literal["labelled", "prompts"]
    customization: Literal["DISTILLATION", "FINE_TUNING"]
    teacher: str
    student: str
    baseline: str
    judge: str
    on_legacy: Literal["fail", "substitute"]  # what to do about a model that is about to go, or gone
    max_cost_usd: float = Field(gt=0, le=1_000_000)  # half a year of model units is that dear
    promote: bool
    canary_share: float = Field(default=0, ge=0, le=MAX_SHARE)  # of the queries, to try it on; 0: active at once
    keep_failed: bool = False  # leave the model and the deployment of a run that is discarded
    others: tuple[_Model, ...] = Field(default=(), max_length=MAX_OTHERS)  # more models to compare with
    seed: int = Field(ge=0, le=2**31 - 1)

    job_teacher: str
    base: str
    max_edge_risk: float = Field(gt=0, le=1)
    batch_size: int = Field(ge=1, le=50)
    call_budget: float = Field(ge=1, le=5)  # calls to the writing teacher, as a multiple: see `spare_calls`
    chunk_size: int = Field(ge=1, le=1_000)
    allowed_models: tuple[str, ...] = ()
    serving: Serving = Serving()
    judged: tuple[str, ...] = JUDGED
    judge_repeat: int = Field(default=50, ge=0, le=1_000)  # answers that the judge rates a second time

    @model_validator(mode="after")
    def _fits(self) -> "Run":
        if self.customization == "FINE_TUNING" and self.mode == "prompts":
            raise ValueError('mode: "prompts" leaves the answers to the teacher; FINE_TUNING needs "labelled"')
        self._check_candidates()
        if self.examples > MAX_EXAMPLES[self.customization]:
            raise ValueError(
                f"examples: {self.examples} are more than Bedrock takes for {self.customization}: "
                f"{MAX_EXAMPLES[self.customization]}"
            )
        if self.training < MIN_TRAINING:
            raise ValueError(
                f"examples: {self.examples} leave {self.training} for training after {self.holdout} held out and "
                f"{self.validation} for validation; Bedrock needs {MIN_TRAINING}: raise examples or lower holdout"
            )
        return self

    def _check_candidates(self) -> None:
        if len(set(self.others)) < len(self.others):
            raise ValueError("others: a model is named twice")
        if unknown := sorted(set(self.judged) - set(KNOWN)):
            raise ValueError(f"judged: {', '.join(unknown)} is none of {', '.join(KNOWN)}")

    @property
    def validation(self) -> int:
        """Examples kept for calibration."""
        return math.ceil(self.examples * VALIDATION_SHARE)

    @property
    def training(self) -> int:
        """Examples that Bedrock trains on."""
        return self.examples - self.holdout - self.validation

    @property
    def models(self) -> dict[str, str]:
        """Model ids by role; other candidates' by their names."""
        roles = ("teacher", "job_teacher", "student", "base", "baseline", "judge")
        return {**{role: getattr(self, role) for role in roles}, **dict(zip(OTHERS, self.others, strict=False))}

    @property
    def repeated(self) -> int:
        """How many of the answers of `REPEATED` the judge rates a second time."""
        return min(self.judge_repeat, self.holdout) if REPEATED in self.judged else 0


class Batch(BaseModel):
    """One call to the teacher: `count` queries for one cell.

    The cell's keys are leading, domain, style and length; in a mixed cell also second, the modality close behind.
    `round`: 0 for the first plan, then one more for each topping up.
    """

    model_config = ConfigDict(frozen=True)
    number: int
    round: int = 0
    cell: dict[str, str]
    count: int
    seed: int


def spare_calls(run: Run, batches: Sequence[Batch]) -> int:
    """Calls to the writing teacher that topping up may use in all, beside those of the first plan.

    They follow from `call_budget` and the first plan's calls; a small plan counts as four calls per family (leading
    modality and second), since each family that falls short needs calls of its own.
    """
    first = [batch for batch in batches if batch.round == 0]
    families = {(batch.cell["leading"], batch.cell.get("second")) for batch in first}
    return math.ceil((run.call_budget - 1) * max(len(first), _LEAST_PER_FAMILY * len(families)))


class Plan(BaseModel):
    """All that the later steps need to know, kept as `plan.json`. `active`: the version in service at its start."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    run_id: str
    execution_arn: str
    attempt: int = 1  # one more each time that the run is resumed
    run: Run
    prompt_version: str
    estimate_usd: dict[str, float]
    batches: list[Batch]
    asked_at: datetime
    substituted: list[dict[str, str]] = []  # role, from, to, why: models that others stand in for
    warnings: list[str] = []
    active: Pointer | None = None

    @property
    def candidates(self) -> tuple[str, ...]:
        """Who answers the held-out set."""
        return candidates.names(self.run.others, self.active)

    @property
    def judged(self) -> tuple[str, ...]:
        """Whose answers the judge rates."""
        return tuple(name for name in self.candidates if name in self.run.judged)

    @property
    def last_round(self) -> list[Batch]:
        """The batches that are being written: those of the latest topping up, or of the first plan."""
        return [batch for batch in self.batches if batch.round == self.batches[-1].round]

    def batch(self, number: int) -> Batch:
        """The batch of this number, counted from 1."""
        return self.batches[number - 1]
