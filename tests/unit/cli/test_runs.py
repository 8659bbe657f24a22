"""Starting, finding and stopping runs (Step Functions, S3 and SSM by moto)."""

import json
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from cli import report, runs
from cli.problems import NoAnswer
from cli.target import Target
from intent.pointer import Distilled, Edge, Pointer

POINTER = Pointer(
    version=1,
    run_id="r-1",
    distilled=Distilled(
        deployment_arn="arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/d1", model_arn="arn:m"
    ),
    edge=Edge(s3_key="runs/r-1/edge/model.bin", sha256="0" * 64, threshold=0.8),
    teacher="t",
    dataset_sha256="1" * 64,
    promoted_at=datetime(2026, 11, 21, tzinfo=UTC),
)


@pytest.fixture
def target() -> Generator[Target]:
    with mock_aws():
        session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        found = Target(session=session, stage="dev")
        machine = found.client("stepfunctions").create_state_machine(
            name="pipeline",
            definition='{"StartAt": "a", "States": {"a": {"Type": "Wait", "Seconds": 60, "End": true}}}',
            roleArn="arn:aws:iam::123456789012:role/r",
        )
        found.client("s3").create_bucket(Bucket="data")
        found.__dict__["outputs"] = {
            "StateMachineArn": machine["stateMachineArn"],
            "DataBucketName": "data",
            "PointerName": "/intent-router/dev/active",
        }
        yield found


def test_given_settings_when_started_then_they_are_the_execution_input(target: Target) -> None:
    run = runs.start(target, {"examples": 300})
    execution = target.client("stepfunctions").describe_execution(executionArn=run.arn)
    assert json.loads(execution["input"]) == {"examples": 300}
    assert run.name.startswith("cli-")
    assert run.keys.report == f"runs/{run.id}/report.json"


def test_given_a_run_then_name_id_arn_and_no_name_at_all_find_it(target: Target) -> None:
    run = runs.start(target, {})
    assert [runs.find(target, wanted) for wanted in (run.name, run.id, run.arn, None)] == [run] * 4


def test_given_a_run_when_resumed_then_another_execution_goes_on_under_its_id(target: Target) -> None:
    run = runs.start(target, {"examples": 300})
    again = runs.resume(target, run)
    execution = target.client("stepfunctions").describe_execution(executionArn=again.arn)
    assert json.loads(execution["input"]) == {"resume": run.id}
    assert again.name != run.name
    assert (again.id, again.keys.plan) == (run.id, run.keys.plan)
    assert runs.find(target, again.name) == again
    assert runs.resume(target, again).id == run.id, "also when it has failed again"


def test_given_no_run_then_the_way_out_is_named(target: Target) -> None:
    with pytest.raises(NoAnswer, match="router run"):
        runs.find(target)
    with pytest.raises(NoAnswer, match="No run is called nobody"):
        runs.find(target, "nobody")


def test_given_a_run_when_stopped_then_it_is_aborted(target: Target) -> None:
    run = runs.start(target, {})
    runs.stop(target, run)
    assert target.client("stepfunctions").describe_execution(executionArn=run.arn)["status"] == "ABORTED"


def test_given_no_promotion_then_nothing_is_active(target: Target) -> None:
    assert runs.promoted(target) is None


def test_given_a_promotion_then_the_pointer_is_read(target: Target) -> None:
    value = POINTER.model_dump_json()
    target.client("ssm").put_parameter(Name="/intent-router/dev/active", Value=value, Type="String")
    assert runs.promoted(target) == POINTER


def test_given_a_run_without_a_report_then_the_way_out_is_named(target: Target) -> None:
    with pytest.raises(NoAnswer, match="router watch"):
        report.load(target, runs.start(target, {}))


def test_given_a_finished_run_then_report_and_data_set_are_copied(target: Target, tmp_path: Path) -> None:
    run = runs.start(target, {})
    keys = run.keys
    for key in (keys.report, keys.page, keys.manifest, *(keys.split(name) for name in report.SPLITS)):
        target.client("s3").put_object(Bucket="data", Key=key, Body=key.encode())
    copied = report.copy(target, run, tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in copied} == {
        *("report.json", "report.html", "dataset/manifest.json"),
        *("dataset/train.jsonl", "dataset/validation.jsonl", "dataset/holdout.jsonl"),
    }
    assert (tmp_path / "dataset" / "train.jsonl").read_text() == f"runs/{run.id}/dataset/train.jsonl"
