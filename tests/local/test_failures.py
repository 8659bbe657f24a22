"""Runs that fail end in Discard: the pointer untouched, a notification, nothing left deployed."""

import pytest

from cli import report
from cli.target import Target
from local.bedrock.faults.client import Fault
from tests.local.conftest import EXAMPLES, LEFT_OUT, Ended, Mailbox, Pipeline, manifest

TEACHER = "us.amazon.nova-pro-v1:0"


@pytest.fixture(scope="module")
def job_fails(pipeline: Pipeline, promoted: Ended) -> Ended:
    """On the way there the writing teacher is throttled in three calls of ten, and rambles in one of ten."""
    return pipeline.complete(
        Fault(operation="CreateModelCustomizationJob", kind="fail-job"),
        Fault(operation="Converse", kind="throttle", share=0.3, match=TEACHER),
        Fault(operation="Converse", kind="malformed", share=0.1, match=TEACHER),
    )


@pytest.fixture(scope="module")
def deployment_fails(pipeline: Pipeline, promoted: Ended) -> Ended:
    return pipeline.complete(Fault(operation="CreateCustomModelDeployment", kind="fail-job"))


@pytest.fixture(scope="module")
def loses_the_gate(pipeline: Pipeline, promoted: Ended) -> Ended:
    """The student's answers are spoilt, but for the first, with which the deployment shows that it is up: seed 2."""
    return pipeline.complete(
        Fault(operation="Converse", kind="malformed", form="prose", match="custom-model-deployment", share=0.9, seed=2)
    )


def check_discarded(target: Target, promoted: Ended, ended: Ended) -> None:
    assert ended.before is not None
    assert ended.after == ended.before == promoted.after
    bedrock = target.client("bedrock")
    deployments = bedrock.list_custom_model_deployments()["modelDeploymentSummaries"]
    assert [item["customModelDeploymentArn"] for item in deployments] == [ended.before.distilled.deployment_arn]
    models = [model["modelArn"] for model in bedrock.list_custom_models()["modelSummaries"]]
    assert models == [ended.before.distilled.model_arn]


def test_given_a_throttled_and_rambling_teacher_then_the_data_set_is_whole_and_accounted_for(
    target: Target, job_fails: Ended
) -> None:
    counts = manifest(target, job_fails)
    assert counts["kept"] >= 0.9 * EXAMPLES
    assert counts["invalid"] + counts["lost"] > 0
    assert counts["asked"] == counts["kept"] + sum(counts[why] for why in LEFT_OUT)
    assert all(cell["asked"] == cell["kept"] + sum(cell[why] for why in LEFT_OUT) for cell in counts["cells"])
    share = counts["kept"] / len(counts["per_modality"])
    assert all(abs(count - share) <= max(2, 0.02 * share) for count in counts["per_modality"].values())


def test_given_a_failing_customization_job_then_the_run_is_discarded(
    target: Target, promoted: Ended, job_fails: Ended, mailbox: Mailbox
) -> None:
    check_discarded(target, promoted, job_fails)
    assert job_fails.end.status == "FAILED"
    assert "customization job Failed" in job_fails.end.cause
    assert mailbox.about(job_fails.run)["verdict"] == "failed"


def test_given_a_failing_deployment_then_the_run_is_discarded(
    target: Target, promoted: Ended, deployment_fails: Ended, mailbox: Mailbox
) -> None:
    check_discarded(target, promoted, deployment_fails)
    assert deployment_fails.end.status == "FAILED"
    assert "deployment Failed" in deployment_fails.end.cause
    assert mailbox.about(deployment_fails.run)["verdict"] == "failed"


def test_given_students_that_lose_the_gate_then_the_run_is_discarded_with_a_verdict(
    target: Target, promoted: Ended, loses_the_gate: Ended, mailbox: Mailbox
) -> None:
    check_discarded(target, promoted, loses_the_gate)
    assert loses_the_gate.end.status == "SUCCEEDED"
    notice = mailbox.about(loses_the_gate.run)
    assert notice["verdict"] == "discarded"
    assert "answers that obey the contract" in notice["reason"]


def test_given_an_active_version_then_it_answered_the_same_queries_and_everybody_is_compared_with_it(
    target: Target, promoted: Ended, loses_the_gate: Ended
) -> None:
    found = report.load(target, loses_the_gate.run)
    assert loses_the_gate.before is not None
    assert found["active_version"] == loses_the_gate.before.version
    by_name = {candidate["name"]: candidate for candidate in found["candidates"]}
    active = by_name["active"]
    assert active["answered"] == found["dataset"]["holdout"]
    assert active["valid"] == 1.0, "where its deployment rambles its edge student stands in"
    assert active["cost_per_million_usd"] > 0
    assert all(set(other["against_active"]) == set(active["against_active"]) for other in by_name.values())
    assert by_name["static"]["against_active"]["top1"]["difference"] < 0
