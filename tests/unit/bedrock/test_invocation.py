"""Batch inference jobs: the request, adoption, status and stop; the file and what comes back."""

import json
from typing import Any

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from bedrock import invocation
from bedrock.converse import Question, asker
from bedrock.customization import JobStatus
from bedrock.errors import Busy, Refused
from bedrock.invocation import Found, Job
from intent.runs import job_name, run_id
from tests.unit.wire import Fault, Wire, said

from .patterns import breaches

ARN = "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghij12"
CONFLICT = Fault(400, "ConflictException", "the name is taken")
QUESTION = Question("m", "be brief", "a\u2028b", max_tokens=50, temperature=0.7, stop=("<end>",))


def job(**changed: Any) -> Job:
    whole: dict[str, Any] = {
        "name": job_name(run_id("x" * 80), "write", 12),
        "role_arn": "arn:aws:iam::123456789012:role/job",
        "model": "us.amazon.nova-pro-v1:0",
        "input_uri": "s3://data/runs/r/generate/job/input.jsonl",
        "output_uri": "s3://data/runs/r/generate/job/output/",
        "key_arn": "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012",
    }
    return Job(**{**whole, **changed})


def listed(*names: str, status: str = "InProgress") -> dict[str, Any]:
    whole: dict[str, Any] = {"modelId": "m", "roleArn": job().role_arn, "submitTime": "2026-11-21T12:00:00Z"}
    places = {name: job().request()[name] for name in ("inputDataConfig", "outputDataConfig")}
    jobs = [{**whole, **places, "jobArn": ARN, "jobName": name, "status": status} for name in names]
    return {"invocationJobSummaries": jobs}


def got(status: str, **changed: Any) -> dict[str, Any]:
    return {"jobArn": ARN, "jobName": "j", "status": status, **changed}


def written(record_id: str, text: str = "hello", **changed: Any) -> str:
    return json.dumps({"recordId": record_id, "modelInput": {}, "modelOutput": said(text), **changed})


def failed(record_id: str, code: object = 500) -> str:
    error = {"errorCode": code, "errorMessage": "no"}
    return json.dumps({"recordId": record_id, "modelInput": {}, "error": error})


@pytest.mark.parametrize("model", ["us.amazon.nova-pro-v1:0", "amazon.nova-lite-v1:0:300k"])
def test_given_a_job_then_its_request_keeps_every_rule_of_the_service_model(model: str) -> None:
    assert breaches("CreateModelInvocationJob", job(model=model).request()) == []


def test_given_a_question_then_its_record_sends_what_a_call_would_send() -> None:
    wire = Wire("bedrock-runtime").on("Converse", said("x"))
    asker(wire.client)(QUESTION)
    (called,) = wire.asked("Converse")
    line = invocation.record("BATCH000001", QUESTION)
    assert line.isascii()
    assert json.loads(line) == {
        "recordId": "BATCH000001",
        "modelInput": {name: value for name, value in called.items() if name != "modelId"},
    }
    assert called["inferenceConfig"] == {"maxTokens": 50, "temperature": 0.7, "stopSequences": ["<end>"]}


def test_given_a_new_job_then_it_is_started_once() -> None:
    wire = Wire("bedrock").on("CreateModelInvocationJob", {"jobArn": ARN})
    assert invocation.start(wire.client, job()) == ARN
    assert [name for name, _ in wire.calls] == ["CreateModelInvocationJob"]


def test_given_a_job_of_this_name_then_it_is_adopted_and_not_paid_again() -> None:
    wire = Wire("bedrock").on("CreateModelInvocationJob", CONFLICT)
    wire.on("ListModelInvocationJobs", {**listed(f"{job().name}-2"), "nextToken": "more"}, listed(job().name))
    assert invocation.start(wire.client, job()) == ARN
    assert [asked["nameContains"] for asked in wire.asked("ListModelInvocationJobs")] == [job().name] * 2


def test_given_a_conflict_without_a_job_of_this_name_then_it_is_told() -> None:
    wire = Wire("bedrock").on("CreateModelInvocationJob", CONFLICT).on("ListModelInvocationJobs", listed("other"))
    with pytest.raises(Refused, match="the name is taken"):
        invocation.start(wire.client, job())


@pytest.mark.parametrize("code", ["ValidationException", "ServiceQuotaExceededException", "AccessDeniedException"])
def test_given_a_refusal_then_nothing_is_adopted(code: str) -> None:
    wire = Wire("bedrock").on("CreateModelInvocationJob", Fault(400, code))
    with pytest.raises(Refused, match=code):
        invocation.start(wire.client, job())


def test_given_a_throttled_start_then_it_may_be_tried_again() -> None:
    wire = Wire("bedrock").on("CreateModelInvocationJob", Fault(429, "ThrottlingException"))
    with pytest.raises(Busy):
        invocation.start(wire.client, job())


def test_given_names_that_are_alike_then_only_the_very_one_is_found() -> None:
    wire = Wire("bedrock").on("ListModelInvocationJobs", listed("x-r-write", "r-write-2", "r-write", status="Stopped"))
    found = invocation.find(wire.client, "r-write")
    assert found == Found(ARN, "Stopped")
    assert invocation.find(wire.client, "r") is None


