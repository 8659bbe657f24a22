from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.bedrock.faults.client import Fault
from tests.unit.local_bedrock.conftest import Local, finished, refused, wait_until
from tests.unit.local_bedrock.fakes import STUDENT, records


def test_distillation_reads_its_data_trains_and_writes_metrics(local: Local, distillation: dict[str, Any]) -> None:
    created = local.control.create_model_customization_job(**distillation)
    job = finished(local, created["jobArn"])

    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert job["status"] == "Completed"
    assert job["jobArn"].startswith(f"arn:aws:bedrock:us-east-1:000000000000:model-customization-job/{STUDENT}/")
    assert job["outputModelArn"].startswith(f"arn:aws:bedrock:us-east-1:000000000000:custom-model/{STUDENT}/")
    assert job["customizationConfig"] == distillation["customizationConfig"]
    assert {details["status"] for details in job["statusDetails"].values()} == {"Completed"}
    assert job["trainingMetrics"] == {"trainingLoss": 0.4}
    assert local.backend.trained_with == [(120, True)]
    folder = f"s3://data/out/model-customization-job-{job['jobArn'][-12:]}/training_artifacts"
    metrics = local.files.objects[f"{folder}/step_wise_training_metrics.csv"].decode().splitlines()
    assert metrics == ["step_number,epoch_number,training_loss", "1,1,1.200000", "2,2,0.400000"]


def test_fine_tuning_has_no_teacher(local: Local, distillation: dict[str, Any]) -> None:
    del distillation["customizationConfig"]
    request = distillation | {"customizationType": "FINE_TUNING"}
    assert finished(local, local.control.create_model_customization_job(**request)["jobArn"])["status"] == "Completed"
    assert local.backend.trained_with == [(120, False)]


@pytest.mark.parametrize(
    ("count", "extra", "status", "part"),
    [
        (100, [], "Completed", None),
        (99, [], "Failed", "minimum is 100"),
        (99, records(1, messages=[]), "Failed", "99 valid prompts"),
        (100, records(1, messages=[{"role": "user", "content": [{"text": "  "}]}]), "Completed", None),
        (100, records(1, schemaVersion="bedrock-conversion-2024"), "Failed", "Line 101"),
        (100, ["text"], "Failed", "Line 101"),
        (15_000, [], "Completed", None),
        (15_001, [], "Failed", "maximum is 15000"),
    ],
)
def test_record_counts_and_schema(
    local: Local, distillation: dict[str, Any], *, count: int, extra: list[object], status: str, part: str | None
) -> None:
    local.files.put_lines("s3://data/train.jsonl", [*records(count), *extra])
    job = finished(local, local.control.create_model_customization_job(**distillation)["jobArn"])
    assert job["status"] == status
    assert (part or "") in job.get("failureMessage", "")


def test_too_few_records_pass_validation_and_fail_in_data_processing(
    local: Local, distillation: dict[str, Any]
) -> None:
    local.files.put_lines("s3://data/train.jsonl", records(5))
    details = finished(local, local.control.create_model_customization_job(**distillation)["jobArn"])["statusDetails"]
    statuses = [details[f"{step}Details"]["status"] for step in ("validation", "dataProcessing", "training")]
    assert statuses == ["Completed", "Failed", "NotStarted"]


def test_fine_tuning_refuses_what_distillation_drops(local: Local, distillation: dict[str, Any]) -> None:
    del distillation["customizationConfig"]
    prompts_only = records(120, messages=[{"role": "user", "content": [{"text": "query"}]}])
    local.files.put_lines("s3://data/train.jsonl", prompts_only)
    request = distillation | {"customizationType": "FINE_TUNING"}
    job = finished(local, local.control.create_model_customization_job(**request)["jobArn"])
    assert "Record 1 of the training data is invalid" in job["failureMessage"]


def _teacher(identifier: str) -> dict[str, Any]:
    return {"distillationConfig": {"teacherModelConfig": {"teacherModelIdentifier": identifier}}}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"baseModelIdentifier": "amazon.nova-micro-v1:0"}, "ValidationException"),  # not customizable in this form
        ({"baseModelIdentifier": "amazon.nova-mega-v1:0"}, "ValidationException"),
        ({"baseModelIdentifier": "amazon.nova-premier-v1:0"}, "ResourceNotFoundException"),  # end of life
        ({"customizationConfig": _teacher("amazon.nova-mega-v1:0")}, "ValidationException"),
        ({"customizationConfig": _teacher("us.amazon.nova-premier-v1:0")}, "ResourceNotFoundException"),
        ({"customizationConfig": _teacher("us.anthropic.claude-sonnet-4-6")}, "ValidationException"),
        ({"customizationConfig": _teacher("amazon.nova-micro-v1:0")}, "ValidationException"),
        ({"customizationType": "FINE_TUNING"}, "ValidationException"),  # with a teacher
        ({"customizationType": "CONTINUED_PRE_TRAINING"}, "ValidationException"),
        ({"customizationType": "MAGIC"}, "ValidationException"),
        ({"roleArn": "arn:aws:iam::000000000000:user/me"}, "ValidationException"),
        ({"trainingDataConfig": {"s3Uri": "s3://data/none.jsonl"}}, "ValidationException"),
        ({"trainingDataConfig": {"s3Uri": "s3://data/date=2026/train.jsonl"}}, "ValidationException"),
        ({"trainingDataConfig": {}}, "ValidationException"),
        ({"jobName": "with_underscore"}, "ValidationException"),
        ({"customModelName": "with.dot"}, "ValidationException"),
    ],
)
def test_refused_at_once(local: Local, distillation: dict[str, Any], change: dict[str, Any], code: str) -> None:
    found = refused(local.control.create_model_customization_job, **distillation | change)
    assert found.code == code
    assert found.status == (404 if code == "ResourceNotFoundException" else 400)
    assert local.control.list_model_customization_jobs()["modelCustomizationJobSummaries"] == []


