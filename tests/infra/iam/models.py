"""Models that an execution may name: any of those that the settings allow, whichever the recorded run had."""

import json
import re
from pathlib import Path
from typing import Any

# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html, read 2026-11
_REGIONS = {"us": ("us-east-1", "us-east-2", "us-west-2"), "global": ("us-east-1", "")}
_CUSTOMISABLE = re.compile(r"(.+):\d+k")
ALLOWED = "{model}"
_SETTINGS = Path(__file__).parents[3] / "cdk.json"


def allowed() -> frozenset[str]:
    """Ids of `models` in cdk.json's context."""
    named: dict[str, Any] = dict(json.loads(_SETTINGS.read_text("utf-8"))["context"]["models"])
    return frozenset({*named.pop("also_allowed"), *named.values()})


def ids(models: frozenset[str]) -> frozenset[str]:
    """Every spelling of them: as they are, and as GetFoundationModel wants them."""
    return models | {_base(model) for model in models}


def arns(kind: str, model: str, models: frozenset[str]) -> frozenset[str]:
    """What calling, looking up or customising a model needs. An ARN stands for itself.

    `kind`: `@models` (a profile, and its model in each Region that it sends to), `@base` (the foundation model alone),
    `@student` (the foundation models that can be customised).
    """
    if model.startswith("arn:"):
        return frozenset({model})
    if model != ALLOWED:
        raise ValueError(f"{model} is none of the allowed models")
    if kind == "@base":
        return frozenset(_foundation("us-east-1", _base(each)) for each in models)
    if kind == "@student":
        return frozenset(_foundation("us-east-1", each) for each in models if _CUSTOMISABLE.fullmatch(each))
    return frozenset(arn for each in models for arn in _called(each))


def _called(model: str) -> list[str]:
    profile, _, rest = model.partition(".")
    if profile not in _REGIONS:
        return [_foundation("us-east-1", _base(model))]
    own = f"arn:aws:bedrock:us-east-1:ACCOUNT:inference-profile/{model}"
    return [own, *(_foundation(region, rest) for region in _REGIONS[profile])]


def _base(model: str) -> str:
    profile, _, rest = model.partition(".")
    found = rest if profile in _REGIONS else model
    marked = _CUSTOMISABLE.fullmatch(found)
    return marked[1] if marked else found


def _foundation(region: str, model: str) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{model}"