@pytest.mark.parametrize("status", ["Submitted", "Completed", "PartiallyCompleted", "Expired", "SomethingNew"])
def test_given_a_status_then_it_is_passed_on_as_it_is(status: str) -> None:
    wire = Wire("bedrock").on("GetModelInvocationJob", got(status, message="why"))
    assert invocation.status(wire.client, ARN) == JobStatus(status, "why")


def test_given_a_job_that_vanished_then_it_has_failed() -> None:
    wire = Wire("bedrock").on("GetModelInvocationJob", Fault(404, "ResourceNotFoundException"))
    assert invocation.status(wire.client, ARN) == JobStatus("Failed", "the job no longer exists")


@pytest.mark.parametrize("status", sorted(invocation.RUNNING))
def test_given_a_running_job_then_it_is_stopped(status: str) -> None:
    wire = Wire("bedrock").on("ListModelInvocationJobs", listed("j", status=status))
    wire.on("StopModelInvocationJob", {})
    assert invocation.stop(wire.client, "j") == "Stopping"
    assert wire.asked("StopModelInvocationJob") == [{"jobIdentifier": ARN}]


@pytest.mark.parametrize("status", ["Completed", "PartiallyCompleted", "Failed", "Stopping", "Stopped", "Expired"])
def test_given_a_job_that_has_ended_then_nothing_is_stopped(status: str) -> None:
    wire = Wire("bedrock").on("ListModelInvocationJobs", listed("j", status=status))
    assert invocation.stop(wire.client, "j") == status


def test_given_no_job_then_there_is_nothing_to_stop() -> None:
    wire = Wire("bedrock").on("ListModelInvocationJobs", listed())
    assert invocation.stop(wire.client, "j") == "Absent"


def test_given_a_job_that_ends_while_it_is_stopped_then_that_is_fine() -> None:
    wire = Wire("bedrock").on("ListModelInvocationJobs", listed("j")).on("StopModelInvocationJob", CONFLICT)
    assert invocation.stop(wire.client, "j") == "Stopping"
    wire.on("StopModelInvocationJob", Fault(403, "AccessDeniedException"))
    with pytest.raises(Refused, match="AccessDenied"):
        invocation.stop(wire.client, "j")


def test_given_the_status_words_then_they_are_the_service_models() -> None:
    shape: Any = get_session().get_service_model("bedrock").shape_for("ModelInvocationJobStatus")
    ended = {"Failed", "Stopping", "Stopped", "Expired"}
    assert invocation.RUNNING | invocation.WRITTEN | ended == set(shape.enum)
    assert not invocation.RUNNING & invocation.WRITTEN


def test_given_output_in_another_order_then_replies_are_joined_by_their_id() -> None:
    found = invocation.output([written("B", "two"), written("A", "one")], {"A", "B"})
    assert {name: reply.text for name, reply in found.replies.items()} == {"A": "one", "B": "two"}
    assert (found.replies["A"].input_tokens, found.replies["A"].output_tokens) == (50, 20)
    assert (found.foreign, found.repeated, found.malformed, found.errors) == (0, 0, 0, {})


def test_given_a_record_twice_then_the_first_counts() -> None:
    found = invocation.output([written("A", "one"), written("A", "two"), failed("A")], {"A"})
    assert found.replies["A"].text == "one"
    assert found.repeated == 2


def test_given_a_record_that_nobody_asked_for_then_it_is_counted_and_left_alone() -> None:
    found = invocation.output([written("Z"), written("A")], {"A", "B"})
    assert (list(found.replies), found.foreign) == (["A"], 1)


def test_given_errors_then_they_are_counted_by_code_and_left_missing() -> None:
    filtered = json.dumps({"recordId": "D", "modelOutput": said("x", "content_filtered")})
    empty = json.dumps({"recordId": "E", "modelOutput": {"output": {}, "stopReason": "end_turn"}})
    lines = [failed("A"), failed("B"), failed("C", "ModelError"), filtered, empty]
    found = invocation.output(lines, set("ABCDE"))
    assert found.replies == {}
    assert found.errors == {"500": 2, "ModelError": 1, "content_filtered": 1, "no_text": 1}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "1",
        "NaN",
        "{}",
        '{"recordId": 3}',
        '{"recordId": "A"}',
        '{"recordId": "A", "modelOutput": []}',
        '{"recordId": "A", "modelOutput": {"output": [1], "stopReason": "end_turn"}}',
        '{"recordId": "A", "modelOutput": {"output": {"message": {"content": 1}}, "stopReason": "end_turn"}}',
        "[" * 100_000,
    ],
)
def test_given_a_line_that_is_no_record_then_it_costs_only_itself(line: str) -> None:
    found = invocation.output([line, written("B")], {"A", "B"})
    assert (list(found.replies), found.malformed) == (["B"], 1)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["recordId", "modelOutput", "error", "output", "message", "content", "text", "usage"]),
            inner,
            max_size=4,
        )
    ),
)


@given(st.lists(_JSON.map(lambda value: json.dumps({"recordId": "A", "modelOutput": value}))))
def test_given_any_output_then_every_line_is_accounted_for(lines: list[str]) -> None:
    found = invocation.output(lines, {"A"})
    counted = len(found.replies) + sum(found.errors.values()) + found.foreign + found.repeated + found.malformed
    assert counted == len(lines)
