"""The requests of POST /route and POST /route/batch, read strictly from an API Gateway proxy event."""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from intent.records import MAX_QUERY
from intent.strict import strict_json
from route.errors import InvalidRequest, TooLarge, UnsupportedMedia
from route.router import Prefer

MAX_BODY = 16_384  # bytes; a query of 2,000 characters needs at most 12,000 with escapes
MAX_BATCH_BODY = 262_144
MAX_QUERIES = 100
_TOLD, _NAME = 5, 60  # rules in one message, and characters of a field's name: the caller may have chosen it


def _is_text(query: str) -> str:
    if not query.strip():
        raise ValueError("is blank")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in query):
        raise ValueError("holds a character that is no text (NUL or a lone surrogate)")
    return query


QueryText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUERY, strict=True), AfterValidator(_is_text)]
_QUERY: TypeAdapter[str] = TypeAdapter(QueryText)


class Options(BaseModel):
    """How to answer. `explain`: also say why. `floor`: a modality below it is not active (0..0.5).

    `prefer`: `quality` asks the distilled student even where the edge student is sure, `speed` never does. `targets`:
    engines to compile the decision for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    explain: bool = False
    targets: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=8)] = []
    floor: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    prefer: Prefer | None = None


class RouteRequest(Options):
    """One query, 1 to 2,000 characters."""

    query: QueryText


class BatchRequest(Options):
    """1 to 100 queries with the same options. Each is checked on its own: a bad one costs only itself."""

    queries: Annotated[list[Any], Field(min_length=1, max_length=MAX_QUERIES)]


Request = TypeVar("Request", bound=Options)


def read(event: Mapping[str, Any], kind: type[Request], *, max_body: int = MAX_BODY) -> Request:
    """The request of an event. Raises a RouteError that names the field and the rule, never the text."""
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    media = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media != "application/json":
        raise UnsupportedMedia("send the body as application/json")
    try:
        decoded = strict_json(_text(event, max_body))
    except ValueError:
        raise InvalidRequest("body: is not valid JSON") from None
    if not isinstance(decoded, dict):
        raise InvalidRequest('body: must be a JSON object, such as {"query": "red car at night"}')
    try:
        return kind.model_validate(decoded)
    except ValidationError as error:
        raise InvalidRequest(_rules(error)) from None


def read_query(given: object) -> str | InvalidRequest:
    """One query of a batch, or what is wrong with it."""
    try:
        return _QUERY.validate_python(given)
    except ValidationError as error:
        return InvalidRequest(_rules(error, "query"))


def _text(event: Mapping[str, Any], max_body: int) -> str:
    body = event.get("body") or ""
    if len(body) > 2 * max_body:
        raise TooLarge(f"body: is larger than {max_body} bytes")
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode("utf-8")
        text = raw.decode("utf-8")
    except (binascii.Error, UnicodeError):
        raise InvalidRequest("body: is not UTF-8 text") from None
    if len(raw) > max_body:
        raise TooLarge(f"body: is larger than {max_body} bytes")
    return text


def _rules(error: ValidationError, field: str = "body") -> str:
    return "; ".join(_rule(detail, field) for detail in error.errors(include_input=False)[:_TOLD])


def _rule(detail: Mapping[str, Any], otherwise: str) -> str:
    field = ascii(".".join(str(part) for part in detail["loc"]) or otherwise)[1:-1][:_NAME]
    return f"{field}: {str(detail['msg']).removeprefix('Value error, ')}"
