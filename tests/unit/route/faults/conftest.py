"""The bench of the wire tests."""

import io
import time
from collections.abc import Generator
from typing import Any

import pytest

from doors import light
from route import deadline, handler

from .bench import ENVIRONMENT, Bench, wires


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, log: io.StringIO, capsys: pytest.CaptureFixture[str]) -> Generator[Bench]:
    """A cold function; its first request reads pointer and edge student."""
    found = Bench(lambda: capsys.readouterr().out)

    def sleep(_: float) -> None:
        found.now += 1.0  # the longest that botocore waits before a second attempt

    def client(service: str, **_: object) -> Any:
        return wires()[service].client

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(deadline, "monotonic", lambda: found.now)
    monkeypatch.setattr(light, "client", client)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    made_once = [vars(handler)[name] for name in ("_service", "_settings")]
    for made in made_once:
        made.cache_clear()
    yield found
    for made in made_once:
        made.cache_clear()
