"""The batch road: what goes into the job, what is made of its output, and the doors around it."""

import json
import random
from typing import Any

import pytest

from generate import batches, handler, job
from generate.batches import Paid
from intent.plan import Plan
from intent.runs import LEASE, Keys, job_name
from store.objects import Objects
from tests.unit.conftest import BUCKET
from tests.unit.samples import DOMAIN, RUN_ID, plan
from tests.unit.wire import Fault, Wire, said

from .fakes import replying

KEYS = Keys(RUN_ID)
ID = "abcdefghij12"
ARN = f"arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/{ID}"
OTHER = f"{ARN[:-2]}99"
ROLE = "arn:aws:iam::123456789012:role/job"
KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
NAME, AGAIN = job_name(RUN_ID, job.PURPOSE), job_name(RUN_ID, job.PURPOSE, 2)
BATCHES = 120


@pytest.fixture
def planned() -> Plan:
    return plan(examples=240, batch_size=2, road="batch")


@pytest.fixture
def objects(aws: dict[str, Any], planned: Plan, monkeypatch: pytest.MonkeyPatch) -> Objects:
    monkeypatch.setenv("WRITING_ROLE_ARN", ROLE)
    monkeypatch.setenv("KEY_ARN", KEY)
    objects = Objects(aws["s3"], BUCKET)
    objects.write_json(KEYS.plan, planned.model_dump(mode="json"))
    hold(objects, planned.execution_arn)
    return objects


def hold(objects: Objects, execution_arn: str) -> None:
    """Give the lease to this execution."""
    objects.write_json(LEASE, {"execution_arn": execution_arn, "run_id": RUN_ID})


@pytest.fixture
def bedrock(aws: dict[str, Any]) -> Wire:
    wire = Wire("bedrock").on("CreateModelInvocationJob", {"jobArn": ARN}).on("ListModelInvocationJobs", {})
    aws["bedrock"] = wire.client
    return wire


def listed(**statuses: str) -> dict[str, Any]:
    """The list with these jobs: `write="Failed"`, `write_2="Completed"`."""
    places = {
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://data/in"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://data/out"}},
    }
    whole = {"modelId": "m", "roleArn": ROLE, "submitTime": "2026-11-21T12:00:00Z", **places}
    names = {f"{RUN_ID}-{name.replace('_', '-')}": status for name, status in statuses.items()}
    jobs = [
        {**whole, "jobArn": ARN if name == NAME else OTHER, "jobName": name, "status": status}
        for name, status in names.items()
    ]
    return {"invocationJobSummaries": jobs}


def start() -> dict[str, Any]:
    return handler.job_start({"run_id": RUN_ID}, None)


def collect() -> dict[str, Any]:
    return handler.job_collect({"run_id": RUN_ID, "job_arn": ARN}, None)


def reply(objects: Objects, planned: Plan, numbers: range) -> None:
    """The online road has written these."""
    for number in numbers:
        question = batches.request(planned.batch(number), planned, DOMAIN)
        batches.keep_reply(objects, KEYS, number, question, replying("paid before")(question), road="online")


def read(objects: Objects, planned: Plan, number: int) -> Any:
    return batches.find(objects, KEYS, number, batches.request(planned.batch(number), planned, DOMAIN))


def answered(line: str, text: str = "written") -> str:
    """The output's line for an input's line."""
    return json.dumps({**json.loads(line), "modelOutput": said(text)})


def output(objects: Objects, lines: list[str], name: str = "input.jsonl.out") -> None:
    objects.write_lines(f"{KEYS.job_output}{ID}/{name}", lines)


def asked(objects: Objects) -> list[str]:
    return list(objects.read_lines(KEYS.job_input))


def test_given_a_plan_then_each_batch_is_a_record_that_asks_what_a_call_would(
    objects: Objects, bedrock: Wire, planned: Plan
) -> None:
    assert start() == {"status": "started", "job_arn": ARN, "batches": BATCHES}
    records = [json.loads(line) for line in asked(objects)]
    assert [record["recordId"] for record in records[:2]] == ["BATCH000001", "BATCH000002"]
    assert len({record["recordId"] for record in records}) == BATCHES
    assert all(len(record["recordId"]) == 11 and record["recordId"].isalnum() for record in records)
    question = batches.request(planned.batch(2), planned, DOMAIN)
    body = records[1]["modelInput"]
    assert body["messages"] == [{"role": "user", "content": [{"text": question.user}]}]
    assert body["system"] == [{"text": question.system}]
    assert body["inferenceConfig"]["temperature"] == question.temperature
    assert body["inferenceConfig"]["stopSequences"] == list(question.stop)


