"""The part that all List operations share: filters by name, status and time, order, and pages."""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from local.bedrock.store import Resource
from local.bedrock.wire.errors import validation
from local.bedrock.wire.messages import Input

_PAGE = 100  # our default; the service does not say
_BEFORE = ("creationTimeBefore", "createdBefore", "submitTimeBefore")
_AFTER = ("creationTimeAfter", "createdAfter", "submitTimeAfter")
ResourceT = TypeVar("ResourceT", bound=Resource)


def select(items: Iterable[ResourceT], request: Input) -> tuple[list[ResourceT], str | None]:
    """One page of the items that match, newest first unless asked otherwise, and the token of the next page."""
    found = [item for item in items if _matches(item, request)]
    found.sort(
        key=lambda item: (item.created, item.arn), reverse=request.get("sortOrder", "Descending") == "Descending"
    )
    start, size = _start(request.get("nextToken")), request.get("maxResults", _PAGE)
    end = start + (size if isinstance(size, int) else _PAGE)
    return found[start:end], _token(end) if end < len(found) else None


def _matches(item: Resource, request: Input) -> bool:
    if (part := request.get("nameContains")) and str(part) not in item.name:
        return False
    if (status := request.get("statusEquals")) and status != getattr(item, "status", None):
        return False
    before, after = _time(request, _BEFORE), _time(request, _AFTER)
    return (before is None or item.created < before) and (after is None or item.created > after)


def _time(request: Input, names: Iterable[str]) -> datetime | None:
    return next((value for name in names if isinstance(value := request.get(name), datetime)), None)


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode()


def _start(token: object) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(str(token)).decode().removeprefix("from:"))
    except (ValueError, binascii.Error) as error:
        raise validation("The pagination token is invalid.") from error
