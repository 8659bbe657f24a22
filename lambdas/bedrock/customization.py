"""Customization jobs: start (or adopt), status, stop."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedrock.errors import BedrockError, Gone, Refused, translated
from intent.plan import MAX_RESPONSE

if TYPE_CHECKING:
    from botocore.client import BaseClient

RUNNING = frozenset({"InProgress", "Stopping"})


@dataclass(frozen=True, slots=True)
class Training:
    """One customization job. `name` is the job's and the model's name, and with the file's digest the request token.

    So the same job starts once, and a job tells what it was trained on. `digest`: SHA-256 of the training file.
    """

    name: str
    digest: str
    role_arn: str
    student: str
    teacher: str | None
    training_uri: str
    output_uri: str
    key_arn: str

    def request(self) -> dict[str, Any]:
        """CreateModelCustomizationJob: DISTILLATION with a teacher, FINE_TUNING without."""
        request: dict[str, Any] = {
            "jobName": self.name,
            "customModelName": self.name,
            "roleArn": self.role_arn,
            "clientRequestToken": _token(self.name, self.digest),
            "baseModelIdentifier": self.student,
            "customizationType": "DISTILLATION" if self.teacher else "FINE_TUNING",
            "trainingDataConfig": {"s3Uri": self.training_uri},
            "outputDataConfig": {"s3Uri": self.output_uri},
            "customModelKmsKeyId": self.key_arn,
        }
        if self.teacher:
            teacher = {"teacherModelIdentifier": self.teacher, "maxResponseLengthForInference": MAX_RESPONSE}
            request["customizationConfig"] = {"distillationConfig": {"teacherModelConfig": teacher}}
        return request


def _token(name: str, digest: str) -> str:
    return f"{name}-{digest[:16]}"


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Where a job stands: the service's status word, why, and the model's ARN once it is `Completed`."""

    status: str
    reason: str | None = None
    model_arn: str | None = None


def start(bedrock: "BaseClient", training: Training) -> str:
    """Start the job and give its ARN. A job of this name that exists is the same job: it is adopted, not paid again."""
    client: Any = bedrock
    try:
        with translated():
            return client.create_model_customization_job(**training.request())["jobArn"]
    except Refused as error:
        if error.code != "ConflictException":
            raise
    with translated():
        return client.get_model_customization_job(jobIdentifier=training.name)["jobArn"]


def usable(bedrock: "BaseClient", name: str, digest: str) -> str | None:
    """ARN of the job of this name if it trains, or has trained, a model that is still there on the file of this digest.

    None for any other job, and where there is none.
    """
    client: Any = bedrock
    try:
        with translated():
            job = client.get_model_customization_job(jobIdentifier=name)
            if job.get("clientRequestToken") != _token(name, digest):
                return None
            if job["status"] == "Completed":
                client.get_custom_model(modelIdentifier=job["outputModelArn"])
    except Gone:
        return None
    return job["jobArn"] if job["status"] in {"InProgress", "Completed"} else None


def status(bedrock: "BaseClient", job: str) -> JobStatus:
    """Status by ARN or name; a job that vanished is `Failed`."""
    client: Any = bedrock
    try:
        with translated():
            answer = client.get_model_customization_job(jobIdentifier=job)
    except Gone:
        return JobStatus("Failed", "the job no longer exists")
    return JobStatus(answer["status"], answer.get("failureMessage"), answer.get("outputModelArn"))


def stop(bedrock: "BaseClient", job: str) -> str:
    """Stop a job if it runs. Gives `Stopping`, or `Absent`, or the status it has ended with."""
    client: Any = bedrock
    current = status(bedrock, job)
    if current.status not in RUNNING:
        return "Absent" if current.reason == "the job no longer exists" else current.status
    try:
        with translated():
            client.stop_model_customization_job(jobIdentifier=job)
    except BedrockError as error:
        if error.code != "ConflictException":  # it ended in between
            raise
    return "Stopping"
