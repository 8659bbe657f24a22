r"""Patterns and enums of the service model, made fit for a server to check.

botocore checks neither; AWS does. Two things in the published model must not be taken literally:
- `(-*[a-zA-Z0-9\+\-\.])` in job names lets one string match in exponentially many ways (a name of 60 hyphens and an
  underscore would never return); the class already holds the hyphen, so `-*` can go without changing the language.
- The enum of `EvaluationTaskType` lacks `General`, which the documentation of judge jobs demands.
"""

import re
from collections.abc import Sequence
from functools import cache

_AMBIGUOUS = r"(-*[a-zA-Z0-9\+\-\.])"
_LINEAR = r"[a-zA-Z0-9\+\-\.]"
_OPEN_ENUMS = frozenset({"EvaluationTaskType"})


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, without its exponential part."""
    return re.compile(pattern.replace(_AMBIGUOUS, _LINEAR))


def enum_of(shape: str, values: Sequence[str]) -> list[str]:
    """The values that the service accepts for a shape; empty if any string will do."""
    return [] if shape in _OPEN_ENUMS else list(values)
