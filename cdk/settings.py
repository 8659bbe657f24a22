"""All that differs between deployments, chosen once in app.py from cdk.json's context."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeVar

STAGES = ("dev", "prod", "local")
REGIONS = ("us-east-1", "us-west-2")  # on-demand deployment of custom models, Bedrock user guide, 2026-11
LOG_DAYS = (7, 30, 90, 365)  # some of what CloudWatch Logs offers
PYTHONS = ("3.11", "3.12", "3.13", "3.14")  # Lambda runtimes that the code runs on
ACCOUNT_PYTHON = PYTHONS[-1]

Architecture = Literal["arm64", "x86_64"]
_MACHINES: dict[str, Architecture] = {
    "aarch64": "arm64",
    "arm64": "arm64",
    "x86_64": "x86_64",
    "amd64": "x86_64",
}


_Value = TypeVar("_Value", str, int)


class SettingsError(ValueError):
    """The context does not describe a deployment; the message names the key and what it may be."""


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
    """What a run does when its input says nothing. Costs in USD; `chunk_size` in held-out queries."""

    mode: str
    customization: str
    promote: bool
    seed: int
    examples: int
    holdout: int
    batch_size: int
    chunk_size: int
    max_cost_usd: float


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds. `*_polls` times `*_poll_seconds` is the longest wait; `route_rate` is requests per second."""

    generate_rounds: int
    generate_concurrency: int
    answer_concurrency: int
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
        for field in fields(self):
            if getattr(self, field.name) < 1:
                raise SettingsError(f"limits.{field.name} must be at least 1, is {getattr(self, field.name)}")
        _one_of("limits.log_days", self.log_days, LOG_DAYS)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One deployment.

    `bundle` False leaves the dependency layers empty: for tests and offline synthesis only. `report_note` stands at the
    top of every report.
    """

    stage: str
    region: str
    python: str
    architecture: Architecture
    models: Models
    run: RunDefaults
    limits: Limits
    bundle: bool = True
    report_note: str | None = None

    def __post_init__(self) -> None:
        _one_of("stage", self.stage, STAGES)
        _one_of("region", self.region, REGIONS)
        _one_of("python", self.python, PYTHONS)

    @property
    def local(self) -> bool:
        """Whether this is for the embedded AWS."""
        return self.stage == "local"

    @property
    def pointer(self) -> str:
        """Name of the SSM parameter that holds the active pointer."""
        return f"/intent-router/{self.stage}/active"


_Part = TypeVar("_Part", Models, RunDefaults, Limits)


def load(context: Mapping[str, Any], *, host_python: str, host_machine: str) -> Settings:
    """Settings from the context; the host matters to the local stage only, whose functions run on it.

    In an account: arm64 and the newest Python that Lambda has. Raises SettingsError.
    """
    stage = _one_of("stage", str(context.get("stage")), STAGES)
    own = _section(_section(context, "stages"), stage)
    machine = _one_of("this host's processor", host_machine.lower(), tuple(_MACHINES))
    return Settings(
        stage=stage,
        region=str(context.get("region")),
        python=host_python if stage == "local" else ACCOUNT_PYTHON,
        architecture=_MACHINES[machine] if stage == "local" else "arm64",
        models=_build(Models, "models", context, own),
        run=_build(RunDefaults, "run", context, own),
        limits=_build(Limits, "limits", context, own),
        report_note=own.get("report_note"),
        bundle=str(context.get("bundle", True)).lower() != "false",
    )


def _build(kind: type[_Part], key: str, context: Mapping[str, Any], own: Mapping[str, Any]) -> _Part:
    values = {**_section(context, key), **_section(own, key)}
    known = {field.name for field in fields(kind)}
    if unknown := sorted(set(values) - known):
        raise SettingsError(f"{key}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    try:
        return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
    except TypeError as error:  # a field without default is missing: the message names it
        raise SettingsError(f"{key}: {error}") from None


def _section(context: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = context.get(key, {})
    if not isinstance(value, Mapping):
        raise SettingsError(f"context key {key} must be an object, is {value!r}")
    return value


def _one_of(name: str, value: _Value, known: tuple[_Value, ...]) -> _Value:
    if value not in known:
        raise SettingsError(f"{name} must be one of {', '.join(map(str, known))}; is {value!r}")
    return value
