"""Results as JSON, by the shapes of the service model."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from local.bedrock.wire.service_model import Shape


def encode(shape: Shape, value: object) -> object:
    """A result as JSON value. Raises KeyError for a member that the shape lacks or requires: that is a bug of ours."""
    if shape.document:
        return value
    if shape.kind == "structure":
        return _structure(shape, cast("Mapping[str, object]", value))
    if shape.kind == "list":
        return [encode(shape.item, item) for item in cast("Sequence[object]", value)]
    if shape.kind == "map":
        return {key: encode(shape.item, item) for key, item in cast("Mapping[str, object]", value).items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def _structure(shape: Shape, value: Mapping[str, object]) -> dict[str, object]:
    given = {name: item for name, item in value.items() if item is not None}
    if missing := shape.required - given.keys():
        raise KeyError(f"{shape.name}: {sorted(missing)} missing")
    members = shape.members
    return {members[name].wire_name or name: encode(members[name], item) for name, item in given.items()}
