"""Judge jobs on precomputed responses: start (or adopt), status, stop, and the lines that they read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedrock.customization import JobStatus
from bedrock.errors import BedrockError, Gone, Refused, translated
from intent.scoring import METRIC, RUBRIC, SCALE

if TYPE_CHECKING:
    from botocore.client import BaseClient

RUNNING = frozenset({"InProgress"})
FULL = "ServiceQuotaExceededException"  # so many jobs at a time: another may start when one has ended


@dataclass(frozen=True, slots=True)
class Judging:
    """One judge job over one candidate's answers. `name` is also the request token."""

    name: str
    role_arn: str
    judge: str
    candidate: str
    input_uri: str
    output_uri: str

    def request(self) -> dict[str, Any]:
        """CreateEvaluationJob with our one custom metric."""
        scale = [{"definition": label, "value": {"floatValue": value}} for label, value in SCALE]
        metric = {"customMetricDefinition": {"name": METRIC, "instructions": RUBRIC, "ratingScale": scale}}
        judge = {"bedrockEvaluatorModels": [{"modelIdentifier": self.judge}]}
        dataset = {"name": "holdout", "datasetLocation": {"s3Uri": self.input_uri}}
        automated = {
            "datasetMetricConfigs": [{"taskType": "General", "dataset": dataset, "metricNames": [METRIC]}],
            "customMetricConfig": {"customMetrics": [metric], "evaluatorModelConfig": judge},
        }
        return {
            "jobName": self.name,
            "roleArn": self.role_arn,
            "clientRequestToken": self.name,
            "applicationType": "ModelEvaluation",
            "evaluationConfig": {"automated": automated},
            "inferenceConfig": {
                "models": [{"precomputedInferenceSource": {"inferenceSourceIdentifier": self.candidate}}]
            },
            "outputDataConfig": {"s3Uri": self.output_uri},
        }


def prompt_line(candidate: str, *, query: str, reference: str, response: str, category: str) -> str:
    """One line of the job's input: a prompt, its reference and exactly one response. Bedrock averages by category."""
    responses = [{"response": response, "modelIdentifier": candidate}]
    line = {"prompt": query, "referenceResponse": reference, "category": category, "modelResponses": responses}
    return json.dumps(line, ensure_ascii=False)


def start(bedrock: "BaseClient", judging: Judging) -> str:
    """Start the job and give its ARN; a job of this name that exists is adopted (found by its name)."""
    client: Any = bedrock
    try:
        with translated():
            return client.create_evaluation_job(**judging.request())["jobArn"]
    except Refused as error:
        if error.code != "ConflictException":
            raise
    for summary in _listed(bedrock, judging.name):
        if summary["jobName"] == judging.name:
            return summary["jobArn"]
    raise Refused("ConflictException", f"an evaluation job {judging.name} exists but is not listed")


def status(bedrock: "BaseClient", arn: str) -> JobStatus:
    """Status by ARN; a job that vanished is `Failed`."""
    client: Any = bedrock
    try:
        with translated():
            answer = client.get_evaluation_job(jobIdentifier=arn)
    except Gone:
        return JobStatus("Failed", "the job no longer exists")
    return JobStatus(answer["status"], "; ".join(answer.get("failureMessages") or ()) or None)


def stop_all(bedrock: "BaseClient", prefix: str) -> dict[str, str]:
    """Stop the jobs that run and whose names begin with `prefix`. `Stopping` by name, or the status it has ended with.

    Every page is looked at: nobody knows which of the jobs were started when a run dies.
    """
    client: Any = bedrock
    found: dict[str, str] = {}
    for summary in _listed(bedrock, prefix.strip("-")):
        name = summary["jobName"]
        if not name.startswith(prefix):
            continue
        found[name] = summary["status"]
        if summary["status"] in RUNNING:
            found[name] = _stop(client, summary["jobArn"])
    return found


def _stop(client: Any, arn: str) -> str:  # noqa: ANN401  (boto3 builds client classes at run time)
    try:
        with translated():
            client.stop_evaluation_job(jobIdentifier=arn)
    except Gone:
        return "Absent"
    except BedrockError as error:
        if error.code != "ConflictException":  # it ended in between
            raise
    return "Stopping"


def _listed(bedrock: "BaseClient", part: str) -> Iterator[dict[str, Any]]:
    """Summaries of the jobs whose names contain `part`, page by page."""
    client: Any = bedrock
    with translated():
        for page in client.get_paginator("list_evaluation_jobs").paginate(nameContains=part):
            yield from page.get("jobSummaries", ())
