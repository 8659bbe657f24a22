"""The batch road and resume: a run that a job has written for fails in training, and goes on where it stood."""

import json
from typing import Any

import pytest

from cli import runs
from cli.progress import Snapshot
from cli.target import Target
from local.bedrock.faults.client import Fault
from tests.local.conftest import Ended, Pipeline

TRAINING_FAILS = Fault(operation="CreateModelCustomizationJob", kind="fail-job")


@pytest.fixture(scope="module")
def failed(pipeline: Pipeline) -> Ended:
    return pipeline.complete(TRAINING_FAILS, road="batch", promote=False)


@pytest.fixture(scope="module")
def resumed(target: Target, pipeline: Pipeline, failed: Ended) -> Snapshot:
    return pipeline.until(runs.resume(target, failed.run), lambda seen: seen.over)


def bodies(target: Target, prefix: str) -> dict[str, bytes]:
    """Objects under this prefix, by key."""
    s3, bucket = target.client("s3"), target.output("DataBucketName")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def jobs(target: Target, failed: Ended) -> list[dict[str, Any]]:
    """The batch jobs of this run."""
    listed = target.client("bedrock").list_model_invocation_jobs(nameContains=failed.run.id)
    return listed["invocationJobSummaries"]


def test_given_the_batch_road_then_one_job_writes_what_calls_would_have(target: Target, failed: Ended) -> None:
    (job,) = jobs(target, failed)
    assert job["status"] == "Completed"
    replies = [json.loads(body) for body in bodies(target, f"{failed.run.keys.prefix}generate/replies/").values()]
    assert sum(reply["road"] == "batch" for reply in replies) >= 100
    assert failed.end.status == "FAILED"
    assert "customization job Failed" in failed.end.cause


def test_given_a_failed_run_when_resumed_then_it_ends_well_and_pays_for_no_reply_twice(
    target: Target, failed: Ended, resumed: Snapshot
) -> None:
    assert resumed.status == "SUCCEEDED", resumed.cause
    assert len(jobs(target, failed)) == 1
    plan = json.loads(bodies(target, failed.run.keys.plan)[failed.run.keys.plan])
    assert (plan["run_id"], plan["attempt"]) == (failed.run.id, 2)
    assert failed.run.keys.report in bodies(target, failed.run.keys.report)


@pytest.mark.usefixtures("resumed")
def test_given_a_run_with_its_verdict_when_resumed_again_then_it_is_refused(
    target: Target, pipeline: Pipeline, failed: Ended
) -> None:
    again = pipeline.until(runs.resume(target, failed.run), lambda seen: seen.over)
    assert again.status == "FAILED"
    assert "has ended with a verdict" in again.cause
