"""Doors of the evaluate room: answer the held-out set, have it judged, report, decide."""

import math
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bedrock import evaluation
from bedrock.converse import asker
from bedrock.customization import RUNNING
from doors import count, door
from doors.clients import client, environment
from evaluate import candidates, data
from evaluate.responses import join
from intent import prompts, taxonomy
from intent.plan import CANDIDATES, JUDGED, Plan
from intent.runs import Keys, job_name
from store.objects import Objects


class _Environment(BaseModel):
    data_bucket: str


class _JudgeEnvironment(_Environment):
    evaluation_role_arn: str


class _ReportEnvironment(_Environment):
    report_note: str | None


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore")
    run_id: str


class AnswerRequest(_Request):
    """One candidate, one chunk of the held-out set (counted from 1)."""

    candidate: str
    chunk: int
    deployment_arn: str


class StatusRequest(_Request):
    """The judge jobs by candidate."""

    jobs: dict[str, str]


class ReportRequest(StatusRequest):
    """The run's students, as the pointer would name them."""

    deployment_arn: str
    model_arn: str
    edge: dict[str, Any]


def _open(run_id: str) -> tuple[Objects, Keys, Plan]:
    objects = Objects(client("s3"), environment(_Environment).data_bucket)
    plan = Plan.model_validate_json(objects.read(Keys(run_id).plan))
    return objects, Keys(run_id, plan.attempt), plan


def _chunks(plan: Plan) -> int:
    return math.ceil(plan.run.holdout / plan.run.chunk_size)


def _candidate(name: str, objects: Objects, keys: Keys, plan: Plan, deployment_arn: str) -> candidates.Candidate:
    domain, run = taxonomy.load(), plan.run
    ask = asker(client("bedrock-runtime"))
    if name == "distilled":
        return candidates.model(ask, deployment_arn, prompts.student(domain), domain)
    if name in ("base", "baseline", "teacher"):
        return candidates.model(ask, run.models[name], prompts.teacher(domain), domain)
    if name == "edge":
        return candidates.edge(objects.read(keys.edge_model))
    if name == "static":
        return candidates.static(objects.read_json(keys.manifest)["mean_weights"], domain)
    if name == "keyword":
        return candidates.keyword(domain)
    raise ValueError(f"candidate {name!r} is none of {', '.join(CANDIDATES)}")


@door(AnswerRequest)
def answer(request: AnswerRequest) -> dict[str, Any]:
    """Let one candidate answer one chunk, one query at a time: the latency is that of a call alone."""
    objects, keys, plan = _open(request.run_id)
    candidate = _candidate(request.candidate, objects, keys, plan, request.deployment_arn)
    examples = data.chunk(data.holdout(objects, keys), request.chunk, plan.run.chunk_size)
    responses = [join(example, candidate(example.query)) for example in examples]
    data.keep_chunk(objects, keys, request.candidate, request.chunk, responses)
    valid = sum(response.weights is not None for response in responses)
    count("AnswersInvalid", len(responses) - valid)
    return {"candidate": request.candidate, "answered": len(responses), "valid": valid}


@door(_Request)
def judge_start(request: _Request) -> dict[str, Any]:
    """Join every candidate's answers and start the judge jobs."""
    objects, keys, plan = _open(request.run_id)
    role = environment(_JudgeEnvironment).evaluation_role_arn
    jobs: dict[str, str] = {}
    for name in CANDIDATES:
        responses = data.join_chunks(objects, keys, name, _chunks(plan))
        if name not in JUDGED:
            continue
        data.write_judge_input(objects, keys, name, responses)
        judging = evaluation.Judging(
            name=job_name(request.run_id, f"judge-{name}", plan.attempt),
            role_arn=role,
            judge=plan.run.judge,
            candidate=name,
            input_uri=objects.uri(keys.judge_input(name)),
            output_uri=objects.uri(keys.judge_output(name)),
        )
        jobs[name] = evaluation.start(client("bedrock"), judging)
    return {"jobs": jobs}


@door(StatusRequest)
def judge_status(request: StatusRequest) -> dict[str, Any]:
    """`Completed` when all are; the first job that neither runs nor completed decides otherwise."""
    found = {name: evaluation.status(client("bedrock"), arn) for name, arn in request.jobs.items()}
    for name, status in found.items():
        if status.status not in RUNNING | {"Completed"}:
            return {"status": status.status, "reason": f"{name}: {status.reason or status.status}"}
    running = [name for name, status in found.items() if status.status in RUNNING]
    return {
        "status": "InProgress" if running else "Completed",
        "reason": f"waiting for {', '.join(running)}" if running else None,
    }


@door(ReportRequest)
def report(request: ReportRequest) -> dict[str, Any]:
    """Write `report.json` and `report.html`; gives the edge student with the threshold that was chosen."""
    from evaluate import page  # noqa: PLC0415  (Jinja2 is in the science layer, which only this function has)
    from evaluate.report import build  # noqa: PLC0415

    objects, keys, plan = _open(request.run_id)
    students = request.model_dump(include={"deployment_arn", "model_arn", "edge"})
    note = environment(_ReportEnvironment).report_note
    built = build(objects, keys, plan, students=students, note=note, now=datetime.now(UTC))
    objects.write_json(keys.report, built)
    objects.write(keys.page, page.render(built).encode(), "text/html; charset=utf-8")
    return {"report_key": keys.report, "html_key": keys.page, "edge": built["students"]["edge"]}


@door(_Request)
def gate(request: _Request) -> dict[str, Any]:
    """The verdict that the report carries, and whether this run wants to be promoted."""
    objects, keys, plan = _open(request.run_id)
    verdict = objects.read_json(keys.report)["gate"]
    reason = verdict["reason"] if plan.run.promote or not verdict["passed"] else "passed; promote is false"
    return {"passed": verdict["passed"], "promote": plan.run.promote, "reason": reason, "rules": verdict["rules"]}
