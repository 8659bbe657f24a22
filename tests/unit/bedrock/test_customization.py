"""Customization jobs: the request, adoption, status and stop."""

import re
from typing import Any

import pytest
from botocore.session import get_session

from bedrock import customization
from bedrock.customization import JobStatus, Training
from bedrock.errors import Busy, Refused
from intent.runs import job_name, run_id
from tests.unit.samples import JOB, MODEL
from tests.unit.wire import Fault, Wire

from .patterns import breaches

CONFLICT = Fault(400, "ConflictException", "the name is taken")


def training(**changed: Any) -> Training:
    whole: dict[str, Any] = {
        "name": job_name(run_id("x" * 80), "distill", 12),
        "digest": "0123456789abcdef" * 4,
        "role_arn": "arn:aws:iam::123456789012:role/job",
        "student": "amazon.nova-micro-v1:0:128k",
        "teacher": "amazon.nova-pro-v1:0",
        "training_uri": "s3://data/runs/r/dataset/train.jsonl",
        "output_uri": "s3://data/runs/r/distill/",
        "key_arn": "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012",
    }
    return Training(**{**whole, **changed})


def got(status: str, **changed: Any) -> dict[str, Any]:
    return {"jobArn": JOB, "jobName": "j", "status": status, "outputModelName": "m", **changed}


@pytest.mark.parametrize("teacher", ["amazon.nova-pro-v1:0", None])
def test_given_a_job_then_its_request_keeps_every_rule_of_the_service_model(teacher: str | None) -> None:
    assert breaches("CreateModelCustomizationJob", training(teacher=teacher).request()) == []


def test_given_a_broken_request_then_the_checker_would_tell() -> None:
    request = {**training().request(), "jobName": "with_underscore", "customizationType": "MAGIC"}
    assert [breach.split(":")[0] for breach in sorted(breaches("CreateModelCustomizationJob", request))] == [
        ".customizationType",
        ".jobName",
    ]


def test_given_a_teacher_then_the_job_distils_and_without_one_it_tunes() -> None:
    distils = training().request()
    assert distils["customizationType"] == "DISTILLATION"
    assert distils["customModelKmsKeyId"] == training().key_arn
    config = distils["customizationConfig"]["distillationConfig"]["teacherModelConfig"]
    assert config == {"teacherModelIdentifier": "amazon.nova-pro-v1:0", "maxResponseLengthForInference": 200}
    tunes = training(teacher=None).request()
    assert tunes["customizationType"] == "FINE_TUNING"
    assert "customizationConfig" not in tunes


def test_given_a_new_job_then_it_is_started_once() -> None:
    wire = Wire("bedrock").on("CreateModelCustomizationJob", {"jobArn": JOB})
    assert customization.start(wire.client, training()) == JOB
    assert [name for name, _ in wire.calls] == ["CreateModelCustomizationJob"]


def test_given_a_job_of_this_name_then_it_is_adopted_and_not_paid_again() -> None:
    wire = Wire("bedrock").on("CreateModelCustomizationJob", CONFLICT)
    wire.on("GetModelCustomizationJob", got("InProgress"))
    assert customization.start(wire.client, training()) == JOB
    assert wire.asked("GetModelCustomizationJob") == [{"jobIdentifier": training().name}]


@pytest.mark.parametrize("code", ["ValidationException", "ServiceQuotaExceededException", "AccessDeniedException"])
def test_given_a_refusal_then_nothing_is_adopted(code: str) -> None:
    wire = Wire("bedrock").on("CreateModelCustomizationJob", Fault(400, code))
    with pytest.raises(Refused, match=code):
        customization.start(wire.client, training())


TOKEN = f"{training().name}-0123456789abcdef"
GONE = Fault(404, "ResourceNotFoundException")
MADE = {"modelArn": MODEL, "modelName": "m", "jobArn": JOB, "baseModelArn": "b", "creationTime": "2026-11-21T12:00:00Z"}


