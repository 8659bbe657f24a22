"""schemathesis reads openapi.json and asks for whatever it allows or forbids; every answer is a documented one."""

import json
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local import openapi
from route import handler
from tests.unit.route.shim import KEY, gateway, operations

from .bench import Bench

DOCUMENT = json.loads(openapi.FILE.read_text("utf-8"))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.app = gateway
OPERATIONS: dict[str, Any] = {found.label: found for found in operations(SCHEMA)}
# Not checked: that what the schema allows is never refused (a blank query, an engine that there is not: 400 says why).
BODIES = {
    f"POST {path}": ways["post"]["requestBody"]["content"]["application/json"]["schema"]
    for path, ways in DOCUMENT["paths"].items()
    if "post" in ways
}
UNCHECKED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance),
]


def test_every_operation_is_tried() -> None:
    documented = {f"{verb.upper()} {path}" for path, ways in DOCUMENT["paths"].items() for verb in ways}
    assert set(OPERATIONS) == documented


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "forbidden"])
@pytest.mark.parametrize("label", ["POST /route", "POST /route/batch"])
def test_given_any_request_of_the_document_then_the_answer_is_documented(
    bench: Bench, label: str, mode: GenerationMode
) -> None:
    seen = asked(label, mode)
    assert seen <= {200, 400, 403, 413, 415}, "403: a key that is none"
    assert 200 in seen or mode is GenerationMode.NEGATIVE


@pytest.mark.parametrize("label", sorted(label for label in OPERATIONS if label.startswith("GET ")))
def test_given_a_look_then_the_answer_is_documented(bench: Bench, label: str) -> None:
    assert asked(label, GenerationMode.POSITIVE) == {200}


@pytest.mark.parametrize(
    "broken",
    [{"statusCode": 418}, {"body": "{}"}, {"headers": {"Content-Type": "text/html"}}, {"statusCode": 500}],
    ids=["status", "shape", "media type", "5xx"],
)
def test_given_an_answer_that_is_not_documented_then_it_is_found(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, broken: dict[str, Any]
) -> None:
    route = handler.route

    def otherwise(given: Any, context: Any) -> dict[str, Any]:
        return {**route(given, context), **broken}

    monkeypatch.setattr(handler, "route", otherwise)
    with pytest.raises((FailureGroup, Failure)):
        asked("POST /route", GenerationMode.POSITIVE)


def asked(label: str, mode: GenerationMode) -> set[int]:
    """Ask the handler; the statuses that it answered with. Fails for any that is not documented."""
    seen: set[int] = set()

    @settings(max_examples=settings().max_examples // 2, suppress_health_check=UNCHECKED)
    @given(case=OPERATIONS[label].as_strategy(mode))
    def ask(case: Any) -> None:
        status = case.call_and_validate(headers={"x-api-key": KEY}, checks=CHECKS).status_code
        seen.add(status)
        if status == 200 and mode is GenerationMode.NEGATIVE:  # now and then what it forbids is allowed after all
            jsonschema.validate(case.body, {**BODIES[label], "components": DOCUMENT["components"]})

    ask()
    return seen
