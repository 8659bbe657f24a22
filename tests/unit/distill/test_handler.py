"""The doors of the distill room."""

import json
from typing import Any

import pytest

from distill import handler
from edge.model import EdgeModel
from intent.runs import Keys, job_name
from store.objects import Objects
from tests.unit.conftest import BUCKET
from tests.unit.samples import JOB, MODALITIES, MODEL, RUN_ID, example, leaning, plan
from tests.unit.wire import Fault, Wire

KEYS = Keys(RUN_ID)
NAME = job_name(RUN_ID, "distill")
ROLE = "arn:aws:iam::123456789012:role/job"
KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"


@pytest.fixture
def objects(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Objects:
    monkeypatch.setenv("CUSTOMIZATION_ROLE_ARN", ROLE)
    monkeypatch.setenv("KEY_ARN", KEY)
    objects = Objects(aws["s3"], BUCKET)
    objects.write_json(KEYS.plan, plan().model_dump(mode="json"))
    return objects


@pytest.fixture
def bedrock(aws: dict[str, Any]) -> Wire:
    wire = Wire("bedrock").on("CreateModelCustomizationJob", {"jobArn": JOB})
    aws["bedrock"] = wire.client
    return wire


def got(status: str, **changed: Any) -> dict[str, Any]:
    return {"jobArn": JOB, "jobName": NAME, "status": status, "outputModelName": NAME, **changed}


def start() -> dict[str, Any]:
    return handler.start({"run_id": RUN_ID}, None)


def test_given_a_run_then_its_job_reads_the_training_file_and_writes_beside_it(objects: Objects, bedrock: Wire) -> None:
    assert start() == {"ok": True, "job_arn": JOB}
    (request,) = bedrock.asked("CreateModelCustomizationJob")
    assert request["trainingDataConfig"] == {"s3Uri": f"s3://{BUCKET}/{KEYS.split('train')}"}
    assert request["outputDataConfig"] == {"s3Uri": f"s3://{BUCKET}/{KEYS.distill}"}
    assert (request["jobName"], request["roleArn"], request["customModelKmsKeyId"]) == (NAME, ROLE, KEY)
    assert (request["baseModelIdentifier"], request["customizationType"]) == (
        "amazon.nova-micro-v1:0:128k",
        "DISTILLATION",
    )


def test_given_fine_tuning_then_no_teacher_is_named(objects: Objects, bedrock: Wire) -> None:
    objects.write_json(KEYS.plan, plan(customization="FINE_TUNING").model_dump(mode="json"))
    start()
    (request,) = bedrock.asked("CreateModelCustomizationJob")
    assert request["customizationType"] == "FINE_TUNING"
    assert "customizationConfig" not in request


def test_given_a_second_call_then_the_same_job_is_adopted(objects: Objects, bedrock: Wire) -> None:
    bedrock.on("CreateModelCustomizationJob", {"jobArn": JOB}, Fault(400, "ConflictException"))
    bedrock.on("GetModelCustomizationJob", got("InProgress"))
    assert start() == start() == {"ok": True, "job_arn": JOB}


def test_given_a_refused_job_then_code_and_reason_come_back(objects: Objects, bedrock: Wire) -> None:
    bedrock.on("CreateModelCustomizationJob", Fault(400, "ServiceQuotaExceededException", "too many jobs"))
    found = start()
    assert (found["ok"], found["error"]) == (False, "ServiceQuotaExceededException")
    assert "too many jobs" in found["message"]


def test_given_an_outage_then_it_is_raised_for_the_retry(objects: Objects, bedrock: Wire) -> None:
    bedrock.on("CreateModelCustomizationJob", Fault(503, "ServiceUnavailableException"))
    with pytest.raises(Exception, match="ServiceUnavailable"):
        start()


def test_given_a_job_then_its_status_reason_and_model_come_back(objects: Objects, bedrock: Wire) -> None:
    bedrock.on("GetModelCustomizationJob", got("Completed", outputModelArn=MODEL), got("Failed", failureMessage="no"))
    status = [handler.status({"job_arn": JOB, "more": 1}, None) for _ in range(2)]
    assert status == [
        {"status": "Completed", "reason": None, "model_arn": MODEL},
        {"status": "Failed", "reason": "no", "model_arn": None},
    ]


def test_given_a_run_without_a_job_then_stopping_it_is_fine(objects: Objects, bedrock: Wire) -> None:
    bedrock.on("GetModelCustomizationJob", Fault(404, "ResourceNotFoundException"))
    assert handler.stop({"run_id": RUN_ID}, None) == {"status": "Absent"}
    assert bedrock.asked("GetModelCustomizationJob") == [{"jobIdentifier": NAME}]


def test_given_a_data_set_then_the_edge_student_learns_it_and_its_file_is_named(objects: Objects) -> None:
    words = dict(zip(MODALITIES, ("red car", "loud drums", "says hello", "titled finals"), strict=True))
    for split, count in (("train", 80), ("validation", 20)):
        lines = [
            example(number, f"{words[name]} {number}", leaning(name)).model_dump_json()
            for number, name in ((number, MODALITIES[number % 4]) for number in range(count))
        ]
        objects.write_lines(KEYS.examples(split), lines)
    found = handler.edge({"run_id": RUN_ID}, None)
    assert found["s3_key"] == KEYS.edge_model
    student = EdgeModel.from_bytes(objects.read(KEYS.edge_model))
    assert max(student.predict("red car 999").weights.items(), key=lambda item: item[1])[0] == "visual"
    assert 0 <= found["threshold"] <= 1
    assert json.loads(objects.read(KEYS.edge_metrics))
    assert handler.edge({"run_id": RUN_ID}, None) == found, "the same records, the same bytes"
