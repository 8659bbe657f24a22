"""The requests of POST /route and POST /route/batch, read strictly from an API Gateway proxy event.

What is plainly right is taken here; everything else goes to `route.schema`, whose pydantic models say what is wrong.
Tests hold that the two agree. So a function that starts need not wait for pydantic, unless its first caller errs.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from intent.strict import strict_json
from intent.text import MAX_QUERY
from route.errors import InvalidRequest, TooLarge, UnsupportedMedia
from route.router import Prefer

if TYPE_CHECKING:
    from pydantic import ValidationError

MAX_BODY = 16_384  # bytes; a query of 2,000 characters needs at most 12,000 with escapes
MAX_BATCH_BODY = 262_144
MAX_QUERIES = 100
MAX_TARGETS, MAX_TARGET = 8, 40  # engines, and characters of one's name
MAX_FLOOR = 0.5
_TOLD, _NAME = 5, 60  # rules in one message, and characters of a field's name: the caller may have chosen it
_JSON = "application/json"
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_PREFERENCES = frozenset(get_args(Prefer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to answer; `route.schema` says what each means."""

    explain: bool = False
    targets: Sequence[str] = ()
    floor: float = 0.05
    prefer: Prefer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRequest(Options):
    """One query."""

    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRequest(Options):
    """Queries with the same options, each still to be read with `read_query`."""

    queries: Sequence[Any]


Request = TypeVar("Request", bound=Options)
_FIELDS: Mapping[type[Options], frozenset[str]] = {
    RouteRequest: frozenset({"query"}),
    BatchRequest: frozenset({"queries"}),
}
_OPTIONS = frozenset({"explain", "targets", "floor", "prefer"})


def read(event: Mapping[str, Any], kind: type[Request], *, max_body: int = MAX_BODY) -> Request:
    """The request of an event. Raises a RouteError that names the field and the rule, never the text."""
    headers: Mapping[Any, Any] = event.get("headers") or {}
    media = next((str(value) for name, value in headers.items() if str(name).lower() == "content-type"), _JSON)
    if media != _JSON and media.partition(";")[0].strip().lower() != _JSON:
        raise UnsupportedMedia("send the body as application/json")
    try:
        decoded = strict_json(_text(event, max_body))
    except ValueError:
        raise InvalidRequest("body: is not valid JSON") from None
    if not isinstance(decoded, dict):
        raise InvalidRequest('body: must be a JSON object, such as {"query": "red car at night"}')
    fields = {str(name): value for name, value in decoded.items()}
    return kind(**(fields if _is_plain(fields, kind) else _judged(fields, kind)))


def read_query(given: object) -> str | InvalidRequest:
    """One query of a batch, or what is wrong with it."""
    if isinstance(given, str) and _is_query(given):
        return given
    from pydantic import ValidationError  # noqa: PLC0415

    from route.schema import QUERY  # noqa: PLC0415

    try:
        return QUERY.validate_python(given)
    except ValidationError as error:
        return InvalidRequest(_rules(error, "query"))


def problem(query: str) -> str | None:
    """What is wrong with the characters of a query."""
    if not query.strip():
        return "is blank"
    return "holds a character that is no text (NUL or a lone surrogate)" if _NO_TEXT.search(query) else None


def _is_query(given: object) -> bool:
    return type(given) is str and len(given) <= MAX_QUERY and problem(given) is None


def _is_plain(fields: Mapping[str, Any], kind: type[Options]) -> bool:
    """Whether the fields are right beyond doubt."""
    own = _FIELDS[kind]
    if not own <= fields.keys() <= own | _OPTIONS:
        return False
    if kind is RouteRequest and not _is_query(fields["query"]):
        return False
    if kind is BatchRequest and not (type(fields["queries"]) is list and 1 <= len(fields["queries"]) <= MAX_QUERIES):
        return False
    return len(fields) == len(own) or _plain_options(**{name: fields[name] for name in fields.keys() & _OPTIONS})


def _plain_options(
    *, explain: object = False, targets: object = (), floor: object = 0.0, prefer: object = None
) -> bool:
    return (
        type(explain) is bool
        and type(floor) is float
        and 0 <= floor <= MAX_FLOOR
        and (prefer is None or (type(prefer) is str and prefer in _PREFERENCES))
        and targets == ()
    )


def _judged(fields: Mapping[str, Any], kind: type[Options]) -> dict[str, Any]:
    """The same fields as pydantic takes them. Raises InvalidRequest."""
    from pydantic import ValidationError  # noqa: PLC0415

    from route import schema  # noqa: PLC0415

    model = schema.RouteRequest if kind is RouteRequest else schema.BatchRequest
    try:
        return dict(model.model_validate(fields))
    except ValidationError as error:
        raise InvalidRequest(_rules(error)) from None


def _text(event: Mapping[str, Any], max_body: int) -> str:
    body = event.get("body") or ""
    if len(body) > 2 * max_body:
        raise TooLarge(f"body: is larger than {max_body} bytes")
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode("utf-8")
        text = raw.decode("utf-8")
    except ValueError:
        raise InvalidRequest("body: is not UTF-8 text") from None
    if len(raw) > max_body:
        raise TooLarge(f"body: is larger than {max_body} bytes")
    return text


def _rules(error: "ValidationError", field: str = "body") -> str:
    return "; ".join(_rule(detail, field) for detail in error.errors(include_input=False)[:_TOLD])


def _rule(detail: Mapping[str, Any], otherwise: str) -> str:
    field = ascii(".".join(str(part) for part in detail["loc"]) or otherwise)[1:-1][:_NAME]
    return f"{field}: {str(detail['msg']).removeprefix('Value error, ')}"
