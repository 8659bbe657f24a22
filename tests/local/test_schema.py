"""schemathesis against the running API: what the document allows and forbids, through gateway, function and student."""

import json
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from cli.target import Target
from local import openapi
from tests.local.conftest import Ended
from tests.unit.route.shim import operations

SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi.FILE.read_text("utf-8")))
OPERATIONS: dict[str, Any] = {found.label: found for found in operations(SCHEMA)}
UNCHECKED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance),
    negative_data_rejection,
]
ALLOWED, FORBIDDEN = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
EXAMPLES = 25


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        *(("POST /route", mode) for mode in (ALLOWED, FORBIDDEN)),
        *(("POST /route/batch", mode) for mode in (ALLOWED, FORBIDDEN)),
        *((label, ALLOWED) for label in sorted(OPERATIONS) if label.startswith("GET ")),
    ],
    ids=lambda value: str(getattr(value, "value", value)),
)
def test_given_any_request_of_the_document_then_the_answer_is_documented(
    target: Target, promoted: Ended, label: str, mode: GenerationMode
) -> None:
    address, key = target.route.url.removesuffix("/route"), {"x-api-key": target.route.key}
    session = requests.Session()
    session.trust_env = False  # loopback never goes through a proxy
    session.verify = not address.startswith("https://localhost")

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=UNCHECKED)
    @given(case=OPERATIONS[label].as_strategy(mode))
    def ask(case: Any) -> None:
        case.call_and_validate(base_url=address, session=session, headers=key, checks=CHECKS)

    ask()
