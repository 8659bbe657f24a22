"""All that differs between deployments, chosen once in app.py."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from cdk.callers import Callers
from cdk.checks import SettingsError, one_of
from cdk.serving import Serving

STAGES = ("dev", "prod", "local", "smoke")
REGIONS = ("us-east-1", "us-west-2")  # on-demand deployment of custom models, Bedrock user guide, 2026-11
ROUTE_MODES = ("cascade", "edge", "distilled")  # who answers: the edge student where it is sure, always, or never first
LOG_DAYS = (7, 30, 90, 365)  # some of what CloudWatch Logs offers
PYTHONS = ("3.11", "3.12", "3.13", "3.14")  # Lambda runtimes that the code runs on
ACCOUNT_PYTHON = PYTHONS[-1]

Architecture = Literal["arm64", "x86_64"]


@dataclass(frozen=True, kw_only=True)
class Models:
    """Bedrock ids: foundation models, or inference profiles (`us.`, `global.`). Defaults of a run, by role."""

    teacher: str
    job_teacher: str
    student: str
    base: str
    baseline: str
    judge: str
    also_allowed: tuple[str, ...] = ()

    @property
    def roles(self) -> dict[str, str]:
        """Model id by role."""
        return {key: value for key, value in asdict(self).items() if key != "also_allowed"}

    @property
    def allowed(self) -> tuple[str, ...]:
        """Every model that a run may name: all that the stack's roles may call."""
        return tuple(sorted({*self.roles.values(), *self.also_allowed}))


@dataclass(frozen=True, kw_only=True)
class RunDefaults:
    """What a run does when its input says nothing. Costs in USD; `chunk_size` in held-out queries.

    `others`: models to compare with, beside those of every run. `judged`: candidates that the judge rates; it rates
    `judge_repeat` of the distilled student's answers twice. `keep_failed` leaves what a discarded run has deployed.
    """

    mode: str
    customization: str
    promote: bool
    canary_share: float
    seed: int
    examples: int
    holdout: int
    mixed_share: float
    near_duplicate: float
    road: str
    on_legacy: str
    batch_size: int
    call_budget: float
    chunk_size: int
    max_cost_usd: float
    max_edge_risk: float
    judge_repeat: int
    judged: tuple[str, ...]
    others: tuple[str, ...]
    keep_failed: bool


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds. `*_polls` times `*_poll_seconds` is the longest wait; `route_rate` is requests per second."""

    generate_rounds: int
    generate_concurrency: int
    answer_concurrency: int
    batch_poll_seconds: int
    batch_polls: int
    distill_poll_seconds: int
    distill_polls: int
    deploy_poll_seconds: int
    deploy_polls: int
    judge_poll_seconds: int
    judge_polls: int
    route_rate: int
    route_burst: int
    route_quota_per_day: int
    log_days: int

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) < 1:
                raise SettingsError(f"limits.{limit.name} must be at least 1, is {getattr(self, limit.name)}")
        one_of("limits.log_days", self.log_days, LOG_DAYS)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One deployment.

    `bundle` False leaves the dependency layers empty: for tests, and for the embedded AWS. That one runs functions on
    this host's Python, which has the very packages of the lock files, and would unpack a layer again for every worker
    (3 s for the runtime layer, 8 s with the science layer, measured 2026-11-21). `report_note` heads every report.
    `bindings`: by engine, the fields behind the modalities, for `targets` of POST /route (docs/engines.md).
    `prices` come before those of `lambdas/intent/prices.json`, in its shape. `taxonomy` and `gate`: YAML files, from
    the root.
    """

    stage: str
    region: str
    python: str
    architecture: Architecture
    models: Models
    run: RunDefaults
    limits: Limits
    callers: Callers = field(default_factory=Callers)
    serving: Serving = field(default_factory=Serving)
    route_mode: str = ROUTE_MODES[0]
    bundle: bool = True
    report_note: str | None = None
    taxonomy: str = "taxonomy.yaml"
    gate: str = "gate.yaml"
    prices: Mapping[str, Any] = field(default_factory=dict[str, Any])
    bindings: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        one_of("stage", self.stage, STAGES)
        one_of("region", self.region, REGIONS)
        one_of("python", self.python, PYTHONS)
        one_of("route_mode", self.route_mode, ROUTE_MODES)
        if foreign := sorted(set(self.run.others) - set(self.models.allowed)):
            raise SettingsError(f"run.others: {', '.join(foreign)} may not be called; add it to models.also_allowed")

    @property
    def local(self) -> bool:
        """Whether this is for the embedded AWS."""
        return self.stage == "local"

    @property
    def passing(self) -> bool:
        """Whether everything goes with the stack: nobody relies on what is in it."""
        return self.stage in ("local", "smoke")

    @property
    def run_defaults(self) -> dict[str, Any]:
        """What an execution's input may override (and what it may not): settings of a run, models, allowed models."""
        stack = {"allowed_models": self.models.allowed, "serving": asdict(self.serving)}
        return {**asdict(self.run), **self.models.roles, **stack}

    @property
    def pointer(self) -> str:
        """Name of the SSM parameter that holds the active pointer."""
        return f"/intent-router/{self.stage}/active"
