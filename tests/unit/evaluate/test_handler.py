"""The doors of the evaluate room."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from evaluate import handler
from evaluate.responses import Response
from intent import prompts
from intent.candidates import CANDIDATES, JUDGED
from intent.plan import Plan
from intent.runs import job_name
from store.objects import Objects
from tests.unit.samples import ANSWER, DEPLOYMENT, DOMAIN, MODEL, RUN_ID, edge_student, plan, pointer
from tests.unit.wire import Fault, Wire, said

from .conftest import HELD, KEYS

ROLE = "arn:aws:iam::123456789012:role/judge"
JOBS = {name: f"arn:{name}" for name in (*JUDGED, "repeat")}


@pytest.fixture
def runtime(aws: dict[str, Any]) -> Wire:
    wire = Wire("bedrock-runtime").on("Converse", said(ANSWER))
    aws["bedrock-runtime"] = wire.client
    return wire


@pytest.fixture
def bedrock(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setenv("EVALUATION_ROLE_ARN", ROLE)
    wire = Wire("bedrock").on("CreateEvaluationJob", lambda asked: {"jobArn": f"arn:{asked['jobName']}"})
    aws["bedrock"] = wire.client
    return wire


def answer(candidate: str, chunk: int = 1) -> dict[str, Any]:
    request = {"run_id": RUN_ID, "candidate": candidate, "chunk": chunk, "deployment_arn": DEPLOYMENT}
    return handler.answer(request, None)


def kept(objects: Objects, candidate: str, chunk: int = 1) -> list[Response]:
    return [Response.model_validate_json(line) for line in objects.read_lines(KEYS.responses(candidate, chunk))]


@pytest.mark.parametrize(
    ("candidate", "model", "system"),
    [
        ("distilled", DEPLOYMENT, prompts.student(DOMAIN)),
        ("base", plan().run.base, prompts.teacher(DOMAIN)),
        ("base-short", plan().run.base, prompts.student(DOMAIN)),
        ("baseline", plan().run.baseline, prompts.teacher(DOMAIN)),
        ("teacher", plan().run.teacher, prompts.teacher(DOMAIN)),
    ],
)
def test_given_a_model_then_it_answers_its_chunk_with_its_own_prompt(
    objects: Objects, runtime: Wire, candidate: str, model: str, system: str
) -> None:
    assert answer(candidate) == {"candidate": candidate, "answered": 15, "valid": 15}
    assert answer(candidate, 2) == {"candidate": candidate, "answered": 5, "valid": 5}
    asked = runtime.asked("Converse")
    assert {request["modelId"] for request in asked} == {model}
    assert [request["messages"][0]["content"][0]["text"] for request in asked] == [e.query for e in HELD]
    assert asked[0]["system"] == [{"text": system}]
    assert [response.id for response in kept(objects, candidate, 2)] == [example.id for example in HELD[15:]]


@pytest.mark.parametrize("candidate", ["static", "keyword"])
def test_given_a_computed_candidate_then_no_model_is_called(objects: Objects, runtime: Wire, candidate: str) -> None:
    assert answer(candidate)["valid"] == 15
    assert runtime.calls == []


def test_given_bad_answers_then_they_are_kept_and_counted(objects: Objects, runtime: Wire) -> None:
    runtime.on("Converse", said("no"), Fault(400, "ValidationException"), said(ANSWER))
    assert answer("distilled") == {"candidate": "distilled", "answered": 15, "valid": 13}
    assert [response.reason for response in kept(objects, "distilled")[:3]] == [
        "not_an_object",
        "ValidationException",
        None,
    ]


@pytest.mark.parametrize("candidate", ["distilled", "base", "baseline", "teacher"])
@pytest.mark.parametrize("fault", [Fault(403, "AccessDeniedException"), Fault(404, "ResourceNotFoundException")])
def test_given_a_model_that_may_not_be_called_then_its_chunk_is_refused_in_bedrocks_words(
    objects: Objects, runtime: Wire, candidate: str, fault: Fault
) -> None:
    runtime.on("Converse", Fault(fault.status, fault.code, "y" * 500))
    found = answer(candidate)
    assert (found["refused"].startswith(f"{fault.code}: yyy"), len(found["refused"])) == (True, handler.TOLD)
    assert found == {
        "candidate": candidate,
        "answered": 15,
        "valid": 0,
        "refused": found["refused"],
    }


@pytest.mark.parametrize(
    "answers",
    [
        [Fault(400, "ValidationException"), said("no")],
        [Fault(429, "ThrottlingException")],
        [said("", "content_filtered")],
        [said("no")],
    ],
    ids=["one is refused", "throttled", "filtered", "invalid"],
)
def test_given_a_model_that_may_be_called_then_its_bad_answers_are_answers(
    objects: Objects, runtime: Wire, answers: list[Any]
) -> None:
    runtime.on("Converse", *answers)
    assert answer("baseline") == {"candidate": "baseline", "answered": 15, "valid": 0}


def test_given_models_of_the_run_then_each_answers_with_the_long_prompt(objects: Objects, runtime: Wire) -> None:
    other = "us.amazon.nova-lite-v1:0"
    objects.write_json(KEYS.plan, plan(others=[other]).model_dump(mode="json"))
    assert answer("other-1")["valid"] == 15
    asked = runtime.asked("Converse")
    assert {request["modelId"] for request in asked} == {other}
    assert asked[0]["system"] == [{"text": prompts.teacher(DOMAIN)}]
    with pytest.raises(ValueError, match="'other-2' is none of"):
        answer("other-2")


def test_given_an_active_version_then_its_own_students_answer(objects: Objects, runtime: Wire) -> None:
    with pytest.raises(ValueError, match="'active' is none of"):
        answer("active")
    before = pointer(edge={**pointer().edge.model_dump(), "threshold": 1.0})
    made = plan().model_copy(update={"active": before})
    objects.write_json(KEYS.plan, made.model_dump(mode="json"))
    objects.write(before.edge.s3_key, edge_student("audio").to_bytes())
    assert answer("active")["valid"] == 15
    assert {request["modelId"] for request in runtime.asked("Converse")} == {before.distilled.deployment_arn}
    runtime.on("Converse", Fault(404, "ResourceNotFoundException"))
    assert answer("active")["valid"] == 15, "the edge student stands in"
    objects.write(before.edge.s3_key, b"damaged")
    assert answer("active")["valid"] == 0
    assert kept(objects, "active")[0].reason == "ResourceNotFoundException"


def test_given_a_chunk_beyond_the_held_out_set_then_it_is_empty(objects: Objects, runtime: Wire) -> None:
    assert answer("static", 3)["answered"] == 0
    assert kept(objects, "static", 3) == []


def test_given_a_name_that_is_no_candidate_then_nobody_else_answers_in_its_place(
    objects: Objects, runtime: Wire
) -> None:
    with pytest.raises(ValueError, match="'keywords' is none of distilled"):
        answer("keywords")


def judge_start() -> dict[str, Any]:
    return handler.judge_start({"run_id": RUN_ID}, None)


def test_given_all_answers_then_one_job_per_judged_candidate_starts(
    objects: Objects, answered: Plan, bedrock: Wire
) -> None:
    wanted = {name: f"arn:{job_name(RUN_ID, f'judge-{name}')}" for name in (*JUDGED, "repeat")}
    assert judge_start() == {"jobs": wanted, "waiting": 0}
    requests = {asked["jobName"]: asked for asked in bedrock.asked("CreateEvaluationJob")}
    edge = requests[job_name(RUN_ID, "judge-edge")]
    assert edge["roleArn"] == ROLE
    dataset = edge["evaluationConfig"]["automated"]["datasetMetricConfigs"][0]["dataset"]
    assert dataset["datasetLocation"] == {"s3Uri": objects.uri(KEYS.judge_input("edge"))}
    lines = [json.loads(line) for line in objects.read_lines(KEYS.judge_input("edge"))]
    assert [line["prompt"] for line in lines] == [example.query for example in HELD]
    assert all(len(list(objects.read_lines(KEYS.all_responses(name)))) == 20 for name in CANDIDATES)


def test_given_answers_without_weights_then_the_judge_still_reads_something(
    objects: Objects, answered: Plan, bedrock: Wire
) -> None:
    lines = kept(objects, "distilled")
    empty = {"weights": None, "reason": "ThrottlingException", "text": ""}
    spoken = {"weights": None, "reason": "not_json", "text": "Sure!"}
    changed = [lines[0].model_copy(update=empty), lines[1].model_copy(update=spoken), *lines[2:]]
    objects.write_lines(KEYS.responses("distilled", 1), (line.model_dump_json() for line in changed))
    judge_start()
    read = [json.loads(line) for line in objects.read_lines(KEYS.judge_input("distilled"))]
    responses = [line["modelResponses"][0]["response"] for line in read]
    assert responses[:2] == ["(no answer)", "Sure!"]
    assert json.loads(responses[2])["visual"] == lines[2].reference["visual"]


def test_given_that_bedrock_runs_no_more_jobs_then_the_others_wait_and_are_started_later(
    objects: Objects, answered: Plan, bedrock: Wire
) -> None:
    arns = [{"jobArn": "arn:1"}, {"jobArn": "arn:2"}]
    bedrock.on("CreateEvaluationJob", *arns, Fault(400, "ServiceQuotaExceededException"))
    found = judge_start()
    assert found == {"jobs": {"distilled": "arn:1", "edge": "arn:2"}, "waiting": 3}
    objects.write(KEYS.responses("static", 1), b"no need to read the answers again")
    bedrock.on("CreateEvaluationJob", *({"jobArn": f"arn:{number}"} for number in (3, 4, 5, 6)))
    again = handler.judge_start({"run_id": RUN_ID, "jobs": found["jobs"]}, None)
    jobs = ("distilled", "edge", "base", "baseline", "teacher", "repeat")
    assert again == {"jobs": {name: f"arn:{number}" for number, name in enumerate(jobs, 1)}, "waiting": 0}


@pytest.mark.parametrize("code", ["ServiceQuotaExceededException", "ValidationException"])
def test_given_a_repeated_job_that_is_refused_then_it_is_left_out(
    objects: Objects, answered: Plan, bedrock: Wire, code: str
) -> None:
    def created(asked: dict[str, Any]) -> Any:
        return Fault(400, code) if asked["jobName"].endswith("repeat") else {"jobArn": "arn:x"}

    bedrock.on("CreateEvaluationJob", created)
    assert judge_start() == {"jobs": dict.fromkeys(JUDGED, "arn:x"), "waiting": 0}


def test_given_another_refusal_then_the_evaluation_fails(objects: Objects, answered: Plan, bedrock: Wire) -> None:
    bedrock.on("CreateEvaluationJob", Fault(400, "ValidationException"))
    with pytest.raises(Exception, match="ValidationException"):
        judge_start()


def test_given_a_run_then_all_its_judge_jobs_that_run_are_stopped(objects: Objects, aws: dict[str, Any]) -> None:
    names = {f"{RUN_ID}-judge-edge": "Completed", f"{RUN_ID}-judge-base-2": "InProgress", "other-judge": "InProgress"}
    listed = [{"jobName": name, "jobArn": f"arn:{name}", "status": status} for name, status in names.items()]
    wire = Wire("bedrock").on("ListEvaluationJobs", {"jobSummaries": listed}).on("StopEvaluationJob", {})
    aws["bedrock"] = wire.client
    found = handler.judge_stop({"run_id": RUN_ID, "attempt": 2}, None)
    assert found == {"jobs": {f"{RUN_ID}-judge-edge": "Completed", f"{RUN_ID}-judge-base-2": "Stopping"}}
    assert wire.asked("StopEvaluationJob") == [{"jobIdentifier": f"arn:{RUN_ID}-judge-base-2"}]


def test_given_a_missing_chunk_then_no_job_judges_half_a_set(
    aws: dict[str, Any], objects: Objects, answered: Plan, bedrock: Wire
) -> None:
    aws["s3"].delete_object(Bucket=objects.bucket, Key=KEYS.responses("distilled", 2))
    with pytest.raises(ClientError, match="NoSuchKey"):
        judge_start()
    assert bedrock.calls == []


def judge_status(aws: dict[str, Any], **statuses: str | Fault) -> dict[str, Any]:
    def got(asked: dict[str, Any]) -> Any:
        status = statuses.get(asked["jobIdentifier"].removeprefix("arn:"), "Completed")
        if isinstance(status, Fault):
            return status
        return {"jobArn": "a", "jobName": "n", "status": status, "failureMessages": ["why"] * (status == "Failed")}

    aws["bedrock"] = Wire("bedrock").on("GetEvaluationJob", got).client
    return handler.judge_status({"run_id": RUN_ID, "jobs": JOBS}, None)


def test_given_completed_jobs_then_all_is_completed(objects: Objects, aws: dict[str, Any]) -> None:
    assert judge_status(aws) == {"status": "Completed", "reason": None, "enough": True}


def test_given_the_repeated_job_alone_then_it_is_waited_for_but_not_needed(
    objects: Objects, aws: dict[str, Any]
) -> None:
    found = judge_status(aws, repeat="InProgress")
    assert found == {"status": "InProgress", "reason": "waiting for repeat", "enough": True}


@pytest.mark.parametrize("status", ["Failed", "Stopped", "Dreaming", Fault(404, "ResourceNotFoundException")])
def test_given_a_repeated_job_that_failed_then_the_run_goes_on(
    objects: Objects, aws: dict[str, Any], status: str | Fault
) -> None:
    assert judge_status(aws, repeat=status)["status"] == "Completed"


def test_given_a_running_job_then_it_is_waited_for(objects: Objects, aws: dict[str, Any]) -> None:
    found = judge_status(aws, edge="InProgress", teacher="Stopping")
    assert found == {"status": "InProgress", "reason": "waiting for edge, teacher", "enough": False}


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("Failed", {"status": "Failed", "reason": "base: why"}),
        ("Stopped", {"status": "Stopped", "reason": "base: Stopped"}),
        ("Deleting", {"status": "Deleting", "reason": "base: Deleting"}),
        ("SomethingNew", {"status": "SomethingNew", "reason": "base: SomethingNew"}),
        (Fault(404, "ResourceNotFoundException"), {"status": "Failed", "reason": "base: the job no longer exists"}),
    ],
)
def test_given_one_job_that_will_not_complete_then_it_decides_although_others_run(
    objects: Objects, aws: dict[str, Any], status: str | Fault, found: dict[str, str]
) -> None:
    assert judge_status(aws, base=status, edge="InProgress") == {**found, "enough": False}


def test_given_a_rated_run_then_report_and_page_are_written_and_the_gate_reads_them(
    objects: Objects, rated: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORT_NOTE", "of embedded models")
    edge = {"s3_key": "k", "sha256": "s"}
    request = {"run_id": RUN_ID, "jobs": JOBS, "deployment_arn": DEPLOYMENT, "model_arn": MODEL, "edge": edge}
    alone = {**edge, "threshold": 0.9}  # what the run's setting allows: 20 answers without an error say no more
    assert handler.report(request, None) == {"report_key": KEYS.report, "html_key": KEYS.page, "edge": alone}
    assert objects.read_json(KEYS.report)["note"] == "of embedded models"
    assert objects.read(KEYS.page).startswith(b"<!doctype html>")
    found = handler.gate({"run_id": RUN_ID}, None)
    assert (found["passed"], found["promote"], found["reason"]) == (True, True, "all 13 rules hold")


@pytest.mark.parametrize(
    ("passed", "promote", "reason"),
    [(True, True, "why"), (True, False, "passed; promote is false"), (False, True, "why"), (False, False, "why")],
)
def test_given_a_verdict_then_the_gate_says_whether_to_promote(
    objects: Objects, *, passed: bool, promote: bool, reason: str
) -> None:
    objects.write_json(KEYS.plan, plan(promote=promote).model_dump(mode="json"))
    objects.write_json(KEYS.report, {"gate": {"passed": passed, "reason": "why", "rules": []}})
    found = handler.gate({"run_id": RUN_ID}, None)
    assert found == {"passed": passed, "promote": promote, "reason": reason, "rules": []}


def test_given_no_report_then_the_gate_does_not_open(objects: Objects) -> None:
    with pytest.raises(ClientError, match="NoSuchKey"):
        handler.gate({"run_id": RUN_ID}, None)