def test_a_distillation_needs_a_teacher(local: Local, distillation: dict[str, Any]) -> None:
    del distillation["customizationConfig"]
    assert refused(local.control.create_model_customization_job, **distillation).code == "ValidationException"


def test_the_same_token_is_the_same_job_and_names_are_unique(local: Local, distillation: dict[str, Any]) -> None:
    create = local.control.create_model_customization_job
    first = create(**distillation, clientRequestToken="token-1")["jobArn"]
    assert create(**distillation, clientRequestToken="token-1")["jobArn"] == first
    changed = distillation | {"jobName": "run-2"}
    assert refused(create, **changed, clientRequestToken="token-1").code == "ConflictException"
    assert refused(create, **distillation).code == "ConflictException"
    assert refused(create, **changed).code == "ConflictException"  # the custom model's name
    finished(local, first)
    assert refused(create, **changed).code == "ConflictException"


def test_stop(local: Local, distillation: dict[str, Any]) -> None:
    local.backend.seconds_per_record = 0.05
    arn = local.control.create_model_customization_job(**distillation)["jobArn"]
    wait_until(lambda: _training(local, arn), lambda status: status == "InProgress")
    local.control.stop_model_customization_job(jobIdentifier="run-1")
    job = finished(local, arn)
    assert job["status"] == job["statusDetails"]["trainingDetails"]["status"] == "Stopped"
    assert "outputModelArn" not in job
    assert local.control.list_custom_models()["modelSummaries"] == []
    assert refused(local.control.stop_model_customization_job, jobIdentifier=arn).code == "ConflictException"


def _training(local: Local, arn: str) -> str:
    job = local.control.get_model_customization_job(jobIdentifier=arn)
    return job["statusDetails"]["trainingDetails"]["status"]


def test_a_failure_on_request_leaves_no_model(local: Local, distillation: dict[str, Any]) -> None:
    local.fault(Fault(operation="CreateModelCustomizationJob", kind="fail-job", match="run-1"))
    job = finished(local, local.control.create_model_customization_job(**distillation)["jobArn"])
    assert (job["status"], job["statusDetails"]["trainingDetails"]["status"]) == ("Failed", "Failed")
    assert job["failureMessage"]
    assert local.control.list_custom_models()["modelSummaries"] == []


def test_a_stalled_job_ends_only_when_stopped_and_blocks_no_other(local: Local, distillation: dict[str, Any]) -> None:
    local.fault(Fault(operation="CreateModelCustomizationJob", kind="stall-job", match="stall"))
    stalled = [distillation | {"jobName": f"stall-{n}", "customModelName": f"stall-{n}"} for n in range(3)]
    arns = [local.control.create_model_customization_job(**request)["jobArn"] for request in stalled]
    assert (
        finished(local, local.control.create_model_customization_job(**distillation)["jobArn"])["status"] == "Completed"
    )
    for arn in arns:
        assert local.control.get_model_customization_job(jobIdentifier=arn)["status"] == "InProgress"
        local.control.stop_model_customization_job(jobIdentifier=arn)
        assert finished(local, arn)["status"] == "Stopped"


def test_custom_models_are_listed_and_deleted(local: Local, distillation: dict[str, Any]) -> None:
    arn = finished(local, local.control.create_model_customization_job(**distillation)["jobArn"])["outputModelArn"]
    model = local.control.get_custom_model(modelIdentifier="student-1")
    assert (model["modelArn"], model["jobName"], model["customizationType"]) == (arn, "run-1", "DISTILLATION")
    assert [item["modelArn"] for item in local.control.list_custom_models(nameContains="stud")["modelSummaries"]] == [
        arn
    ]
    local.control.delete_custom_model(modelIdentifier=arn)
    assert refused(local.control.get_custom_model, modelIdentifier=arn).status == 404


def test_pages_and_filters(local: Local, distillation: dict[str, Any]) -> None:
    for number in range(5):
        names = {"jobName": f"job-{number}", "customModelName": f"model-{number}"}
        finished(local, local.control.create_model_customization_job(**distillation | names)["jobArn"])
    listed = local.control.list_model_customization_jobs
    pages = local.control.get_paginator("list_model_customization_jobs").paginate(maxResults=2, sortOrder="Ascending")
    names = [job["jobName"] for page in pages for job in page["modelCustomizationJobSummaries"]]
    assert names == [f"job-{number}" for number in range(5)]
    assert [job["jobName"] for job in listed(nameContains="b-3")["modelCustomizationJobSummaries"]] == ["job-3"]
    assert listed(statusEquals="Failed")["modelCustomizationJobSummaries"] == []
    hour = timedelta(hours=1)
    for bound, before, after in ((datetime.now(UTC) + hour, 5, 0), (datetime.now(UTC) - hour, 0, 5)):
        assert len(listed(creationTimeBefore=bound)["modelCustomizationJobSummaries"]) == before
        assert len(listed(creationTimeAfter=bound)["modelCustomizationJobSummaries"]) == after
    assert refused(listed, nextToken="!").code == "ValidationException"
