import json
from collections.abc import Mapping
from typing import Any

import pytest

from local.bedrock.faults.client import Fault
from tests.unit.local_bedrock.conftest import Local, refused, wait_until
from tests.unit.local_bedrock.fakes import ANSWER, ROLE

TURN = [{"role": "user", "content": [{"text": "q"}]}]


def job(**changed: Any) -> dict[str, Any]:
    request: dict[str, Any] = {
        "jobName": "batch-1",
        "roleArn": ROLE,
        "modelId": "us.amazon.nova-pro-v1:0",
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://data/in/prompts.jsonl"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://data/out/"}},
    }
    return request | changed


def finished(local: Local, request: Mapping[str, Any]) -> dict[str, Any]:
    arn = local.control.create_model_invocation_job(**request)["jobArn"]
    return wait_until(lambda: local.control.get_model_invocation_job(jobIdentifier=arn), lambda item: "endTime" in item)


def output(local: Local, found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    body = local.files.objects[f"s3://data/out/{found['jobArn'][-12:]}/{name}.out"]
    return [json.loads(line) for line in body.splitlines()]


@pytest.mark.parametrize("kind", ["InvokeModel", "Converse"])
def test_every_record_is_answered_under_its_id(local: Local, kind: str) -> None:
    records: list[object] = [{"recordId": f"r{n}", "modelInput": {"messages": TURN}} for n in range(100)]
    records.append({"modelInput": {"messages": []}})
    local.files.put_lines("s3://data/in/prompts.jsonl", records)
    found = finished(local, job(modelInvocationType=kind))
    answers = output(local, found, "prompts.jsonl")
    (manifest,) = output(local, found, "manifest.json")

    by_id = {answer["recordId"]: answer for answer in answers}
    assert (found["status"], found["successRecordCount"], found["errorRecordCount"]) == ("Completed", 100, 1)
    assert set(by_id) == {f"r{n}" for n in range(100)} | {"R0000000101"}
    assert [answer["recordId"] for answer in answers[:2]] != ["r0", "r1"], "the order is not that of the input"
    assert by_id["r0"]["modelOutput"]["output"]["message"]["content"] == [{"text": ANSWER}]
    assert by_id["R0000000101"]["error"]["errorCode"] == 400
    assert (manifest["totalRecordCount"], manifest["inputTokenCount"], manifest["outputTokenCount"]) == (101, 700, 1100)


def test_a_job_that_runs_out_of_time_has_answered_a_part(local: Local) -> None:
    local.files.put_lines("s3://data/in/prompts.jsonl", [{"modelInput": {"messages": TURN}}] * 100)
    local.fault(Fault(operation="CreateModelInvocationJob", kind="cut-job"))
    found = finished(local, job())
    assert found["status"] == "PartiallyCompleted"
    assert (found["totalRecordCount"], found["processedRecordCount"]) == (100, 50)
    assert len(output(local, found, "prompts.jsonl")) == 50


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ([{"modelInput": {"messages": TURN}}] * 99, "99 records"),
        ([{"prompt": "q"}] * 100, "Line 1"),
        (["text"], "Line 1"),
    ],
)
def test_input_that_breaks_the_rules_fails_the_job(local: Local, lines: list[object], part: str) -> None:
    local.files.put_lines("s3://data/in/prompts.jsonl", lines)
    found = finished(local, job())
    assert found["status"] == "Failed"
    assert part in found["message"]


def test_names_custom_models_and_files_are_checked(local: Local) -> None:
    create = local.control.create_model_invocation_job
    assert refused(create, **job()).code == "ValidationException"  # nothing to read
    local.files.put_lines("s3://data/in/prompts.jsonl", [])
    deployment = "arn:aws:bedrock:us-east-1:000000000000:custom-model-deployment/abcdefghijkl"
    assert refused(create, **job(modelId=deployment)).code == "ValidationException"
    assert refused(create, **job(modelId="us.amazon.nova-premier-v1:0")).code == "ResourceNotFoundException"
    assert refused(create, **job(timeoutDurationInHours=169)).code == "ValidationException"
    folder = {"s3InputDataConfig": {"s3Uri": "s3://data/in/"}}
    assert refused(create, **job(inputDataConfig=folder)).code == "ValidationException"
    finished(local, job())
    assert refused(create, **job()).code == "ConflictException"


def test_stop_and_list(local: Local) -> None:
    local.files.put_lines("s3://data/in/prompts.jsonl", [{"modelInput": {"messages": TURN}}] * 100)
    local.fault(Fault(operation="CreateModelInvocationJob", kind="stall-job"))
    arn = local.control.create_model_invocation_job(**job())["jobArn"]
    local.control.stop_model_invocation_job(jobIdentifier=arn[-12:])
    get = local.control.get_model_invocation_job
    wait_until(lambda: get(jobIdentifier=arn)["status"], lambda status: status == "Stopped")
    (listed,) = local.control.list_model_invocation_jobs(statusEquals="Stopped")["invocationJobSummaries"]
    assert listed["jobArn"] == arn
