"""Model identifiers and their life-cycle: what an id refers to, and whether a run may use it now."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LONGEST_RUN = timedelta(days=7)  # the state machine gives up after one; a resumed run takes longer
_PROFILE = re.compile(r"^(us|us-gov|eu|apac|au|jp|ca|global)\.")
_CONTEXT = re.compile(r":\d+k$")


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """`modelLifecycle` of GetFoundationModel: ACTIVE or LEGACY, and the time after which requests fail."""

    status: str
    end_of_life: datetime | None


LookUp = Callable[[str], LifeCycle | None]
"""The life-cycle of a model by its id; None where Bedrock knows no such model."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """What to name instead of a model that goes, and when its requests fail."""

    successor: str
    end: datetime


AS_OF = "2026-11-21"  # AWS model life-cycle pages
RETIREMENTS = {
    "amazon.nova-premier-v1:0": Retirement("us.amazon.nova-pro-v1:0", datetime(2026, 9, 14, tzinfo=UTC)),
    "anthropic.claude-3-haiku-20240307-v1:0": Retirement(
        "us.anthropic.claude-haiku-4-5-20251001-v1:0", datetime(2026, 9, 10, tzinfo=UTC)
    ),
    "anthropic.claude-3-5-haiku-20241022-v1:0": Retirement(
        "us.anthropic.claude-haiku-4-5-20251001-v1:0", datetime(2026, 6, 19, tzinfo=UTC)
    ),
    "anthropic.claude-sonnet-4-20250514-v1:0": Retirement(
        "us.anthropic.claude-sonnet-4-6", datetime(2026, 10, 14, tzinfo=UTC)
    ),
    "anthropic.claude-sonnet-4-5-20250929-v1:0": Retirement(
        "us.anthropic.claude-sonnet-4-6", datetime(2027, 4, 8, tzinfo=UTC)
    ),
}


def base_id(identifier: str) -> str:
    """The foundation model behind an id, a customizable id (`:128k`) or a cross-Region profile (`us.`)."""
    return _CONTEXT.sub("", _PROFILE.sub("", identifier.rpartition("/")[2]))


def family(identifier: str) -> str:
    """Maker and line of a model, such as `amazon.nova`: models that were taught alike."""
    return base_id(identifier).partition("-")[0]


def life_cycle(details: Mapping[str, object]) -> LifeCycle:
    """Read GetFoundationModel's `modelDetails`. A missing status reads as UNKNOWN, which is not usable."""
    cycle = details.get("modelLifecycle")
    fields: Mapping[str, object] = cycle if isinstance(cycle, Mapping) else {}
    end = fields.get("endOfLifeTime")
    return LifeCycle(str(fields.get("status", "UNKNOWN")), end if isinstance(end, datetime) else None)


def as_published(identifier: str) -> LifeCycle:
    """What is known without asking Bedrock: the retirements above; every other model counts as active."""
    known = RETIREMENTS.get(base_id(identifier))
    return LifeCycle("LEGACY", known.end) if known else LifeCycle("ACTIVE", None)


def objection(identifier: str, cycle: LifeCycle | None, now: datetime) -> str | None:
    """Why a run that starts `now` must not use this model; None if it may. `cycle` None: Bedrock does not know it.

    A model whose requests will fail before the longest run is over counts as gone.
    """
    known = RETIREMENTS.get(base_id(identifier))
    advice = f"; use {successor(identifier)}" if known else "; choose an active model"
    if cycle is None:
        return f"{identifier} is not known to Bedrock in this Region{advice}"
    if cycle.end_of_life is not None and cycle.end_of_life <= now:
        return f"{identifier} has reached its end of life on {cycle.end_of_life:%Y-%m-%d}{advice}"
    if cycle.end_of_life is not None and cycle.end_of_life <= now + LONGEST_RUN:
        end = f"{cycle.end_of_life:%Y-%m-%d}"
        return f"{identifier} reaches its end of life on {end}, before a run is sure to end{advice}"
    if cycle.status != "ACTIVE":
        return f"{identifier} is {cycle.status}, closed to new customers and new training{advice}"
    return None


def successor(identifier: str) -> str | None:
    """What to name instead, in the same form: profile for profile, `:128k` for a student, plain for plain Amazon ids.

    None if no successor is known. Anthropic's models are served through profiles only.
    """
    known = RETIREMENTS.get(base_id(identifier))
    if known is None:
        return None
    plain = base_id(known.successor)
    profile, context = _PROFILE.match(identifier), _CONTEXT.search(identifier)
    if profile:
        return profile.group() + plain
    return plain + (context.group() if context else "") if plain.startswith("amazon.") else known.successor


def base_of_custom(model_arn: str) -> str:
    """The foundation model that a custom model was made of: `...:custom-model/<base>/<id>`."""
    return base_id(model_arn.split("/")[1]) if model_arn.count("/") else model_arn
