"""Evaluation jobs, the work: read precomputed responses, let the judge rate each, write the results."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from local.bedrock.core import Core
from local.bedrock.jobs.background import Job, JobFailedError, Status
from local.bedrock.jobs.evaluation_plan import Dataset, Metric, Plan
from local.bedrock.jobs.files import under
from local.bedrock.wire.messages import Input

_MAX_PROMPTS = 1000
_OPERATION = "CreateEvaluationJob"


@dataclass(kw_only=True)
class EvaluationJob(Job):
    """A judge job."""

    request: Input
    plan: Plan


def run(core: Core, job: EvaluationJob) -> str:
    """The work of a job. Returns the last status. Raises JobFailedError, StoppedError."""
    judge = core.backend.cards.known(job.plan.judge)
    if judge.ended:
        raise JobFailedError(f"The evaluator model {judge.id} has reached the end of its life.")
    core.disturb(_OPERATION, job.request)
    files, root = core.files_for(job.request), under(str(_output(job.request)), job.name, str(uuid4()))
    for dataset in job.plan.datasets:
        records = list(_records(files.read(dataset.uri), job.plan.source))
        lines = [json.dumps(_judged(core, job, dataset, record)) for record in records]
        folder = f"models/{job.plan.source}/taskTypes/{dataset.task}/datasets/{dataset.name}"
        files.write(under(root, folder, f"{uuid4()}_output.jsonl"), "\n".join(lines).encode())
        for metric in dataset.metrics:
            definition = {"name": metric.name, "instructions": metric.instructions, "ratingScale": metric.scale}
            files.write(under(root, "custom_metrics", f"{metric.name}.json"), json.dumps(definition).encode())
    return Status.COMPLETED


def _output(request: Input) -> object:
    config = request["outputDataConfig"]
    return config["s3Uri"] if isinstance(config, dict) else None


def _records(body: bytes, source: str) -> Iterator[dict[str, Any]]:
    """The data set's records. Raises JobFailedError with the number of a line that breaks the format."""
    lines = [line for line in body.splitlines() if line.strip()]
    if not 1 <= len(lines) <= _MAX_PROMPTS:
        raise JobFailedError(f"The prompt data set has {len(lines)} prompts. It must have 1 to {_MAX_PROMPTS}.")
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            fault = _fault(record, source)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            record, fault = None, "it is not an object with prompt and modelResponses"
        if record is None or fault:
            raise JobFailedError(f"Line {number} of the prompt data set is invalid: {fault}.")
        yield record


def _fault(record: dict[str, Any], source: str) -> str | None:
    responses = record["modelResponses"]
    texts = [record["prompt"], record.get("referenceResponse", ""), record.get("category", "")]
    if len(responses) != 1:
        return "it must have exactly one model response"
    if responses[0]["modelIdentifier"] != source:
        return f"its modelIdentifier must be {source}"
    if not all(isinstance(text, str) for text in [*texts, responses[0]["response"]]) or not record["prompt"].strip():
        return "prompt, reference and response must be text, and the prompt not blank"
    return None


def _judged(core: Core, job: EvaluationJob, dataset: Dataset, record: dict[str, Any]) -> dict[str, Any]:
    """One line of the output."""
    scores: list[dict[str, object]] = []
    for metric in dataset.metrics:
        job.checkpoint()
        result, explanation = _rated(core, metric, record)
        details = [{"modelIdentifier": job.plan.judge, "explanation": explanation}]
        scores.append({"metricName": metric.name, "result": result, "evaluatorDetails": details})
    inputs = {name: record[name] for name in ("prompt", "referenceResponse", "category") if name in record}
    return {
        "automatedEvaluationResult": {"scores": scores},
        "inputRecord": inputs,
        "modelResponses": record["modelResponses"],
    }


def _rated(core: Core, metric: Metric, record: dict[str, Any]) -> tuple[float | str | None, str]:
    """The normalised score and its explanation; no score if the judge could not come to one."""
    prediction, reference = record["modelResponses"][0]["response"], record.get("referenceResponse")
    values = {"prompt": record["prompt"], "ground_truth": reference or "", "prediction": prediction}
    # One pass: a placeholder inside a prompt or an answer is text, not a placeholder.
    filled = re.sub(r"\{\{(prompt|ground_truth|prediction)\}\}", lambda mark: values[mark[1]], metric.instructions)
    try:
        verdict = core.backend.rate(
            instructions=filled, prompt=record["prompt"], prediction=prediction, reference=reference, scale=metric.scale
        )
    except ValueError as error:
        return None, str(error)
    return metric.normalised(verdict.value), verdict.explanation
