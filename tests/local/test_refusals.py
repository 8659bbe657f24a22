"""Models that may not be called: found before anything is spent, or told when it happens; then the run goes on."""

import json
import time

import pytest

from cli import runs
from cli.target import Target
from local.bedrock.faults.client import Fault
from tests.local.conftest import EXAMPLES, Ended, Mailbox, Pipeline, manifest

TEACHER, JUDGE = "us.amazon.nova-pro-v1:0", "us.anthropic.claude-sonnet-4-6"


def refuses(model: str, skip: int = 0) -> Fault:
    return Fault(operation="Converse", kind="error", code="AccessDeniedException", match=model, skip=skip)


@pytest.fixture(scope="module")
def written_in_vain(pipeline: Pipeline) -> Ended:
    """The right is gone once planning has asked."""
    return pipeline.complete(refuses(TEACHER, skip=1), promote=False)


def test_given_a_judge_that_may_not_be_called_then_the_run_is_refused_within_seconds(
    target: Target, pipeline: Pipeline, mailbox: Mailbox
) -> None:
    started = time.monotonic()
    ended = pipeline.complete(refuses(JUDGE))
    assert time.monotonic() - started < 30
    notice = mailbox.about(ended.run)
    assert (notice["verdict"], notice["error"]) == ("refused", "ModelNotUsable")
    assert f"{JUDGE} (judge): AccessDeniedException: " in notice["reason"]
    bucket = target.output("DataBucketName")
    assert "Contents" not in target.client("s3").list_objects_v2(Bucket=bucket, Prefix=ended.run.keys.prefix)


def test_given_a_teacher_that_refuses_every_batch_then_the_run_ends_by_that_cause(
    written_in_vain: Ended, mailbox: Mailbox
) -> None:
    notice = mailbox.about(written_in_vain.run)
    assert (notice["verdict"], notice["error"]) == ("failed", "BatchesRefused")
    assert "batches: AccessDeniedException: " in notice["reason"]


def test_given_the_right_back_then_the_resumed_run_has_an_even_data_set_and_a_report(
    target: Target, pipeline: Pipeline, written_in_vain: Ended
) -> None:
    end = pipeline.until(runs.resume(target, written_in_vain.run), lambda seen: seen.over)
    assert end.status == "SUCCEEDED", end.cause
    counts = manifest(target, written_in_vain)
    share = EXAMPLES / len(counts["per_modality"])
    assert all(abs(count - share) <= 2 for count in counts["per_modality"].values()), counts["per_modality"]
    key, bucket = written_in_vain.run.keys.plan, target.output("DataBucketName")
    plan = json.loads(target.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    assert plan["attempt"] == 2
