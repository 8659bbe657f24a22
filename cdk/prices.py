"""Prices of one's own in the context: checked here, put over the shipped table by the functions (`intent.prices`)."""

import math
from collections.abc import Mapping
from typing import Any

from cdk.checks import SettingsError

_PER_MODEL = {
    "models": ("input", "output"),
    "training": ("per_million_tokens_and_epoch",),
    "provisioned": ("none", "OneMonth", "SixMonths"),  # by commitment; the one that `serving` names is enough
}
_ANY = {"provisioned"}
_SINGLE = {"storage": ("per_model_and_month",), "batch": ("share",), "aws": ("per_run", "per_step")}
_NOTES = ("as_of", "source")


def checked(prices: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The prices, if they have the shape of `lambdas/intent/prices.json`. Raises SettingsError naming the key."""
    for section, entries in prices.items():
        if section not in {**_PER_MODEL, **_SINGLE}:
            raise SettingsError(f"prices: unknown {section}; known are {', '.join({**_PER_MODEL, **_SINGLE})}")
        if section in _SINGLE:
            _entry(f"prices.{section}", entries, _SINGLE[section])
            if section == "batch" and not 0 < entries["share"] <= 1:
                raise SettingsError(f"prices.batch.share must be above 0 and at most 1, is {entries['share']!r}")
            continue
        for model, entry in _mapping(f"prices.{section}", entries).items():
            _entry(f"prices.{section}.{model}", entry, _PER_MODEL[section], every=section not in _ANY)
    return {section: dict(entries) for section, entries in prices.items()}


def _entry(name: str, entry: object, amounts: tuple[str, ...], *, every: bool = True) -> None:
    found = _mapping(name, entry)
    if unknown := sorted(set(found) - {*amounts, *_NOTES}):
        raise SettingsError(f"{name}: unknown {', '.join(unknown)}; known are {', '.join((*amounts, *_NOTES))}")
    for amount in amounts if every else sorted(set(found) & set(amounts)):
        value = found.get(amount)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise SettingsError(f"{name}.{amount} must be USD of at least 0, is {value!r}")
    for note in _NOTES:
        if not isinstance(found.get(note, ""), str):
            raise SettingsError(f"{name}.{note} must be text, is {found[note]!r}")


def _mapping(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"{name} must be an object, is {value!r}")
    return value
