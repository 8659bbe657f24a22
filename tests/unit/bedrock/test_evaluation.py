"""Judge jobs: the request, adoption, and reading what they wrote."""

import json
from typing import Any

import pytest

from bedrock import evaluation
from bedrock.customization import JobStatus
from bedrock.errors import Refused
from bedrock.evaluation import Judging
from intent.candidates import JUDGED
from intent.runs import Keys, job_name, run_id
from intent.scoring import METRIC
from tests.unit.wire import Fault, Wire

from .patterns import breaches

ARN = "arn:aws:bedrock:us-east-1:123456789012:evaluation-job/abcdefghij12"
CONFLICT = Fault(400, "ConflictException")


def judging(candidate: str = "edge") -> Judging:
    run = run_id("X_" * 40)
    return Judging(
        name=job_name(run, f"judge-{candidate}"),
        role_arn="arn:aws:iam::123456789012:role/job",
        judge="us.anthropic.claude-sonnet-4-6",
        candidate=candidate,
        input_uri=f"s3://data/{Keys(run).judge_input(candidate)}",
        output_uri=f"s3://data/{Keys(run).judge_output(candidate)}",
    )


@pytest.mark.parametrize("candidate", JUDGED)
def test_given_a_job_then_its_request_keeps_every_rule_of_the_service_model(candidate: str) -> None:
    found = breaches("CreateEvaluationJob", judging(candidate).request())
    # Documented for judge jobs, not in the enumeration of 1.43.106.
    assert [breach for breach in found if "taskType: 'General'" not in breach] == []


def test_given_a_job_then_the_answers_are_ours_and_the_metric_is_named_where_it_is_used() -> None:
    request = judging().request()
    automated = request["evaluationConfig"]["automated"]
    metric = automated["customMetricConfig"]["customMetrics"][0]["customMetricDefinition"]
    assert automated["datasetMetricConfigs"][0]["metricNames"] == [metric["name"]] == [METRIC]
    assert {tuple(level["value"]) for level in metric["ratingScale"]} == {("floatValue",)}
    source = request["inferenceConfig"]["models"][0]["precomputedInferenceSource"]["inferenceSourceIdentifier"]
    line = json.loads(evaluation.prompt_line("edge", query="q", reference="r", response="a", category="c"))
    assert [response["modelIdentifier"] for response in line["modelResponses"]] == [source] == ["edge"]
    assert (line["prompt"], line["referenceResponse"], line["modelResponses"][0]["response"]) == ("q", "r", "a")
    assert line["category"] == "c"


def test_given_a_new_job_then_it_is_started_once() -> None:
    wire = Wire("bedrock").on("CreateEvaluationJob", {"jobArn": ARN})
    assert evaluation.start(wire.client, judging()) == ARN
    assert len(wire.calls) == 1


def summary(name: str, arn: str) -> dict[str, Any]:
    return {
        "jobArn": arn,
        "jobName": name,
        "status": "InProgress",
        "creationTime": "2026-11-21T12:00:00Z",
        "jobType": "Automated",
        "evaluationTaskTypes": ["General"],
    }


def test_given_a_job_of_this_name_then_exactly_that_one_is_adopted() -> None:
    wire = Wire("bedrock").on("CreateEvaluationJob", CONFLICT)
    name = judging().name
    wire.on("ListEvaluationJobs", {"jobSummaries": [summary(f"{name}2", "arn:other"), summary(name, ARN)]})
    assert evaluation.start(wire.client, judging()) == ARN
    assert wire.asked("ListEvaluationJobs") == [{"nameContains": name}]


def test_given_a_conflict_without_such_a_job_then_it_is_refused() -> None:
    wire = Wire("bedrock").on("CreateEvaluationJob", CONFLICT).on("ListEvaluationJobs", {"jobSummaries": []})
    with pytest.raises(Refused, match="is not listed"):
        evaluation.start(wire.client, judging())


