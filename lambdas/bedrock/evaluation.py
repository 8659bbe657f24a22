"""Judge jobs on precomputed responses: start (or adopt), status, and reading what they wrote."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedrock.customization import JobStatus
from bedrock.errors import Gone, Refused, translated
from intent.scoring import JUDGE_LEVELS, METRIC, RUBRIC, SCALE, from_normalised

if TYPE_CHECKING:
    from botocore.client import BaseClient

MAX_PROMPTS = 1000  # per job


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


def prompt_line(candidate: str, *, query: str, reference: str, response: str) -> str:
    """One line of the job's input: a prompt, its reference and exactly one response."""
    responses = [{"response": response, "modelIdentifier": candidate}]
    line = {"prompt": query, "referenceResponse": reference, "modelResponses": responses}
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
    with translated():
        summaries = client.list_evaluation_jobs(nameContains=judging.name)["jobSummaries"]
    for summary in summaries:
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


def scores(lines: Iterable[str]) -> list[tuple[str, float | None]]:
    """(prompt, score 1..5 or None where the judge gave none) of each output record of a file.

    Bedrock writes 0..1; a file with a score above 1 holds raw ones, so that its 1 is the lowest level, not the best.
    """
    found = [(record["inputRecord"]["prompt"], _result(record)) for record in map(json.loads, lines)]
    raw = any(value is not None and value > 1 for _, value in found)
    return [(prompt, value if raw or value is None else from_normalised(value)) for prompt, value in found]


def _result(record: dict[str, Any]) -> float | None:
    results = (record.get("automatedEvaluationResult") or {}).get("scores") or ()
    value = next((score.get("result") for score in results if score.get("metricName") == METRIC), None)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value <= JUDGE_LEVELS[-1] else None  # False for NaN
