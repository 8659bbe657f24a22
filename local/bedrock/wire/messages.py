"""What goes in and out: HTTP as MiniStack hands it over, and operations' inputs and outputs."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

Input: TypeAlias = dict[str, object]
Output: TypeAlias = Mapping[str, object]
Query: TypeAlias = Mapping[str, str | Sequence[str]]


class HttpRequest(NamedTuple):
    """As MiniStack hands it over: path decoded, header names lower case, query values single or listed."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Query


class HttpAnswer(NamedTuple):
    """As MiniStack takes it back."""

    status: int
    headers: dict[str, str]
    body: bytes
