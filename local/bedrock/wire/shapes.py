"""What a caller sent, decoded and checked against the shapes of the service model."""

import base64
import binascii
from collections.abc import Mapping, Sized
from datetime import UTC, datetime
from typing import cast

from local.bedrock.wire.errors import ApiError, validation
from local.bedrock.wire.patterns import compiled
from local.bedrock.wire.service_model import Shape

_SHOWN = 200  # characters of a refused value that an error repeats
_SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
}


class Checker:
    """Decodes one request, and collects every violated constraint, as the service reports them together."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def error(self) -> ApiError | None:
        """The service's wording for all violations, or None."""
        count = len(self.problems)
        found = f"{count} validation error{'s' if count > 1 else ''} detected: "
        return validation(found + "; ".join(self.problems)) if count else None

    def decode(self, shape: Shape, value: object, path: str) -> object:
        """`value` (JSON, or text from path, query or header) as Python value; violations go to `problems`."""
        if shape.document:
            return value
        if shape.kind in {"structure", "map"} and isinstance(value, dict):
            decode = self._structure if shape.kind == "structure" else self._map
            return decode(shape, cast("Mapping[str, object]", value), path)
        if shape.kind == "list" and isinstance(value, list):
            return self._list(shape, cast("list[object]", value), path)
        if shape.kind in {"structure", "map", "list"}:
            return self._refuse(value, path, f"be a {shape.kind}")
        return (self._scalar if shape.kind in _SCALARS else self._converted)(shape, value, path)

    def _refuse(self, value: object, path: str, rule: str) -> None:
        shown = "null" if value is None else f"'{str(value)[:_SHOWN]}'"
        self.problems.append(f"Value {shown} at '{path}' failed to satisfy constraint: Member must {rule}")

    def _structure(self, shape: Shape, value: Mapping[str, object], path: str) -> object:
        decoded: dict[str, object] = {}
        for name, member in shape.members.items():
            inner, given = f"{path}.{name}" if path else name, value.get(name)
            if given is not None:
                decoded[name] = self.decode(member, given, inner)
            elif name in shape.required:
                self._refuse(None, inner, "not be null")
        if shape.union and len(decoded) != 1:
            self._refuse(list(value), path, f"have exactly one of {list(shape.members)}")
        return decoded

    def _list(self, shape: Shape, value: list[object], path: str) -> object:
        self._length(shape, value, path)
        return [self.decode(shape.item, item, f"{path}.{index}.member") for index, item in enumerate(value, start=1)]

    def _map(self, shape: Shape, value: Mapping[str, object], path: str) -> object:
        self._length(shape, value, path)
        return {key: self.decode(shape.item, item, f"{path}.{key}") for key, item in value.items()}

    def _scalar(self, shape: Shape, value: object, path: str) -> object:
        is_flag = isinstance(value, bool)
        if not isinstance(value, _SCALARS[shape.kind]) or is_flag != (shape.kind == "boolean"):
            return self._refuse(value, path, f"be of type {shape.kind}")
        if isinstance(value, str):
            self._text(shape, value, path)
        elif not is_flag:
            self._bounds(shape, value, cast("float", value), path, "value")
        return value

    def _converted(self, shape: Shape, value: object, path: str) -> object:
        try:
            return _timestamp(str(value)) if shape.kind == "timestamp" else base64.b64decode(str(value), validate=True)
        except (ValueError, binascii.Error):
            return self._refuse(value, path, f"be of type {shape.kind}")

    def _text(self, shape: Shape, value: str, path: str) -> None:
        self._length(shape, value, path)
        too_long = shape.most is not None and len(value) > shape.most
        if shape.pattern and not too_long and not compiled(shape.pattern).fullmatch(value):
            self._refuse(value, path, f"satisfy regular expression pattern: {shape.pattern}")
        if shape.enum and value not in shape.enum:
            self._refuse(value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]")

    def _length(self, shape: Shape, value: Sized, path: str) -> None:
        self._bounds(shape, value, len(value), path, "length")

    def _bounds(self, shape: Shape, value: object, size: float, path: str, what: str) -> None:
        if shape.least is not None and size < shape.least:
            self._refuse(value, path, f"have {what} greater than or equal to {shape.least}")
        if shape.most is not None and size > shape.most:
            self._refuse(value, path, f"have {what} less than or equal to {shape.most}")


def from_text(shape: Shape, text: str) -> object:
    """A member of path, query or header in its JSON form, so that both go through the same checks."""
    if shape.kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    if shape.kind in {"integer", "long"} and text.removeprefix("-").isdecimal():
        return int(text)
    return text


def _timestamp(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
