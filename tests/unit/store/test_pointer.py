"""The active pointer in its parameter, read through a short cache."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from pydantic import ValidationError

from intent.pointer import Pointer
from store.pointer import PointerStore
from tests.unit.intent.test_pointer import VALUE
from tests.unit.wire import Fault, Wire

NAME = "/intent-router/dev/active"
FIRST = Pointer.model_validate({**VALUE, "version": 1})
SECOND = Pointer.model_validate({**VALUE, "version": 2})


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_given_no_parameter_then_there_is_no_active_version(ssm: Any) -> None:
    assert PointerStore(ssm, NAME).read() is None


def test_given_a_version_when_written_then_it_is_read_and_ssm_keeps_the_one_before(ssm: Any) -> None:
    store = PointerStore(ssm, NAME)
    store.write(FIRST)
    store.write(SECOND)
    assert store.read() == SECOND
    history = ssm.get_parameter_history(Name=NAME)["Parameters"]
    assert [Pointer.model_validate_json(entry["Value"]) for entry in history] == [FIRST, SECOND]


def test_given_a_cache_then_a_change_is_seen_when_it_is_stale(ssm: Any) -> None:
    clock = Clock()
    reader, writer = PointerStore(ssm, NAME, ttl=20, clock=clock), PointerStore(ssm, NAME)
    writer.write(FIRST)
    assert reader.read() == FIRST
    writer.write(SECOND)
    clock.now += 19.9
    assert reader.read() == FIRST
    clock.now += 0.1
    assert reader.read() == SECOND


def test_given_no_version_yet_then_that_is_cached_as_well(ssm: Any) -> None:
    clock = Clock()
    reader = PointerStore(ssm, NAME, ttl=20, clock=clock)
    assert reader.read() is None
    PointerStore(ssm, NAME).write(FIRST)
    assert reader.read() is None
    clock.now += 20
    assert reader.read() == FIRST


def test_given_a_cache_then_one_sees_ones_own_change_at_once(ssm: Any) -> None:
    store = PointerStore(ssm, NAME, ttl=20, clock=Clock())
    assert store.read() is None
    store.write(FIRST)
    assert store.read() == FIRST


@pytest.mark.parametrize("value", ["-", "{}", "null", '{"version": 1}', FIRST.model_dump_json()[:-1]])
def test_given_garbage_then_it_is_an_error_and_not_cached(ssm: Any, value: str) -> None:
    ssm.put_parameter(Name=NAME, Value=value, Type="String")
    store = PointerStore(ssm, NAME, ttl=20, clock=Clock())
    with pytest.raises(ValidationError):
        store.read()
    ssm.put_parameter(Name=NAME, Value=FIRST.model_dump_json(), Type="String", Overwrite=True)
    assert store.read() == FIRST


def test_given_no_permission_then_that_is_not_taken_for_no_version() -> None:
    wire = Wire("ssm").on("GetParameter", Fault(400, "AccessDeniedException"))
    with pytest.raises(ClientError, match="AccessDenied"):
        PointerStore(wire.client, NAME).read()
