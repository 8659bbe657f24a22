"""One embedded AWS for the whole session: started on a free port, deployed once, its runs shared by the tests."""

import json
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli import bringup, runs
from cli.progress import Snapshot, Watcher
from cli.runs import Run
from cli.target import Target
from cli.toolchain import Cdk
from intent.pointer import Pointer
from local import demo
from local.bedrock.faults import client as faults
from local.bedrock.faults.client import Fault
from tests.infra.iam import raw

EXAMPLES = 300
GATE = "tests/local/gate.yaml"
LEFT_OUT = ("duplicates", "invalid", "off_cell", "lost")
_PATIENCE = 240  # seconds; a run of this size takes about 15 on two idle cores


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the files in the order of the story; each fixture that runs the pipeline is then used at once."""
    for item in items:
        item.add_marker("e2e")


@pytest.fixture(scope="session")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the app's functions write down their AWS calls."""
    return tmp_path_factory.mktemp("calls") / "noted"


@pytest.fixture(scope="session")
def target(noted: Path) -> Generator[Target]:
    quiet = Console(quiet=True)
    with demo.cloud(quiet) as found:
        bringup.deploy(quiet, found, gate=GATE)
        raw.install(found, noted)
        yield found


@dataclass
class Mailbox:
    """An SQS queue subscribed to the notification topic. Keeps what it has received, by execution ARN."""

    queue: Any
    url: str
    seen: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def about(self, run: Run) -> dict[str, Any]:
        """The notification about this run; the test fails if none came."""
        for message in self.queue.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", []):
            notice = json.loads(json.loads(message["Body"])["Message"])
            self.seen[notice["execution_arn"]] = notice
        assert run.arn in self.seen, f"no notification about {run.name}"
        return self.seen[run.arn]


@pytest.fixture(scope="session")
def mailbox(target: Target) -> Mailbox:
    queue = target.client("sqs")
    url = queue.create_queue(QueueName="notices")["QueueUrl"]
    arn = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    target.client("sns").subscribe(TopicArn=target.output("TopicArn"), Protocol="sqs", Endpoint=arn)
    return Mailbox(queue, url)


@dataclass(frozen=True)
class Ended:
    """A run that has ended: how, and the pointer before and after it."""

    run: Run
    end: Snapshot
    before: Pointer | None
    after: Pointer | None


@dataclass(frozen=True)
class Pipeline:
    """Starts runs and waits for them."""

    target: Target

    def until(self, run: Run, reached: Callable[[Snapshot], bool]) -> Snapshot:
        """Look until `reached`; the test fails if the run ends without it or takes too long."""
        watcher, deadline = Watcher(self.target, run), time.monotonic() + _PATIENCE
        while not reached(seen := watcher.look()):
            assert not seen.over, f"{run.name} ended as {seen.status} in {seen.state}: {seen.cause}"
            assert time.monotonic() < deadline, f"{run.name} is still in {seen.state}"
            time.sleep(0.2)
        return seen

    def complete(self, *injected: Fault, **settings: Any) -> Ended:
        """A whole run of 300 examples, with faults injected into Bedrock while it lasts."""
        endpoint = self.target.endpoint or ""
        before = runs.promoted(self.target)
        faults.inject(endpoint, injected)
        try:
            run = runs.start(self.target, {"examples": EXAMPLES, **settings})
            end = self.until(run, lambda seen: seen.over)
        finally:
            faults.clear(endpoint)
        return Ended(run, end, before, runs.promoted(self.target))


@pytest.fixture(scope="session")
def pipeline(target: Target, mailbox: Mailbox) -> Pipeline:
    return Pipeline(target)


def manifest(target: Target, ended: Ended) -> dict[str, Any]:
    """The account of a run's data set."""
    key, bucket = ended.run.keys.manifest, target.output("DataBucketName")
    return json.loads(target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


@dataclass(frozen=True)
class Collision:
    """A run that was stopped half-way, and one that was started beside it."""

    stopped: Run
    refused: Run
    refusal: Snapshot


@pytest.fixture(scope="session")
def collision(target: Target, pipeline: Pipeline) -> Collision:
    first = runs.start(target, {"examples": EXAMPLES})
    pipeline.until(first, lambda seen: seen.state.startswith(("Generate:", "Distill:")))
    second = runs.start(target, {"examples": EXAMPLES})
    refusal = pipeline.until(second, lambda seen: seen.over)
    pipeline.until(first, lambda seen: seen.state.startswith("Distill:"))
    runs.stop(target, first)
    return Collision(first, second, refusal)


@pytest.fixture(scope="session")
def promoted(collision: Collision, pipeline: Pipeline) -> Ended:
    """The run after the stopped one: it takes the abandoned lease over and goes through to the end."""
    return pipeline.complete()


@pytest.fixture
def inject(target: Target) -> Generator[Callable[..., None]]:
    """`inject(Fault, ...)` for one test; the faults are gone after it."""
    endpoint = target.endpoint or ""
    yield lambda *injected: faults.inject(endpoint, injected)
    faults.clear(endpoint)


@pytest.fixture(scope="session")
def cdk(target: Target) -> Cdk:
    return Cdk.of(target)
