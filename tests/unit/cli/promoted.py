"""An app with versions in it: S3, SSM and Step Functions by moto, a Bedrock that remembers, runs of one line each."""

import json
from collections.abc import Generator
from functools import cache
from hashlib import sha256
from io import StringIO
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rich.console import Console

from cli.target import Target
from intent.pointer import Edge, Pointer
from intent.runs import Keys, job_name
from tests.unit.conftest import BUCKET
from tests.unit.deploy.fakes import FakeBedrock, Room, error
from tests.unit.samples import NOW, edge_student, example

NAME = "/intent-router/dev/active"
_SESSION = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")


@cache
def _client(service: str) -> Any:
    """Made once: a client takes 0.1 s, and moto works under any that was made after its import."""
    return _SESSION.client(service)


class Bedrock(FakeBedrock):
    """Deployments by name; what is created is `Creating` at the first look and `becomes` at the next."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, str] = {}
        self.status: dict[str, str] = {}
        self.becomes = "Active"

    def add(self, run: str) -> None:
        """As a run leaves it."""
        super().add(run)
        arn, model = list(self.deployments.items())[-1]
        self.names |= {arn: job_name(run, "student"), model: job_name(run, "distill")}

    def create_custom_model_deployment(self, **request: Any) -> dict[str, Any]:
        arn = f"arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/{request['modelDeploymentName']}"
        self.deployments[arn] = request["modelArn"]
        self.names[arn], self.status[arn] = request["modelDeploymentName"], "Creating"
        return {"customModelDeploymentArn": arn}

    def get_custom_model_deployment(self, customModelDeploymentIdentifier: str) -> dict[str, Any]:  # noqa: N803
        arn = customModelDeploymentIdentifier
        if arn not in self.deployments:
            raise error("ResourceNotFoundException")
        status = self.status.get(arn, "Active")
        self.status[arn] = self.becomes if status == "Creating" else status
        return {"status": status, "modelArn": self.deployments[arn], "customModelDeploymentArn": arn}

    def list_custom_model_deployments(self, modelArnEquals: str | None = None) -> dict[str, Any]:  # noqa: N803
        listed = super().list_custom_model_deployments(modelArnEquals)
        for item in listed["modelDeploymentSummaries"]:
            arn = item["customModelDeploymentArn"]
            item |= {"customModelDeploymentName": self.names.get(arn, arn), "status": self.status.get(arn, "Active")}
        return listed

    def list_custom_models(self, isOwned: bool) -> dict[str, Any]:  # noqa: FBT001, N803
        listed = super().list_custom_models(isOwned)
        for item in listed["modelSummaries"]:
            item["modelName"] = self.names.get(item["modelArn"], item["modelName"])
        return listed


class App:
    """The target that commands get, and the room behind it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clients: dict[str, Any] = {name: _client(name) for name in ("s3", "ssm", "stepfunctions", "cloudwatch")}
        self.bedrock = self.clients["bedrock"] = Bedrock()
        machine = self.clients["stepfunctions"].create_state_machine(
            name="pipeline",
            definition='{"StartAt": "a", "States": {"a": {"Type": "Wait", "Seconds": 60, "End": true}}}',
            roleArn="arn:aws:iam::123456789012:role/r",
        )
        self.clients["s3"].create_bucket(Bucket=BUCKET)

        def client(_: Target, service: str) -> Any:
            return self.clients[service]

        monkeypatch.setattr(Target, "client", client)
        self.target = Target(session=_SESSION, stage="dev")
        self.target.__dict__["outputs"] = {
            "StateMachineArn": machine["stateMachineArn"],
            "DataBucketName": BUCKET,
            "PointerName": NAME,
            "CandidateAlarms": "fallbacks,cost",
        }
        self.room, self.console = Room(self.clients, self.bedrock), Console(file=StringIO(), width=80)

    def run(self, name: str, leading: str = "audio") -> Pointer:
        """A whole run, whose edge student leads with one modality."""
        blob = edge_student(leading).to_bytes()
        keys = Keys(name)
        self.room.objects.write(keys.edge_model, blob)
        self.room.objects.write_lines(
            keys.examples("holdout"), [example(number).model_dump_json() for number in range(5)]
        )
        return self.room.whole(name, Edge(s3_key=keys.edge_model, sha256=sha256(blob).hexdigest(), threshold=0.9))

    @property
    def active(self) -> Pointer:
        """What is active."""
        found = self.room.pointers.read()
        assert found is not None
        return found

    @property
    def said(self) -> str:
        """All that was printed; every line fits a terminal of 80 columns."""
        assert isinstance(self.console.file, StringIO)
        text = self.console.file.getvalue()
        assert max(map(len, text.splitlines()), default=0) <= 80
        return text


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Generator[App]:
    with mock_aws():
        yield App(monkeypatch)


def start(app: App, name: str, given: object = None) -> str:
    """An execution that is running."""
    machine = app.target.output("StateMachineArn")
    execution = {"stateMachineArn": machine, "name": name, "input": json.dumps(given or {})}
    return app.clients["stepfunctions"].start_execution(**execution)["executionArn"]


__all__ = ["NOW", "App", "app", "start"]