def test_given_a_plan_then_the_job_is_the_runs_own_and_writes_beside_its_file(objects: Objects, bedrock: Wire) -> None:
    start()
    (request,) = bedrock.asked("CreateModelInvocationJob")
    assert (request["jobName"], request["clientRequestToken"], request["roleArn"]) == (NAME, NAME, ROLE)
    assert (request["modelId"], request["modelInvocationType"]) == ("us.amazon.nova-pro-v1:0", "Converse")
    assert request["inputDataConfig"]["s3InputDataConfig"]["s3Uri"] == f"s3://{BUCKET}/{KEYS.job_input}"
    target = {"s3Uri": f"s3://{BUCKET}/{KEYS.job_output}", "s3EncryptionKeyId": KEY}
    assert request["outputDataConfig"] == {"s3OutputDataConfig": target}


def test_given_a_run_that_has_been_topped_up_then_what_its_last_round_makes_up_for_is_not_written(
    objects: Objects, bedrock: Wire, planned: Plan
) -> None:
    number = len(planned.batches) + 1
    more = planned.batches[0].model_copy(update={"number": number, "round": 1})
    grown = planned.model_copy(update={"batches": [*planned.batches, more]})
    objects.write_json(KEYS.plan, grown.model_dump(mode="json"))
    assert start() == {"status": "online", "batches": 1}


def test_given_batches_with_a_reply_then_they_are_not_paid_again(
    objects: Objects, bedrock: Wire, planned: Plan
) -> None:
    reply(objects, planned, range(1, 21))
    assert start()["batches"] == 100
    assert json.loads(asked(objects)[0])["recordId"] == "BATCH000021"


def test_given_fewer_batches_than_a_job_needs_then_calls_write_them(
    objects: Objects, bedrock: Wire, planned: Plan
) -> None:
    reply(objects, planned, range(1, 22))
    assert start() == {"status": "online", "batches": 99}
    assert not bedrock.calls


@pytest.mark.parametrize("status", ["Submitted", "InProgress", "Completed", "PartiallyCompleted"])
def test_given_a_job_of_this_run_then_it_is_adopted(objects: Objects, bedrock: Wire, status: str) -> None:
    bedrock.on("ListModelInvocationJobs", listed(write=status))
    assert start() == {"status": "started", "job_arn": ARN}
    assert not bedrock.asked("CreateModelInvocationJob")


@pytest.mark.parametrize("status", ["Failed", "Stopping", "Stopped", "Expired"])
def test_given_a_resumed_run_whose_job_has_written_nothing_then_a_new_one_starts_under_a_new_name(
    objects: Objects, bedrock: Wire, planned: Plan, status: str
) -> None:
    objects.write_json(KEYS.plan, planned.model_copy(update={"attempt": 2}).model_dump(mode="json"))
    bedrock.on("ListModelInvocationJobs", listed(write=status))
    assert start()["status"] == "started"
    (request,) = bedrock.asked("CreateModelInvocationJob")
    assert (request["jobName"], request["clientRequestToken"]) == (AGAIN, AGAIN)


def test_given_a_resumed_run_whose_job_still_runs_then_it_is_adopted(
    objects: Objects, bedrock: Wire, planned: Plan
) -> None:
    objects.write_json(KEYS.plan, planned.model_copy(update={"attempt": 2}).model_dump(mode="json"))
    bedrock.on("ListModelInvocationJobs", listed(write="InProgress"))
    assert start() == {"status": "started", "job_arn": ARN}
    assert not bedrock.asked("CreateModelInvocationJob")


def test_given_a_refused_job_then_code_and_reason_come_back(objects: Objects, bedrock: Wire) -> None:
    bedrock.on("CreateModelInvocationJob", Fault(400, "ServiceQuotaExceededException", "no room"))
    found = start()
    assert (found["status"], found["error"]) == ("refused", "ServiceQuotaExceededException")
    assert "no room" in found["message"]


def test_given_a_throttled_start_then_it_is_raised_for_the_retry(objects: Objects, bedrock: Wire) -> None:
    bedrock.on("CreateModelInvocationJob", Fault(429, "ThrottlingException"))
    with pytest.raises(Exception, match="ThrottlingException"):
        start()