def usable(job: Any, model: Any = GONE) -> str | None:
    wire = Wire("bedrock").on("GetModelCustomizationJob", job).on("GetCustomModel", model)
    return customization.usable(wire.client, training().name, training().digest)


def test_given_a_job_on_the_same_file_then_it_is_usable_while_it_runs_and_as_long_as_its_model_is_there() -> None:
    assert training().request()["clientRequestToken"] == TOKEN
    assert usable(got("InProgress", clientRequestToken=TOKEN)) == JOB
    completed = got("Completed", clientRequestToken=TOKEN, outputModelArn=MODEL)
    assert usable(completed, MADE) == JOB
    assert usable(completed, GONE) is None


@pytest.mark.parametrize("status", ["Failed", "Stopping", "Stopped", "SomethingNew"])
def test_given_a_job_that_makes_no_model_then_it_is_not_usable(status: str) -> None:
    assert usable(got(status, clientRequestToken=TOKEN)) is None


@pytest.mark.parametrize("token", [{}, {"clientRequestToken": f"{training().name}-another"}], ids=["no", "another"])
def test_given_a_job_on_another_file_or_none_then_it_is_not_usable(token: dict[str, str]) -> None:
    assert usable(got("InProgress", **token)) is None
    assert usable(GONE) is None


@pytest.mark.parametrize("status", ["InProgress", "Completed", "Failed", "Stopping", "Stopped", "SomethingNew"])
def test_given_a_status_then_it_is_passed_on_as_it_is(status: str) -> None:
    wire = Wire("bedrock").on("GetModelCustomizationJob", got(status, outputModelArn=MODEL, failureMessage="why"))
    assert customization.status(wire.client, JOB) == JobStatus(status, "why", MODEL)


def test_given_a_job_that_vanished_then_it_has_failed() -> None:
    wire = Wire("bedrock").on("GetModelCustomizationJob", Fault(404, "ResourceNotFoundException"))
    assert customization.status(wire.client, JOB) == JobStatus("Failed", "the job no longer exists")


def test_given_an_outage_then_status_is_an_error_and_no_verdict() -> None:
    wire = Wire("bedrock").on("GetModelCustomizationJob", Fault(503, "ServiceUnavailableException"))
    with pytest.raises(Busy):
        customization.status(wire.client, JOB)


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_given_a_running_job_then_it_is_stopped(status: str) -> None:
    wire = Wire("bedrock").on("GetModelCustomizationJob", got(status)).on("StopModelCustomizationJob", {})
    assert customization.stop(wire.client, "j") == "Stopping"
    assert wire.asked("StopModelCustomizationJob") == [{"jobIdentifier": "j"}]


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_given_a_job_that_has_ended_then_nothing_is_stopped(status: str) -> None:
    wire = Wire("bedrock").on("GetModelCustomizationJob", got(status))
    assert customization.stop(wire.client, "j") == status


def test_given_no_job_then_there_is_nothing_to_stop() -> None:
    wire = Wire("bedrock").on("GetModelCustomizationJob", Fault(404, "ResourceNotFoundException"))
    assert customization.stop(wire.client, "j") == "Absent"


def test_given_a_job_that_ends_while_it_is_stopped_then_that_is_fine() -> None:
    wire = Wire("bedrock").on("GetModelCustomizationJob", got("InProgress")).on("StopModelCustomizationJob", CONFLICT)
    assert customization.stop(wire.client, "j") == "Stopping"
    wire.on("StopModelCustomizationJob", Fault(403, "AccessDeniedException"))
    with pytest.raises(Refused, match="AccessDenied"):
        customization.stop(wire.client, "j")


def test_given_the_status_words_then_they_are_the_service_models() -> None:
    shape: Any = get_session().get_service_model("bedrock").shape_for("ModelCustomizationJobStatus")
    words: list[str] = shape.enum
    assert set(words) >= customization.RUNNING
    assert [word for word in words if re.search("Progress|ing$", word)] == sorted(customization.RUNNING)