def test_given_another_refusal_then_nothing_is_adopted() -> None:
    wire = Wire("bedrock").on("CreateEvaluationJob", Fault(400, "ValidationException"))
    with pytest.raises(Refused, match="ValidationException"):
        evaluation.start(wire.client, judging())


def got(status: str, messages: list[str]) -> dict[str, Any]:
    return {"jobArn": ARN, "jobName": "j", "status": status, "failureMessages": messages}


def test_given_a_status_then_it_and_every_message_are_passed_on() -> None:
    wire = Wire("bedrock").on("GetEvaluationJob", got("Failed", ["one", "two"]), got("Completed", []))
    assert evaluation.status(wire.client, ARN) == JobStatus("Failed", "one; two")
    assert evaluation.status(wire.client, ARN) == JobStatus("Completed")


def test_given_a_job_that_vanished_then_it_has_failed() -> None:
    wire = Wire("bedrock").on("GetEvaluationJob", Fault(404, "ResourceNotFoundException"))
    assert evaluation.status(wire.client, ARN).status == "Failed"


def page(*found: dict[str, Any], more: str | None = None) -> dict[str, Any]:
    return {"jobSummaries": list(found), **({"nextToken": more} if more else {})}


def test_given_a_job_on_the_second_page_then_it_is_adopted_all_the_same() -> None:
    wire = Wire("bedrock").on("CreateEvaluationJob", CONFLICT)
    wire.on("ListEvaluationJobs", page(summary("another", "arn:other"), more="2"), page(summary(judging().name, ARN)))
    assert evaluation.start(wire.client, judging()) == ARN


def test_given_jobs_on_several_pages_then_those_of_this_run_that_run_are_stopped() -> None:
    mine = [summary(f"run-1-judge-{name}", f"arn:{name}") for name in ("edge", "base")]
    done = {**summary("run-1-judge-teacher", "arn:teacher"), "status": "Completed"}
    others = [summary(name, f"arn:{name}") for name in ("a-run-1-judge-edge", "run-1-judgement", "run-11-judge-edge")]
    wire = Wire("bedrock").on("StopEvaluationJob", {})
    wire.on("ListEvaluationJobs", page(mine[0], *others, more="2"), page(done, more="3"), page(mine[1]))
    found = evaluation.stop_all(wire.client, "run-1-judge-")
    assert found == {
        "run-1-judge-edge": "Stopping",
        "run-1-judge-base": "Stopping",
        "run-1-judge-teacher": "Completed",
    }
    assert wire.asked("StopEvaluationJob") == [{"jobIdentifier": "arn:edge"}, {"jobIdentifier": "arn:base"}]
    assert {asked["nameContains"] for asked in wire.asked("ListEvaluationJobs")} == {"run-1-judge"}


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [("ConflictException", 400, "Stopping"), ("ResourceNotFoundException", 404, "Absent")],
)
def test_given_a_job_that_ends_in_between_then_stopping_it_is_done(code: str, status: int, told: str) -> None:
    wire = Wire("bedrock").on("ListEvaluationJobs", page(summary("r-judge-edge", ARN)))
    wire.on("StopEvaluationJob", Fault(status, code))
    assert evaluation.stop_all(wire.client, "r-judge-") == {"r-judge-edge": told}


def test_given_no_job_then_there_is_nothing_to_stop() -> None:
    wire = Wire("bedrock").on("ListEvaluationJobs", page())
    assert evaluation.stop_all(wire.client, "r-judge-") == {}


def test_given_another_refusal_to_stop_then_it_is_heard() -> None:
    wire = Wire("bedrock").on("ListEvaluationJobs", page(summary("r-judge-edge", ARN)))
    wire.on("StopEvaluationJob", Fault(403, "AccessDeniedException"))
    with pytest.raises(Refused, match="AccessDenied"):
        evaluation.stop_all(wire.client, "r-judge-")
