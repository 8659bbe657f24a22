"""The request of POST /route, read strictly from an API Gateway proxy event."""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from intent.records import MAX_QUERY
from intent.strict import strict_json
from route.errors import InvalidRequest, TooLarge, UnsupportedMedia
from route.router import Prefer

MAX_BODY = 16_384  # bytes; a query of 2,000 characters needs at most 12,000 with escapes
_TOLD, _NAME = 5, 60  # rules in one message, and characters of a field's name: the caller may have chosen it


class RouteRequest(BaseModel):
    """`query`: 1 to 2,000 characters. `explain`: also say why. `floor`: a modality below it is not active (0..0.5).

    `prefer`: `quality` asks the distilled student even where the edge student is sure, `speed` never does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    query: Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUERY)]
    explain: bool = False
    targets: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=8)] = []
    floor: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    prefer: Prefer | None = None

    @field_validator("query")
    @classmethod
    def _is_text(cls, query: str) -> str:
        if not query.strip():
            raise ValueError("is blank")
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in query):
            raise ValueError("holds a character that is no text (NUL or a lone surrogate)")
        return query


def read(event: Mapping[str, Any]) -> RouteRequest:
    """The request of an event. Raises a RouteError that names the field and the rule, never the text."""
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    media = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media != "application/json":
        raise UnsupportedMedia("send the body as application/json")
    try:
        decoded = strict_json(_text(event))
    except ValueError:
        raise InvalidRequest("body: is not valid JSON") from None
    if not isinstance(decoded, dict):
        raise InvalidRequest('body: must be a JSON object, such as {"query": "red car at night"}')
    try:
        return RouteRequest.model_validate(decoded)
    except ValidationError as error:
        broken = error.errors(include_input=False)[:_TOLD]
        raise InvalidRequest("; ".join(_rule(detail) for detail in broken)) from None


def _text(event: Mapping[str, Any]) -> str:
    body = event.get("body") or ""
    if len(body) > 2 * MAX_BODY:
        raise TooLarge(f"body: is larger than {MAX_BODY} bytes")
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode("utf-8")
        text = raw.decode("utf-8")
    except (binascii.Error, UnicodeError):
        raise InvalidRequest("body: is not UTF-8 text") from None
    if len(raw) > MAX_BODY:
        raise TooLarge(f"body: is larger than {MAX_BODY} bytes")
    return text


def _rule(detail: Mapping[str, Any]) -> str:
    field = ascii(".".join(str(part) for part in detail["loc"]) or "body")[1:-1][:_NAME]
    return f"{field}: {str(detail['msg']).removeprefix('Value error, ')}"