@pytest.mark.parametrize(
    ("status", "running"),
    [("Submitted", True), ("Scheduled", True), ("PartiallyCompleted", False), ("Failed", False), ("New", False)],
)
def test_given_a_job_then_its_status_says_whether_to_wait(bedrock: Wire, status: str, *, running: bool) -> None:
    bedrock.on("GetModelInvocationJob", {"jobArn": ARN, "status": status, "message": "why"})
    found = handler.job_status({"job_arn": ARN}, None)
    assert found == {"status": status, "reason": "why", "running": running}


def test_given_several_attempts_then_the_job_of_each_is_stopped(objects: Objects, bedrock: Wire) -> None:
    bedrock.on("ListModelInvocationJobs", listed(write="InProgress", write_2="Stopped"))
    bedrock.on("StopModelInvocationJob", {})
    found = handler.job_stop({"run_id": RUN_ID, "attempt": 3}, None)
    assert found == {"jobs": {f"{NAME}-3": "Absent", AGAIN: "Stopped", NAME: "Stopping"}}
    assert bedrock.asked("StopModelInvocationJob") == [{"jobIdentifier": ARN}]


def test_given_output_in_another_order_then_it_is_kept_as_calls_would_have_been(
    objects: Objects, bedrock: Wire, planned: Plan
) -> None:
    start()
    lines = [answered(line, f"text of {number}") for number, line in enumerate(asked(objects), start=1)]
    random.Random(5).shuffle(lines)  # noqa: S311  (repeatable)
    output(objects, lines)
    output(objects, ['{"totalRecordCount": 120}'], "manifest.json.out")
    assert collect() == {
        "collected": BATCHES,
        "missing": 0,
        "errors": {},
        "foreign": 0,
        "repeated": 0,
        "malformed": 0,
    }
    for number in (1, 57, BATCHES):
        found = read(objects, planned, number)
        assert isinstance(found, Paid)
        assert (found.text, found.road, found.input_tokens) == (f"text of {number}", "batch", 50)


def test_given_gaps_errors_and_strangers_then_each_is_counted_and_the_rest_is_kept(
    objects: Objects, bedrock: Wire, planned: Plan
) -> None:
    start()
    first, second, third, fourth, fifth, *rest = asked(objects)
    error = json.dumps({**json.loads(second), "error": {"errorCode": 500, "errorMessage": "no"}})
    stranger = json.dumps({"recordId": "CALL0000001", "modelOutput": said("x")})
    lines = [answered(first, "one"), answered(first, "two"), error, "{", stranger, answered(third), answered(fourth)]
    output(objects, [*lines, *map(answered, rest)])
    assert fifth not in lines
    assert collect() == {
        "collected": BATCHES - 2,
        "missing": 2,
        "errors": {"500": 1},
        "foreign": 1,
        "repeated": 1,
        "malformed": 1,
    }
    assert read(objects, planned, 1).text == "one"
    assert [read(objects, planned, number) for number in (2, 5)] == ["absent", "absent"]
    assert start() == {"status": "online", "batches": 2}


def test_given_a_collected_job_then_collecting_again_changes_nothing(objects: Objects, bedrock: Wire) -> None:
    start()
    output(objects, [answered(line) for line in asked(objects)])
    collect()
    before = {key: objects.read(key) for key in objects.keys(KEYS.prefix)}
    assert (collect()["collected"], collect()["missing"]) == (0, 0)
    assert {key: objects.read(key) for key in objects.keys(KEYS.prefix)} == before


def test_given_a_reply_that_was_paid_meanwhile_then_the_jobs_own_does_not_replace_it(
    objects: Objects, bedrock: Wire, planned: Plan
) -> None:
    start()
    output(objects, [answered(line) for line in asked(objects)])
    reply(objects, planned, range(1, 2))
    assert (collect()["collected"], read(objects, planned, 1).text) == (BATCHES - 1, "paid before")


def test_given_another_jobs_output_then_it_is_not_read(objects: Objects, bedrock: Wire) -> None:
    start()
    objects.write_lines(f"{KEYS.job_output}zzzzzzzzzz99/input.jsonl.out", [answered(line) for line in asked(objects)])
    assert collect()["missing"] == BATCHES


def test_given_a_lease_that_another_run_has_taken_over_then_no_job_is_paid(objects: Objects, bedrock: Wire) -> None:
    hold(objects, "arn:another")
    refused = handler.job_start({"run_id": RUN_ID}, None)
    assert (refused["status"], refused["error"]) == ("refused", "LeaseLost")
    assert not bedrock.asked("CreateModelInvocationJob")
