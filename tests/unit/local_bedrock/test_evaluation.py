import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from local.bedrock.faults.client import Fault
from tests.unit.local_bedrock.conftest import Local, refused, wait_until
from tests.unit.local_bedrock.fakes import ROLE

JUDGE = "us.anthropic.claude-sonnet-4-6"
SCALE = [("bad", 1.0), ("poor", 2.0), ("fair", 3.0), ("good", 4.0), ("perfect", 5.0)]
INSTRUCTIONS = "You compare weights. Q {{prompt}} R {{ground_truth}} A {{prediction}}"


def metric(scale: Sequence[tuple[str, float | str]] = SCALE, instructions: str = INSTRUCTIONS) -> dict[str, Any]:
    values = [
        {"definition": name, "value": {"floatValue" if isinstance(value, float) else "stringValue": value}}
        for name, value in scale
    ]
    return {"name": "quality", "instructions": instructions, "ratingScale": values}


def job(definition: Mapping[str, Any] | None = None, judge: str = JUDGE, **changed: Any) -> dict[str, Any]:
    evaluator = {"bedrockEvaluatorModels": [{"modelIdentifier": judge}]}
    automated = {
        "datasetMetricConfigs": [
            {
                "taskType": "General",
                "dataset": {"name": "holdout", "datasetLocation": {"s3Uri": "s3://data/input.jsonl"}},
                "metricNames": ["quality"],
            }
        ],
        "customMetricConfig": {
            "customMetrics": [{"customMetricDefinition": definition or metric()}],
            "evaluatorModelConfig": evaluator,
        },
    }
    source = {"precomputedInferenceSource": {"inferenceSourceIdentifier": "distilled"}}
    request: dict[str, Any] = {
        "jobName": "judge-1",
        "roleArn": ROLE,
        "applicationType": "ModelEvaluation",
        "evaluationConfig": {"automated": automated},
        "inferenceConfig": {"models": [source]},
        "outputDataConfig": {"s3Uri": "s3://data/judge/"},
    }
    return request | changed


def answered(prompt: str, response: str, identifier: str = "distilled", **more: Any) -> dict[str, Any]:
    responses = [{"response": response, "modelIdentifier": identifier}]
    return {"prompt": prompt, "referenceResponse": "right", "modelResponses": responses, **more}


def finished(local: Local, request: Mapping[str, Any]) -> dict[str, Any]:
    arn = local.control.create_evaluation_job(**request)["jobArn"]
    return wait_until(
        lambda: local.control.get_evaluation_job(jobIdentifier=arn),
        lambda item: item["status"] not in {"InProgress", "Stopping"},
    )


def output(local: Local) -> list[dict[str, Any]]:
    (uri,) = [uri for uri in local.files.objects if uri.endswith("_output.jsonl")]
    parts = uri.split("/")
    assert parts[:5] == ["s3:", "", "data", "judge", "judge-1"]
    assert parts[6:-1] == ["models", "distilled", "taskTypes", "General", "datasets", "holdout"]
    return [json.loads(line) for line in local.files.objects[uri].splitlines()]


def test_every_answer_is_rated_and_scores_are_normalised(local: Local) -> None:
    records = [answered("q1", "right", category="visual"), answered("q2", "wrong")]
    local.files.put_lines("s3://data/input.jsonl", records)
    found = finished(local, job())
    first, second = output(local)

    assert (found["status"], found["jobType"], found["applicationType"]) == (
        "Completed",
        "Automated",
        "ModelEvaluation",
    )
    assert first == {
        "automatedEvaluationResult": {
            "scores": [
                {
                    "metricName": "quality",
                    "result": 0.75,  # 4 on the scale 1..5
                    "evaluatorDetails": [{"modelIdentifier": JUDGE, "explanation": "because right"}],
                }
            ]
        },
        "inputRecord": {"prompt": "q1", "referenceResponse": "right", "category": "visual"},
        "modelResponses": records[0]["modelResponses"],
    }
    assert second["automatedEvaluationResult"]["scores"][0]["result"] == 0.25
    assert local.backend.ratings[1]["instructions"] == "You compare weights. Q q2 R right A wrong"
    (definition,) = [uri for uri in local.files.objects if "custom_metrics" in uri]
    assert json.loads(local.files.objects[definition])["name"] == "quality"


def test_a_placeholder_in_the_data_stays_text(local: Local) -> None:
    local.files.put_lines("s3://data/input.jsonl", [answered("{{prediction}}", "{{ground_truth}}")])
    finished(local, job())
    assert (
        local.backend.ratings[0]["instructions"] == "You compare weights. Q {{prediction}} R right A {{ground_truth}}"
    )


