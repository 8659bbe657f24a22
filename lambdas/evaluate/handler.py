"""Doors of the evaluate room: answer the held-out set, have it judged, report, decide."""

import math
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from bedrock import evaluation
from bedrock.converse import Ask, asker
from bedrock.customization import RUNNING
from bedrock.errors import BedrockError
from doors import count, door
from doors.clients import client, environment
from evaluate import candidates, data, judging
from evaluate.active import active
from evaluate.responses import join
from intent import prompts, taxonomy
from intent.candidates import ACTIVE, model_of, prompt_of
from intent.plan import Plan
from intent.runs import JUDGE, REPEAT, Keys
from store.objects import Objects

TOLD = 280  # characters of a refusal


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
    """ARNs of the judge jobs by their names within the run."""

    jobs: dict[str, str]


class JudgeStartRequest(_Request):
    """Those that are started already."""

    jobs: dict[str, str] = {}


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


def _candidate(request: AnswerRequest, objects: Objects, keys: Keys, plan: Plan, ask: Ask) -> candidates.Candidate:
    name, domain, run = request.candidate, taxonomy.load(), plan.run
    if name == "distilled":
        return candidates.model(ask, request.deployment_arn, prompts.student(domain), domain)
    if name == ACTIVE and plan.active:
        return active(ask, plan.active, objects.find(plan.active.edge.s3_key), domain)
    if name == "edge":
        return candidates.edge(objects.read(keys.edge_model))
    if name == "static":
        return candidates.static(objects.read_json(keys.manifest)["mean_weights"], domain)
    if name == "keyword":
        return candidates.keyword(domain)
    model, prompt = model_of(name, run.models, plan.active), prompt_of(name)
    if model and prompt:
        system = prompts.student(domain) if prompt == "short" else prompts.teacher(domain)
        return candidates.model(ask, model, system, domain)
    raise ValueError(f"candidate {name!r} is none of {', '.join(plan.candidates)}")


@door(AnswerRequest)
def answer(request: AnswerRequest) -> dict[str, Any]:
    """Let one candidate answer one chunk, one query at a time: the latency is that of a call alone.

    `refused`, with Bedrock's code and words: its model answered nothing, as it may not be called.
    """
    objects, keys, plan = _open(request.run_id)
    refusals: list[BedrockError] = []
    ask = candidates.noting(asker(client("bedrock-runtime")), refusals)
    candidate = _candidate(request, objects, keys, plan, ask)
    examples = data.chunk(data.holdout(objects, keys), request.chunk, plan.run.chunk_size)
    responses = [join(example, candidate(example.query)) for example in examples]
    data.keep_chunk(objects, keys, request.candidate, request.chunk, responses)
    valid = sum(response.weights is not None for response in responses)
    count("AnswersInvalid", len(responses) - valid)
    answered = {"candidate": request.candidate, "answered": len(responses), "valid": valid}
    if refusals and len(refusals) == len(responses) and request.candidate != ACTIVE:  # that one may be long gone
        return {**answered, "refused": refusals[0].brief(TOLD)}
    return answered


@door(JudgeStartRequest)
def judge_start(request: JudgeStartRequest) -> dict[str, Any]:
    """Join every candidate's answers and start the judge jobs, as many as Bedrock runs at a time.

    `waiting`: how many it did not take. Asked again with the `jobs` that were started, the others are started.
    """
    objects, keys, plan = _open(request.run_id)
    if not request.jobs:
        answers = {name: data.join_chunks(objects, keys, name, _chunks(plan)) for name in plan.candidates}
        judging.write_inputs(objects, keys, plan, answers)
    wanted = judging.jobs(objects, keys, plan, environment(_JudgeEnvironment).evaluation_role_arn)
    started = judging.start(lambda job: evaluation.start(client("bedrock"), job), wanted, request.jobs)
    return {"jobs": started.jobs, "waiting": started.waiting}


@door(StatusRequest)
def judge_status(request: StatusRequest) -> dict[str, Any]:
    """`Completed` when all are; the first job that neither runs nor completed decides otherwise.

    The repeated job only ever delays: `enough` says that all others are complete.
    """
    found = {name: evaluation.status(client("bedrock"), arn) for name, arn in request.jobs.items()}
    for name, status in found.items():
        if name != REPEAT and status.status not in RUNNING | {"Completed"}:
            return {"status": status.status, "reason": f"{name}: {status.reason or status.status}", "enough": False}
    running = [name for name, status in found.items() if status.status in RUNNING]
    return {
        "status": "InProgress" if running else "Completed",
        "reason": f"waiting for {', '.join(running)}" if running else None,
        "enough": running in ([], [REPEAT]),
    }


@door(_Request)
def judge_stop(request: _Request) -> dict[str, Any]:
    """Stop the run's judge jobs that run, those of all its attempts. Again changes nothing."""
    return {"jobs": evaluation.stop_all(client("bedrock"), f"{request.run_id}-{JUDGE}")}


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
