"""Results as JSON, by the shapes of botocore's service model."""

from datetime import UTC, datetime

from botocore.model import ListShape, MapShape, Shape, StructureShape


def encode(shape: Shape, value: object) -> object:
    """A result as JSON value. Raises KeyError for a member that the shape lacks or requires: that is a bug of ours."""
    if getattr(shape, "is_document_type", False):
        return value
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        given = {name: item for name, item in value.items() if item is not None}
        if missing := [name for name in shape.required_members if name not in given]:
            raise KeyError(f"{shape.name}: {missing} missing")
        return {shape.members[name].serialization.get("name", name): encode(shape.members[name], item)
                for name, item in given.items()}  # fmt: skip
    if isinstance(shape, ListShape) and isinstance(value, list | tuple):
        return [encode(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: encode(shape.value, item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value
