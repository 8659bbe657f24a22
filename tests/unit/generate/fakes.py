"""A teacher that writes what it is asked for, one that is asked to write something else, and a bucket in memory."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from bedrock.converse import Ask, Question, Reply
from tests.unit.samples import MODALITIES
from tests.unit.wire import said


def asked_for(user: str) -> dict[str, Any]:
    """The JSON object that a writer's request ends with."""
    return json.loads(user.splitlines()[-1])


def fitting(cell: Mapping[str, Any], modalities: Sequence[str] = MODALITIES) -> dict[str, float]:
    """Weights that fit a cell."""
    first, second = cell["leading"], cell.get("second")
    led = {first: 0.45, second: 0.35} if second else {first: 0.7}
    others = [name for name in modalities if name not in led]
    rest = 1 - sum(led.values())
    raw = led | {name: rest / len(others) for name in others}
    return {name: round(raw[name] / sum(raw.values()), 4) for name in modalities}


def written(query: str, cell: Mapping[str, Any], modalities: Sequence[str] = MODALITIES) -> str:
    """One line for a cell."""
    return json.dumps({"query": query, **fitting(cell, modalities)})


def lines(user: str, modalities: Sequence[str] = MODALITIES) -> str:
    """As many queries as are asked for, none like another."""
    wanted = asked_for(user)
    start = wanted["seed"]
    return "\n".join(
        written(f"{wanted['leading']} {start + index} of {start}", wanted, modalities)
        for index in range(wanted["count"])
    )


def replying(text: str | Callable[[str], str], stop_reason: str = "end_turn") -> Ask:
    def ask(question: Question) -> Reply:
        return Reply(text if isinstance(text, str) else text(question.user), stop_reason, 100, 50, 1.0)

    return ask


def is_probe(parameters: Mapping[str, Any]) -> bool:
    """Whether this call only asks if the model may be called."""
    return parameters["inferenceConfig"]["maxTokens"] == 1


def converse(parameters: dict[str, Any]) -> dict[str, Any]:
    """The same teacher on the wire, and any model that is only tried."""
    if is_probe(parameters):
        return said("Hello", "max_tokens", (8, 1))
    return said(lines(parameters["messages"][0]["content"][0]["text"]))


class Crash(Exception):
    """The function died."""


class Bucket:
    """S3's get and put in memory. `crash_at`: the put, counted from 1, that dies `before` or `after` its effect."""

    def __init__(self, crash_at: int = 0, when: str = "before") -> None:
        self.kept: dict[str, bytes] = {}
        self.puts = 0
        self._crash_at, self._when = crash_at, when

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803  (boto3's names)
        if Key not in self.kept:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": _Body(self.kept[Key])}

    def put_object(self, *, Bucket: str, Key: str, Body: Any, **_: object) -> None:  # noqa: N803
        self.puts += 1
        if self.puts == self._crash_at and self._when == "before":
            raise Crash
        self.kept[Key] = Body if isinstance(Body, bytes) else Body.read()
        if self.puts == self._crash_at:
            raise Crash


class Shelf(Bucket):
    """The same on disk, for what must not count as memory."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        path = self._folder / Key.replace("/", "_")
        if not path.exists():
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": _Body(path.read_bytes())}

    def put_object(self, *, Bucket: str, Key: str, Body: Any, **_: object) -> None:  # noqa: N803
        path = self._folder / Key.replace("/", "_")
        with path.open("wb") as file:
            if isinstance(Body, bytes):
                file.write(Body)
                return
            while chunk := Body.read(1 << 16):
                file.write(chunk)


class _Body:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self) -> bytes:
        return self._data
