"""What a caller sent, decoded and checked against the shapes of botocore's service model."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from local.bedrock.errors import ApiError, validation
from local.bedrock.patterns import compiled, enum_of

_SHOWN = 200  # characters of a refused value that an error repeats
_SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "long": int, "float": (int, float), "double": (int, float), "boolean": bool,
}  # fmt: skip


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
        if getattr(shape, "is_document_type", False):
            return value
        if isinstance(shape, StructureShape):
            return self._structure(shape, value, path)
        if isinstance(shape, ListShape):
            return self._list(shape, value, path)
        if isinstance(shape, MapShape):
            return self._map(shape, value, path)
        if shape.type_name in _SCALARS:
            return self._scalar(shape, value, path)
        return self._converted(shape, value, path)

    def _refuse(self, value: object, path: str, rule: str) -> None:
        shown = "null" if value is None else f"'{str(value)[:_SHOWN]}'"
        self.problems.append(f"Value {shown} at '{path}' failed to satisfy constraint: Member must {rule}")

    def _structure(self, shape: StructureShape, value: object, path: str) -> object:
        if not isinstance(value, dict):
            return self._refuse(value, path, "be a structure")
        decoded: dict[str, object] = {}
        for name, member in shape.members.items():
            inner, given = f"{path}.{name}" if path else name, value.get(name)
            if given is not None:
                decoded[name] = self.decode(member, given, inner)
            elif name in shape.required_members:
                self._refuse(None, inner, "not be null")
        if getattr(shape, "is_tagged_union", False) and len(decoded) != 1:
            self._refuse(value, path, f"have exactly one of {list(shape.members)}")
        return decoded

    def _list(self, shape: ListShape, value: object, path: str) -> object:
        if not isinstance(value, list):
            return self._refuse(value, path, "be a list")
        self._length(shape, value, path)
        return [self.decode(shape.member, item, f"{path}.{index + 1}.member") for index, item in enumerate(value)]

    def _map(self, shape: MapShape, value: object, path: str) -> object:
        if not isinstance(value, dict):
            return self._refuse(value, path, "be a map")
        self._length(shape, value, path)
        return {key: self.decode(shape.value, item, f"{path}.{key}") for key, item in value.items()}

    def _scalar(self, shape: Shape, value: object, path: str) -> object:
        if not isinstance(value, _SCALARS[shape.type_name]) or (
            isinstance(value, bool) and shape.type_name != "boolean"
        ):
            return self._refuse(value, path, f"be of type {shape.type_name}")
        if isinstance(value, str):
            self._text(shape, value, path)
        elif not isinstance(value, bool):
            self._bounds(shape, value, value, path, "value")
        return value

    def _converted(self, shape: Shape, value: object, path: str) -> object:
        convert: Callable[[str], object] = _timestamp if shape.type_name == "timestamp" else _blob
        try:
            return convert(str(value))
        except (ValueError, binascii.Error):
            return self._refuse(value, path, f"be of type {shape.type_name}")

    def _text(self, shape: Shape, value: str, path: str) -> None:
        self._length(shape, value, path)
        pattern, allowed = shape.metadata.get("pattern"), enum_of(shape)
        too_long = len(value) > shape.metadata.get("max", len(value))
        if pattern and not too_long and not compiled(pattern).fullmatch(value):
            self._refuse(value, path, f"satisfy regular expression pattern: {pattern}")
        if allowed and value not in allowed:
            self._refuse(value, path, f"satisfy enum value set: [{', '.join(allowed)}]")

    def _length(self, shape: Shape, value: str | list[object] | dict[str, object], path: str) -> None:
        self._bounds(shape, value, len(value), path, "length")

    def _bounds(self, shape: Shape, value: object, size: float, path: str, what: str) -> None:
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if least is not None and size < least:
            self._refuse(value, path, f"have {what} greater than or equal to {least}")
        if most is not None and size > most:
            self._refuse(value, path, f"have {what} less than or equal to {most}")


def from_text(shape: Shape, text: str) -> object:
    """A member of path, query or header in its JSON form, so that both go through the same checks."""
    if shape.type_name == "boolean" and text in {"true", "false"}:
        return text == "true"
    if shape.type_name in {"integer", "long"} and text.lstrip("-").isdecimal():
        return int(text)
    return text


def _timestamp(text: str) -> datetime:
    parsed = parse_timestamp(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _blob(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
