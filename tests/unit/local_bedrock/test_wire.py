import json
import re
import time
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from local.bedrock.wire.patterns import compiled
from local.bedrock.wire.rest_json import Wire
from local.bedrock.wire.service_model import service
from tests.unit.local_bedrock.conftest import Local

JOBS, EVALUATIONS = "/model-customization-jobs", "/evaluation-jobs"


def test_unknown_operations(local: Local) -> None:
    for method, path in (("GET", "/nothing"), ("POST", "/foundation-models"), ("GET", "/model/x/converse")):
        service = "bedrock-runtime" if path.startswith("/model/") else "bedrock"
        status, headers, _ = local.send(service, method, path)
        assert (status, headers["x-amzn-ErrorType"]) == (404, "UnknownOperationException")


def test_operations_that_only_the_real_service_has(local: Local) -> None:
    status, _, body = local.send("bedrock", "GET", "/guardrails")
    assert (status, "ListGuardrails" in body["message"]) == (501, True)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"jobName": NaN}', b"\xff", b"[" * 100_000])
def test_bodies_that_are_no_json_object(local: Local, body: bytes) -> None:
    status, headers, _ = local.send("bedrock", "POST", JOBS, body)
    assert (status, headers["x-amzn-ErrorType"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"jobName": None}, "Value null at 'jobName' failed to satisfy constraint: Member must not be null"),
        ({"jobName": 5}, "'jobName' failed to satisfy constraint: Member must be of type string"),
        ({"jobName": ""}, "length greater than or equal to 1"),
        ({"jobName": "x" * 64}, "length less than or equal to 63"),
        ({"jobName": "a" + "-" * 61 + "_"}, "regular expression pattern"),
        ({"customizationType": "NONE"}, "enum value set: [FINE_TUNING"),
        ({"trainingDataConfig": "s3://x"}, "must be a structure"),
        ({"jobTags": {}}, "must be a list"),
        ({"jobTags": [{"key": "k"}]}, "Value null at 'jobTags.1.member.value'"),
        ({"hyperParameters": []}, "must be a map"),
        ({"hyperParameters": {"epochCount": 2}}, "'hyperParameters.epochCount'"),
        ({"customizationConfig": {"distillationConfig": {}, "rftConfig": {}}}, "exactly one of"),
    ],
)
def test_violated_constraints_are_named(
    local: Local, distillation: dict[str, Any], change: dict[str, object], part: str
) -> None:
    status, headers, body = local.send("bedrock", "POST", JOBS, json.dumps(distillation | change).encode())
    assert (status, headers["x-amzn-ErrorType"]) == (400, "ValidationException")
    assert part in body["message"]


def test_all_violations_are_reported_together(local: Local) -> None:
    _, _, body = local.send("bedrock", "POST", JOBS, b"{}")
    assert body["message"].startswith("6 validation errors detected: ")


def test_members_of_path_and_query_are_checked_too(local: Local) -> None:
    for query in (
        "maxResults=0",
        "maxResults=1001",
        "maxResults=many",
        "statusEquals=Done",
        "creationTimeAfter=monday",
    ):
        assert local.send("bedrock", "GET", f"{JOBS}?{query}")[0] == 400, query
    assert local.send("bedrock", "GET", f"{EVALUATIONS}/{quote('arn:aws:bedrock:us-east-1:1:x/y', safe='')}")[0] == 400
    assert local.send("bedrock", "GET", f"{JOBS}?maxResults=5&creationTimeAfter=2026-01-01T00:00:00Z")[0] == 200


def test_unknown_members_are_ignored_as_the_service_does(local: Local, distillation: dict[str, Any]) -> None:
    body = json.dumps(distillation | {"colour": "red"}).encode()
    assert local.send("bedrock", "POST", JOBS, body)[0] == 201


def test_every_operation_that_we_offer_is_in_the_model_and_can_be_routed() -> None:
    served = Local().service.operations
    assert (len(served["bedrock"]), len(served["bedrock-runtime"])) == (27, 2)
    for name, operations in served.items():
        assert set(operations) <= set(service(name).operations)


NAME_PATTERNS = {
    ("CreateModelCustomizationJob", "jobName"): r"[a-zA-Z0-9][a-zA-Z0-9+.-]*",
    ("CreateModelCustomizationJob", "customModelName"): r"([0-9a-zA-Z][_-]?)+",
    ("CreateCustomModelDeployment", "modelDeploymentName"): r"([0-9a-zA-Z][_-]?)+",
    ("CreateEvaluationJob", "jobName"): r"[a-z0-9](-*[a-z0-9])*",
    ("CreateModelInvocationJob", "jobName"): r"[a-zA-Z0-9][a-zA-Z0-9+.-]*",
}
CONTROL = Wire("bedrock")


@pytest.mark.parametrize(("operation", "member"), NAME_PATTERNS)
@given(name=st.text("abzAZ09-_.+ é\n", max_size=66))
@example(name="a" + "-" * 61 + "_")
@example(name="-" * 63)
@example(name="a\n")
def test_names_are_accepted_exactly_by_their_rule(operation: str, member: str, name: str) -> None:
    pattern = CONTROL.service.operations[operation].input.members[member].pattern
    assert pattern is not None
    accepted = bool(compiled(pattern).fullmatch(name)) and 1 <= len(name) <= 63
    assert accepted == (bool(re.fullmatch(NAME_PATTERNS[operation, member], name)) and len(name) <= 63)


def _patterns() -> list[str]:
    found: set[str] = set()
    for operation in Local().service.operations["bedrock"]:
        members = CONTROL.service.operations[operation].input.members.values()
        found |= {member.pattern for member in members if member.pattern}
    return sorted(found)


@pytest.mark.parametrize("pattern", _patterns())
def test_no_pattern_can_be_made_to_run_away(pattern: str) -> None:
    started = time.perf_counter()
    for unit in ("a", "-", "a-", "a.", "a:", "0", "/", "a_", "arn:aws:bedrock:us-east-1:", "s3://aa/"):
        compiled(pattern).fullmatch((unit * 2048)[:2000] + "!")
    assert time.perf_counter() - started < 1


def test_errors_have_the_status_of_the_model() -> None:
    control = service("bedrock")
    codes = ("ConflictException", "ThrottlingException", "ResourceNotFoundException", "ServiceQuotaExceededException")
    assert [control.error_status(code) for code in codes] == [400, 429, 404, 400]
