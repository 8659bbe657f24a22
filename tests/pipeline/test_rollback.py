"""Ten rollbacks under load on the route: no request fails, each answer names its version, and the change is soon seen.

Four containers of the route function, each with a service of its own as on AWS, ask the real handler without a pause,
while `router rollback` goes back and forth between two versions that the real pipeline has promoted.
"""

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from rich.console import Console

from cli.rollback import rollback
from doors import clients, light
from intent.runs import job_name
from route import handler
from route.service import Service
from tests.pipeline.world import ENVIRONMENT, Pipeline, Stack, World, run_of
from tests.unit.deploy.fakes import deployment_of
from tests.unit.samples import leaning
from tests.unit.wire import said

CONTAINERS, ROLLBACKS = 4, 10
TTL = 0.03  # seconds: the route's 20, scaled down
PATIENCE = 30.0  # seconds; then the test fails instead of waiting for ever
LEADS = {1: "audio", 2: "transcription"}  # what each version's distilled student says of everything
_SERVICE, _SETTINGS = "_service", "_settings"  # of the handler, made once a process
_EVENT = json.loads((Path(__file__).parents[1] / "unit" / "route" / "events" / "route.json").read_text("utf-8"))


@dataclass(frozen=True)
class Answer:
    """One answer; `asked` and `got` on this process's clock."""

    container: int
    asked: float
    got: float
    status: int
    version: int
    leading: str
    source: str


@dataclass
class Load:
    """What the containers have been answered, and the longest that a read of the pointer took."""

    world: World
    answers: list[Answer] = field(default_factory=list[Answer])
    slowest: float = 0.0

    def converse(self, **request: Any) -> dict[str, Any]:
        """The deployed students: each leads with the modality of its version."""
        versions = {deployment_of(job_name(run_of(name), "student")): n for n, name in ((1, "one"), (2, "two"))}
        return said(json.dumps(leaning(LEADS[versions[request["modelId"]]])))

    def get_parameter(self, **request: Any) -> Any:
        """SSM's, timed."""
        started = time.monotonic()
        found = self.world.ssm.get_parameter(**request)
        self.slowest = max(self.slowest, time.monotonic() - started)
        return found

    def client(self, service: str, **_: object) -> Any:
        return self.world.s3 if service == "s3" else self

    @contextmanager
    def running(self) -> Generator[None]:
        """Containers that ask until the block is left. An exception in one of them is an answer with status 0."""
        stop = threading.Event()
        threads = [threading.Thread(target=self._ask, args=(n, stop), daemon=True) for n in range(CONTAINERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(PATIENCE)

    def _ask(self, container: int, stop: threading.Event) -> None:
        count = 0
        while not stop.is_set():
            count += 1
            # Some queries come again and again: no decision of an earlier version may come from the cache.
            event = {**_EVENT, "body": json.dumps({"query": f"query {count % 7}"})}
            asked = time.monotonic()
            result = handler.route(event, None)
            body = json.loads(result["body"])
            version, leading = body.get("model", {}).get("version", 0), (body.get("ranked") or [""])[0]
            told = (result["statusCode"], version, leading, body.get("source", ""))
            self.answers.append(Answer(container, asked, time.monotonic(), *told))

    def heard(self, version: int, since: float) -> bool:
        """Whether every container has answered a request of `since` or later with this version."""
        new = [one for one in self.answers[-2000:] if one.asked >= since and one.version == version]
        return {one.container for one in new} == set(range(CONTAINERS))


@pytest.fixture
def load(substituted: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Generator[Load]:
    world = World()
    for name, value in {**ENVIRONMENT, "ROUTE_MODE": "distilled", "LOG_SALT": "s"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "client", world.client)
    for name in ("one", "two"):
        walk = Pipeline(substituted, world).start(name)
        assert walk is not None
        assert walk.end == "Succeed"
    made_once = getattr(handler, _SETTINGS)
    load, own, build = Load(world), threading.local(), getattr(handler, _SERVICE).__wrapped__

    def service() -> Service:
        if not hasattr(own, "service"):
            own.service = build()
        return own.service

    monkeypatch.setattr(light, "client", load.client)
    monkeypatch.setattr(handler, "POINTER_TTL", TTL)
    monkeypatch.setattr(handler, _SERVICE, service)
    made_once.cache_clear()
    yield load
    made_once.cache_clear()
    clients.client.cache_clear()


def until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.001)


def test_given_ten_rollbacks_under_load_then_nothing_fails_and_each_change_is_seen_within_the_cache_time(
    load: Load,
) -> None:
    target, console = Stack(load.world), Console(file=StringIO())
    active = [(2, 0.0, 0.0)]  # version, and between which moments it became active
    with load.running():
        until(lambda: load.heard(2, 0.0), "no container answers")
        for number in range(ROLLBACKS):
            to, before = 1 + number % 2, time.monotonic()
            assert rollback(console, target, to).version == to
            after = time.monotonic()
            active.append((to, before, after))
            until(lambda to=to, after=after: load.heard(to, after), f"v{to} is not seen: rollback {number}")
    assert {one.status for one in load.answers} == {200}
    assert {one.source for one in load.answers} == {"distilled", "cache"}, "no fallback"
    assert {one.leading == LEADS[one.version] for one in load.answers} == {True}, "an answer is its version's own"
    ends = [after for _, _, after in active[1:]] + [float("inf")]
    spans = [(version, before, end) for (version, before, _), end in zip(active, ends, strict=True)]
    for one in load.answers:
        oldest = one.asked - TTL - load.slowest
        assert any(version == one.version and before <= one.got and oldest <= end for version, before, end in spans), (
            f"{one} names a version that was not active any more, or not yet"
        )
    assert json.loads(load.world.ssm.values[-1])["version"] == to_of(ROLLBACKS)


def to_of(rollbacks: int) -> int:
    """The version that is active after so many."""
    return 1 + (rollbacks - 1) % 2
