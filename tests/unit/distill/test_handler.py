"""The doors of the distill room."""

import json
from hashlib import sha256
from typing import Any

import pytest

from distill import handler
from edge.model import EdgeModel
from intent.records import conversation
from intent.runs import LEASE, Keys, job_name
from store.objects import Objects
from tests.unit.conftest import BUCKET
from tests.unit.samples import JOB, MODALITIES, MODEL, RUN_ID, example, leaning, plan
from tests.unit.wire import Fault, Wire

KEYS = Keys(RUN_ID)
NAME = job_name(RUN_ID, "distill")
LINE = conversation("red car", system="Weigh.", assistant="{}")
ROLE = "arn:aws:iam::123456789012:role/job"
KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"


@pytest.fixture
def objects(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Objects:
    monkeypatch.setenv("CUSTOMIZATION_ROLE_ARN", ROLE)
    monkeypatch.setenv("KEY_ARN", KEY)
    objects = Objects(aws["s3"], BUCKET)
    objects.write_json(KEYS.plan, plan().model_dump(mode="json"))
    train(objects, [LINE] * 110)
    hold(objects, plan().execution_arn)
    return objects


def hold(objects: Objects, execution_arn: str) -> None:
    """Give the lease to this execution."""
    objects.write_json(LEASE, {"execution_arn": execution_arn, "run_id": RUN_ID})


def train(objects: Objects, lines: list[str]) -> None:
    """Write a training file and a manifest that names it."""
    objects.write_lines(KEYS.split("train"), lines)
    objects.write_json(KEYS.manifest, {"sha256": {"train": sha256(objects.read(KEYS.split("train"))).hexdigest()}})


@pytest.fixture
def bedrock(aws: dict[str, Any]) -> Wire:
    wire = Wire("bedrock").on("CreateModelCustomizationJob", {"jobArn": JOB})
    wire.on("GetModelCustomizationJob", Fault(404, "ResourceNotFoundException"))
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


def test_given_a_lease_that_another_run_has_taken_over_then_no_job_is_paid(objects: Objects, bedrock: Wire) -> None:
    hold(objects, "arn:another")
    assert start()["error"] == "LeaseLost"
    hold(objects, plan().execution_arn)
    assert start()["ok"]
    assert len(bedrock.asked("CreateModelCustomizationJob")) == 1


def test_given_fine_tuning_then_no_teacher_is_named(objects: Objects, bedrock: Wire) -> None:
    objects.write_json(KEYS.plan, plan(customization="FINE_TUNING").model_dump(mode="json"))
    start()
    (request,) = bedrock.asked("CreateModelCustomizationJob")
    assert request["customizationType"] == "FINE_TUNING"
    assert "customizationConfig" not in request


def test_given_a_second_call_then_the_same_job_is_adopted(objects: Objects, bedrock: Wire) -> None:
    assert start() == {"ok": True, "job_arn": JOB}
    (request,) = bedrock.asked("CreateModelCustomizationJob")
    bedrock.on("GetModelCustomizationJob", got("InProgress", clientRequestToken=request["clientRequestToken"]))
    assert start() == {"ok": True, "job_arn": JOB}
    assert len(bedrock.asked("CreateModelCustomizationJob")) == 1


def test_given_a_training_file_that_bedrock_would_refuse_then_no_job_is_paid(objects: Objects, bedrock: Wire) -> None:
    train(objects, [*[LINE] * 16, LINE.replace("user", "robot"), *[LINE] * 100])
    found = start()
    assert (found["ok"], found["error"]) == (False, "DataSetInvalid")
    assert found["message"] == "train.jsonl line 17: roles must alternate and begin with user"
    assert not bedrock.asked("CreateModelCustomizationJob")


def test_given_a_training_file_that_was_changed_since_then_no_job_is_paid(objects: Objects, bedrock: Wire) -> None:
    objects.write_lines(KEYS.split("train"), [LINE] * 111)
    assert "not the file that the manifest names" in start()["message"]
    assert not bedrock.asked("CreateModelCustomizationJob")


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


def attempt(objects: Objects, number: int) -> None:
    objects.write_json(KEYS.plan, plan().model_copy(update={"attempt": number}).model_dump(mode="json"))


def jobs(bedrock: Wire, **statuses: str) -> None:
    """The jobs of this run at Bedrock: `distill="Stopped"`, `distill_2="InProgress"`, all on the file that is there."""
    names = {f"{RUN_ID}-{name.replace('_', '-')}": status for name, status in statuses.items()}
    digest = sha256(f"{LINE}\n".encode() * 110).hexdigest()[:16]

    def get(asked: dict[str, Any]) -> Any:
        name = asked["jobIdentifier"]
        if name not in names:
            return Fault(404, "ResourceNotFoundException")
        return got(names[name], clientRequestToken=f"{name}-{digest}", outputModelArn=MODEL)

    bedrock.on("GetModelCustomizationJob", get)
    bedrock.on("GetCustomModel", {"modelArn": MODEL, "modelName": "m", "baseModelArn": "b", "creationTime": 0})


@pytest.mark.parametrize("status", ["InProgress", "Completed"])
def test_given_a_resumed_run_whose_job_trains_or_has_trained_then_it_is_adopted(
    objects: Objects, bedrock: Wire, status: str
) -> None:
    attempt(objects, 3)
    jobs(bedrock, distill=status, distill_2="Stopped")
    assert start() == {"ok": True, "job_arn": JOB}
    assert not bedrock.asked("CreateModelCustomizationJob")


@pytest.mark.parametrize("status", ["Failed", "Stopping", "Stopped"])
def test_given_a_resumed_run_whose_job_made_no_model_then_another_starts_under_a_new_name(
    objects: Objects, bedrock: Wire, status: str
) -> None:
    attempt(objects, 2)
    jobs(bedrock, distill=status)
    assert start() == {"ok": True, "job_arn": JOB}
    (request,) = bedrock.asked("CreateModelCustomizationJob")
    assert request["jobName"] == request["customModelName"] == f"{NAME}-2"
    assert request["clientRequestToken"].startswith(f"{NAME}-2-")


def test_given_a_resumed_run_with_another_training_file_then_the_old_job_is_not_its_own(
    objects: Objects, bedrock: Wire
) -> None:
    attempt(objects, 2)
    jobs(bedrock, distill="Completed")
    train(objects, [LINE] * 111)
    start()
    assert [request["jobName"] for request in bedrock.asked("CreateModelCustomizationJob")] == [f"{NAME}-2"]


def test_given_several_attempts_then_the_job_of_each_is_stopped(objects: Objects, bedrock: Wire) -> None:
    jobs(bedrock, distill="Stopped", distill_2="InProgress")
    bedrock.on("StopModelCustomizationJob", {})
    stopped = handler.stop({"run_id": RUN_ID, "attempt": 3}, None)
    assert stopped == {"jobs": {f"{NAME}-3": "Absent", f"{NAME}-2": "Stopping", NAME: "Stopped"}}
    assert bedrock.asked("StopModelCustomizationJob") == [{"jobIdentifier": f"{NAME}-2"}]


def test_given_a_run_without_a_job_then_stopping_it_is_fine(objects: Objects, bedrock: Wire) -> None:
    bedrock.on("GetModelCustomizationJob", Fault(404, "ResourceNotFoundException"))
    assert handler.stop({"run_id": RUN_ID, "attempt": 1}, None) == {"jobs": {NAME: "Absent"}}
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
