"""What every part of the settings is checked with."""

import re
from typing import TypeVar

_Value = TypeVar("_Value", str, int, float)


class SettingsError(ValueError):
    """The context does not describe a deployment; the message names the key and what it may be."""


def one_of(name: str, value: _Value, known: tuple[_Value, ...]) -> _Value:
    """The value, if it is known. Raises SettingsError."""
    if value not in known:
        raise SettingsError(f"{name} must be one of {', '.join(map(str, known))}; is {value!r}")
    return value


def like(name: str, value: str, pattern: str, what: str) -> None:
    """Raise SettingsError, saying `what` is wanted, unless the whole value fits the pattern."""
    if re.fullmatch(pattern, value) is None:
        raise SettingsError(f"{name} must be {what}; is {value!r}")