def test_labels_are_not_normalised(local: Local) -> None:
    local.files.put_lines("s3://data/input.jsonl", [answered("q", "right")])
    local.backend.rating = "good"
    finished(local, job(metric([("bad answer", "bad"), ("good answer", "good")])))
    assert output(local)[0]["automatedEvaluationResult"]["scores"][0]["result"] == "good"


def test_what_the_judge_cannot_rate_has_no_result(local: Local) -> None:
    local.files.put_lines("s3://data/input.jsonl", [answered("q", "right")])
    local.backend.rating = ValueError("no reference")
    finished(local, job())
    (score,) = output(local)[0]["automatedEvaluationResult"]["scores"]
    assert (score["result"], score["evaluatorDetails"][0]["explanation"]) == (None, "no reference")


@pytest.mark.parametrize(
    ("records", "part"),
    [
        ([], "0 prompts"),
        ([answered("q", "a")] * 1001, "1001 prompts"),
        ([answered("q", "a"), answered("q", "a", identifier="edge")], "Line 2"),
        ([{"prompt": "q", "modelResponses": answered("q", "a")["modelResponses"] * 2}], "exactly one"),
        ([{"prompt": "q"}], "Line 1"),
        ([answered(" ", "a")], "not blank"),
        (["text"], "Line 1"),
    ],
)
def test_data_that_break_the_format_fail_the_job(local: Local, records: list[Any], part: str) -> None:
    local.files.put_lines("s3://data/input.jsonl", records)
    found = finished(local, job())
    assert found["status"] == "Failed"
    assert part in found["failureMessages"][0]


def test_a_thousand_prompts_are_allowed(local: Local) -> None:
    local.files.put_lines("s3://data/input.jsonl", [answered(f"q{n}", "right") for n in range(1000)])
    assert finished(local, job())["status"] == "Completed"


def test_a_judge_past_its_end_of_life_fails_inside_the_job(local: Local) -> None:
    local.files.put_lines("s3://data/input.jsonl", [answered("q", "a")])
    found = finished(local, job(judge="us.amazon.nova-premier-v1:0"))
    assert (found["status"], "end of its life" in found["failureMessages"][0]) == ("Failed", True)


def test_stop_and_failure_on_request(local: Local) -> None:
    local.files.put_lines("s3://data/input.jsonl", [answered("q", "a")])
    operation = "CreateEvaluationJob"
    stalls, fails = Fault(operation=operation, kind="stall-job", times=1), Fault(operation=operation, kind="fail-job")
    local.fault(stalls)
    arn = local.control.create_evaluation_job(**job())["jobArn"]
    get = local.control.get_evaluation_job
    assert get(jobIdentifier=arn)["status"] == "InProgress"
    local.control.stop_evaluation_job(jobIdentifier=arn)
    wait_until(lambda: get(jobIdentifier=arn)["status"], lambda status: status == "Stopped")
    local.fault(fails)
    assert finished(local, job(jobName="judge-2"))["status"] == "Failed"
    listed = local.control.list_evaluation_jobs(sortOrder="Ascending")["jobSummaries"]
    assert [item["jobName"] for item in listed] == ["judge-1", "judge-2"]
    assert listed[0]["customMetricsEvaluatorModelIdentifiers"] == [JUDGE]
    assert local.control.list_evaluation_jobs(applicationTypeEquals="RagEvaluation")["jobSummaries"] == []


@pytest.mark.parametrize(
    "request_",
    [
        job(jobName="Upper"),
        job(judge="us.unknown.model-v1:0"),
        job(metric([("bad", 1.0), ("good", "good")])),
        job(metric([("bad", 1.0), ("good", 1.0)])),
        job(metric(instructions="no variable")),
        job({"name": "quality", "instructions": INSTRUCTIONS}),
        job({**metric(), "name": "other"}),
        job(inferenceConfig={"models": [{"bedrockModel": {"modelIdentifier": "amazon.nova-pro-v1:0"}}]}),
        job(outputDataConfig={"s3Uri": "s3://data/2026-11-21T00:00/"}),
        job(applicationType="RagEvaluation"),
    ],
)
def test_refused_at_once(local: Local, request_: dict[str, Any]) -> None:
    local.files.put_lines("s3://data/input.jsonl", [answered("q", "a")])
    assert refused(local.control.create_evaluation_job, **request_).code == "ValidationException"


def test_unreadable_data_and_a_name_in_use_are_refused(local: Local) -> None:
    assert refused(local.control.create_evaluation_job, **job()).code == "ValidationException"
    local.files.put_lines("s3://data/input.jsonl", [answered("q", "a")])
    finished(local, job())
    assert refused(local.control.create_evaluation_job, **job()).code == "ConflictException"
    absent = "arn:aws:bedrock:us-east-1:000000000000:evaluation-job/abcdefghijkl"
    assert refused(local.control.get_evaluation_job, jobIdentifier=absent).status == 404
