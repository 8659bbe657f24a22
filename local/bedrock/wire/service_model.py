"""botocore's service model with types: the only place that touches its untyped attributes."""

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from local.bedrock.wire.patterns import enum_of


class Shape:
    """One shape where it is used: a member's location and wire name are the member's, not the type's."""

    def __init__(self, raw: Any) -> None:  # noqa: ANN401  (a botocore shape; its attributes are untyped)
        self._raw = raw
        self.name: str = raw.name
        self.kind: str = raw.type_name
        self.required: frozenset[str] = frozenset(raw.metadata.get("required", ()))
        self.least: float | None = raw.metadata.get("min")
        self.most: float | None = raw.metadata.get("max")
        self.pattern: str | None = raw.metadata.get("pattern")
        self.enum: list[str] = enum_of(raw.name, raw.metadata.get("enum", []))
        self.document: bool = bool(raw.metadata.get("document"))
        self.union: bool = bool(raw.metadata.get("union"))
        self.location: str | None = raw.serialization.get("location")
        self.payload: str | None = raw.serialization.get("payload")
        self.wire_name: str | None = raw.serialization.get("name")
        self.status: int | None = raw.metadata.get("error", {}).get("httpStatusCode")

    @cached_property
    def members(self) -> dict[str, "Shape"]:
        """Of a structure."""
        return {name: Shape(member) for name, member in self._raw.members.items()}

    @cached_property
    def item(self) -> "Shape":
        """Of a list: its items. Of a map: its values."""
        return Shape(self._raw.member if self.kind == "list" else self._raw.value)


class Operation:
    """One operation: its HTTP form, input and output."""

    def __init__(self, raw: Any) -> None:  # noqa: ANN401  (a botocore operation model)
        self.name: str = raw.name
        self.method: str = raw.http["method"]
        self.uri: str = raw.http["requestUri"].partition("?")[0]
        self.status: int = int(raw.http.get("responseCode", 200))
        self.input = Shape(raw.input_shape)
        self.output = Shape(raw.output_shape) if raw.output_shape else None


class Service:
    """One service's operations and errors. Immutable."""

    def __init__(self, name: str) -> None:
        self._raw: Any = ServiceModel(Loader().load_service_model(name, "service-2"), name)

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """By name. Every operation of the Bedrock services has an input."""
        return {name: Operation(self._raw.operation_model(name)) for name in self._raw.operation_names}

    def error_status(self, code: str) -> int:
        """The HTTP status of an error. Raises KeyError for a code that the model does not have: a bug of ours."""
        status = Shape(self._raw.shape_for(code)).status
        if status is None:
            raise KeyError(code)
        return status


@cache
def service(name: str) -> Service:
    """The service of that name; read once (0.1 s)."""
    return Service(name)
