"""Judge jobs: the request, adoption, and reading what they wrote."""

import json
from typing import Any

import pytest

from bedrock import evaluation
from bedrock.customization import JobStatus
from bedrock.errors import Refused
from bedrock.evaluation import Judging
from intent.plan import JUDGED
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
    line = json.loads(evaluation.prompt_line("edge", query="q", reference="r", response="a"))
    assert [response["modelIdentifier"] for response in line["modelResponses"]] == [source] == ["edge"]
    assert (line["prompt"], line["referenceResponse"], line["modelResponses"][0]["response"]) == ("q", "r", "a")


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


def record(result: object, prompt: str = "q", name: str = METRIC) -> str:
    """An output record as documented."""
    detail = [{"modelIdentifier": "judge", "explanation": "so"}]
    score = {"metricName": name, "result": result, "evaluatorDetails": detail}
    return json.dumps(
        {
            "automatedEvaluationResult": {"scores": [score]},
            "inputRecord": {"prompt": prompt, "referenceResponse": "r"},
            "modelResponses": [{"response": "a", "modelIdentifier": "edge"}],
        }
    )


def levels(*results: object) -> list[float | None]:
    return [score for _, score in evaluation.scores([record(result) for result in results])]


def test_given_normalised_scores_then_levels_one_to_five_come_back() -> None:
    assert levels(0.0, 0.25, 0.75, 1.0, 1) == [1, 2, 4, 5, 5]


def test_given_raw_scores_then_they_are_kept_and_one_is_the_lowest() -> None:
    assert levels(1.0, 3.0, 5) == [1, 3, 5]


@pytest.mark.parametrize("result", [None, "0.5", True, float("nan"), float("inf"), -0.5, 5.5, [1], {}])
def test_given_no_usable_score_then_it_is_missing_and_the_others_stay(result: object) -> None:
    assert levels(result, 0.5) == [None, 3]


def test_given_no_scores_at_all_then_each_record_is_missing() -> None:
    bare = json.dumps({"inputRecord": {"prompt": "q"}})
    empty = json.dumps({"inputRecord": {"prompt": "q"}, "automatedEvaluationResult": {"scores": None}})
    assert evaluation.scores([bare, empty, record(1.0, name="Builtin.Coherence")]) == [("q", None)] * 3
    assert evaluation.scores([]) == []
