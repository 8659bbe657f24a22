"""What boto3 does not check of a request: patterns, ranges and enumerations of the service model."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session


@cache
def input_shape(operation: str) -> Any:
    return botocore.session.get_session().get_service_model("bedrock").operation_model(operation).input_shape


def breaches(operation: str, request: Mapping[str, Any]) -> list[str]:
    """Every member that breaks a rule, as `path: rule`."""
    return list(_look(input_shape(operation), request, ""))


def _look(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        unknown = set(value) - set(shape.members)
        yield from (f"{path}.{name}: unknown" for name in sorted(unknown))
        yield from (f"{path}.{name}: required" for name in shape.required_members if name not in value)
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            yield f"{path}: union with {len(value)} members"
        for name in set(value) - unknown:
            yield from _look(shape.members[name], value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        yield from _size(shape, len(value), path)
        for index, item in enumerate(value):
            yield from _look(shape.member, item, f"{path}[{index}]")
    elif shape.type_name == "string":
        yield from _size(shape, len(value), path)
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            yield f"{path}: {value!r} is not {pattern}"
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is none of {shape.enum}"
    elif shape.type_name in ("integer", "float", "double"):
        yield from _size(shape, value, path)


def _size(shape: Any, size: float, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield f"{path}: {size} is outside {low}..{high}"
