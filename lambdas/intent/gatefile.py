"""The gate's rules as a deployment has them: `gate.yaml`, the one place where thresholds are written."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from intent.figures import ACTIVE
from intent.rules import Rule

# In a Lambda bundle the file stands beside the packages, already converted to JSON; in a checkout it is YAML, one up.
_COMPILED = Path(__file__).parents[1] / "gate.json"
_chosen = [Path(__file__).parents[2] / "gate.yaml"]
_SHOWN = 80  # characters of what was written


class GateError(ValueError):
    """The rules cannot be used; the message names the rule's number (from 1), the key and the fix."""


class _Gate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rules: tuple[Rule, ...]

    @field_validator("rules")
    @classmethod
    def _asks_something_of_a_first_run(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        if not rules:
            raise ValueError("there is none, and nothing would be asked; write at least one")
        if all(rule.other == ACTIVE for rule in rules):
            raise ValueError(f"all are about {ACTIVE}, which a first run has not; add one that always applies")
        return rules


def choose(file: Path) -> None:
    """Let `load` read this YAML file in this process, instead of the checkout's own; for tools, not for functions."""
    load.cache_clear()
    _chosen[:] = [file]


@cache
def load() -> tuple[Rule, ...]:
    """The rules, in the order of the file. Raises GateError."""
    if _COMPILED.exists():
        return read(json.loads(_COMPILED.read_text("utf-8")))
    import yaml  # noqa: PLC0415  (only in a checkout: a Lambda bundle carries no YAML parser)

    try:
        return read(yaml.safe_load(_chosen[0].read_text("utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise GateError(f"gate: cannot read {_chosen[0]}: {error}") from None


def read(content: object) -> tuple[Rule, ...]:
    """The rules of a file's content, `{"rules": [...]}`. Raises GateError naming all that is wrong."""
    try:
        return _Gate.model_validate(content).rules
    except ValidationError as error:
        raise GateError("; ".join(f"gate: {_readable(detail)}" for detail in error.errors())) from None


def _readable(detail: Mapping[str, Any]) -> str:
    """One of pydantic's complaints in the words of the file."""
    key, *inside = detail["loc"] or ("",)
    place = [f"rule {inside[0] + 1}", *map(str, inside[1:])] if inside else [str(key)]
    message, given = str(detail["msg"]).removeprefix("Value error, "), repr(detail["input"])[:_SHOWN]
    if detail["type"] == "extra_forbidden":
        message = f"unknown key; known are {', '.join(Rule.model_fields if inside else _Gate.model_fields)}"
    elif detail["type"] == "model_type":
        what = "{candidate: distilled, figure: top1, at_least: 0.9}" if inside else "{rules: [...]}"
        message = f"must be keys and values, such as {what}; is {given}"
    elif detail["type"] == "tuple_type":
        message = f"must be a list of rules; is {given}"
    elif detail["type"] == "missing":
        message = "is missing"
    elif detail["type"] != "value_error":
        message = f"{message}; is {given}"
    return ": ".join(filter(None, (*place, message)))
