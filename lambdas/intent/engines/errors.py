"""What `compile` refuses. Each message names the field and says what to write instead.

EngineError (a ValueError)
├── UnknownEngine   no such engine, or no form of it for so old a version
├── DecisionError   the routing decision is not one
└── BindingError    the bindings do not fit the decision or the engine
"""

from pydantic import ValidationError


class EngineError(ValueError):
    """The base: whatever the caller can put right."""


class UnknownEngine(EngineError):
    """The name or the version is not in the registry."""


class DecisionError(EngineError):
    """Weights, active modalities or filters are malformed."""


class BindingError(EngineError):
    """A modality, field or attribute is bound wrongly, or not at all."""


def told(error: ValidationError, root: str) -> str:
    """The first broken rule as `root.field: rule`; the rejected value is not repeated."""
    detail = error.errors(include_input=False, include_url=False)[0]
    place = ".".join([root, *(str(part) for part in detail["loc"])])
    return f"{place}: {detail['msg'].removeprefix('Value error, ')}"
