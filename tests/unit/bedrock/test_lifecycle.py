"""Preflight: what GetFoundationModel says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bedrock.errors import Busy, Refused
from bedrock.lifecycle import look_up
from intent.models import LifeCycle
from tests.unit.wire import Fault, Wire

from .patterns import breaches


def details(**cycle: Any) -> dict[str, Any]:
    return {"modelDetails": {"modelArn": "arn", "modelId": "m", "modelLifecycle": cycle}}


def test_given_a_profile_then_the_model_behind_it_is_asked_for() -> None:
    wire = Wire("bedrock").on("GetFoundationModel", details(status="ACTIVE"))
    assert look_up(wire.client, "us.amazon.nova-micro-v1:0:128k") == LifeCycle("ACTIVE", None)
    (request,) = wire.asked("GetFoundationModel")
    assert request == {"modelIdentifier": "amazon.nova-micro-v1:0"}
    assert breaches("GetFoundationModel", request) == []


def test_given_an_end_of_life_then_it_is_read_with_its_zone() -> None:
    wire = Wire("bedrock").on("GetFoundationModel", details(status="LEGACY", endOfLifeTime="2026-09-14T00:00:00Z"))
    found = look_up(wire.client, "m")
    assert found is not None
    assert found.end_of_life == datetime(2026, 9, 14, tzinfo=UTC)


@pytest.mark.parametrize("fault", [Fault(404, "ResourceNotFoundException"), Fault(400, "ValidationException")])
def test_given_an_unknown_model_then_there_is_no_life_cycle(fault: Fault) -> None:
    assert look_up(Wire("bedrock").on("GetFoundationModel", fault).client, "typo") is None


@pytest.mark.parametrize(
    ("fault", "kind"), [(Fault(403, "AccessDeniedException"), Refused), (Fault(500, "InternalServerException"), Busy)]
)
def test_given_another_error_then_the_model_is_not_called_unknown(fault: Fault, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        look_up(Wire("bedrock").on("GetFoundationModel", fault).client, "m")
