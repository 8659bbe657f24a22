"""Model identifiers and their life-cycle: what an id refers to, and whether a run may use it now."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

_PROFILE = re.compile(r"^(us|us-gov|eu|apac|au|jp|ca|global)\.")
_CONTEXT = re.compile(r":\d+k$")
# What to name instead of a model that is gone (AWS model life-cycle pages, 2026-11-21).
SUCCESSORS = {
    "amazon.nova-premier-v1:0": "us.amazon.nova-pro-v1:0",
    "anthropic.claude-3-haiku-20240307-v1:0": "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "anthropic.claude-3-5-haiku-20241022-v1:0": "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "anthropic.claude-sonnet-4-20250514-v1:0": "us.anthropic.claude-sonnet-4-6",
    "anthropic.claude-sonnet-4-5-20250929-v1:0": "us.anthropic.claude-sonnet-4-6",
}


def base_id(identifier: str) -> str:
    """The foundation model behind an id, a customizable id (`:128k`) or a cross-Region profile (`us.`)."""
    return _CONTEXT.sub("", _PROFILE.sub("", identifier.rpartition("/")[2]))


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """`modelLifecycle` of GetFoundationModel: ACTIVE or LEGACY, and the time after which requests fail."""

    status: str
    end_of_life: datetime | None


def life_cycle(details: Mapping[str, object]) -> LifeCycle:
    """Read GetFoundationModel's `modelDetails`. A missing status reads as UNKNOWN, which is not usable."""
    cycle = details.get("modelLifecycle")
    fields: Mapping[str, object] = cycle if isinstance(cycle, Mapping) else {}
    end = fields.get("endOfLifeTime")
    return LifeCycle(str(fields.get("status", "UNKNOWN")), end if isinstance(end, datetime) else None)


def objection(identifier: str, cycle: LifeCycle | None, now: datetime) -> str | None:
    """Why a run that starts `now` must not use this model; None if it may. `cycle` None: Bedrock does not know it."""
    successor = SUCCESSORS.get(base_id(identifier))
    advice = f"; use {successor}" if successor else "; choose an active model"
    if cycle is None:
        return f"{identifier} is not known to Bedrock in this Region{advice}"
    if cycle.end_of_life is not None and cycle.end_of_life <= now:
        return f"{identifier} has reached its end of life on {cycle.end_of_life:%Y-%m-%d}{advice}"
    if cycle.status != "ACTIVE":
        return f"{identifier} is {cycle.status}, closed to new customers and new training{advice}"
    return None


def base_of_custom(model_arn: str) -> str:
    """The foundation model that a custom model was made of: `...:custom-model/<base>/<id>`."""
    return base_id(model_arn.split("/")[1]) if model_arn.count("/") else model_arn
