"""The app in an embedded AWS that enforces IAM: whoever calls must be allowed to."""

import io
import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest
from rich.console import Console

from cli import bringup, runs, watch
from cli.runs import Run
from cli.settings import ROOT
from cli.target import Target, embedded
from local import cloud
from tests.local.conftest import EXAMPLES, GATE
from tests.local.enforced import principals
from tests.local.enforced.principals import Roles
from tests.local.enforced.spelling import document


@pytest.fixture(scope="package")
def root(tmp_path_factory: pytest.TempPathFactory) -> Generator[Target]:
    """The deployed app as the account's root sees it, whom no policy binds."""
    taxonomy = ROOT / "taxonomy.yaml"
    up = cloud.start(0, tmp_path_factory.mktemp("enforced"), bringup.WAIT_SCALE, taxonomy, enforce=True)
    with pytest.MonkeyPatch.context() as patch:
        for name in cloud.TRUST:
            patch.setenv(name, str(up.certificate))
        try:
            target = embedded(up)
            bringup.deploy(Console(quiet=True), target, gate=GATE, callers='{"auth": "iam"}')
            yield target
        finally:
            up.stop()


@pytest.fixture(scope="package")
def roles(root: Target) -> Roles:
    return Roles.of(root)


@pytest.fixture(scope="package")
def operator(root: Target) -> Target:
    return principals.user(root, "operator", principals.documented(root, "operator"))


@pytest.fixture(scope="package")
def caller(root: Target) -> Target:
    return principals.user(root, "caller", principals.documented(root, "caller"))


@dataclass(frozen=True)
class Story:
    """A run with all rights to its end: what its operator was shown, and what the topic has sent."""

    run: Run
    said: str
    notices: list[dict[str, Any]]


@pytest.fixture(scope="package")
def story(root: Target, roles: Roles, operator: Target) -> Story:
    queue, said = root.client("sqs"), io.StringIO()
    url = subscribed(root, queue)
    run = runs.start(operator, {"examples": EXAMPLES})
    watch.finish(Console(file=said, width=200), operator, run)
    messages = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return Story(run, said.getvalue(), [json.loads(json.loads(message["Body"])["Message"]) for message in messages])


def subscribed(root: Target, queue: Any) -> str:
    """A queue that the topic may send to, and does."""
    url = queue.create_queue(QueueName="notices")["QueueUrl"]
    arn = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = {"Service": "sns.amazonaws.com"}
    let_in = [{"Effect": "Allow", "Principal": topic, "Action": "sqs:SendMessage", "Resource": arn}]
    queue.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(let_in)})
    root.client("sns").subscribe(TopicArn=root.output("TopicArn"), Protocol="sqs", Endpoint=arn)
    return url
