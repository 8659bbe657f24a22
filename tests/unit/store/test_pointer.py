"""The active pointer in its parameter, read through a short cache."""

import json
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


def activate(store: PointerStore, pointer: Pointer) -> None:
    assert store.swap(store.look(), pointer)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_given_no_parameter_then_there_is_no_active_version(ssm: Any) -> None:
    assert PointerStore(ssm, NAME).read() is None


def test_given_a_version_when_written_then_it_is_read_and_ssm_keeps_the_one_before(ssm: Any) -> None:
    store = PointerStore(ssm, NAME)
    activate(store, FIRST)
    activate(store, SECOND)
    assert store.read() == SECOND
    values = [json.loads(entry["Value"]) for entry in ssm.get_parameter_history(Name=NAME)["Parameters"]]
    assert [(value["version"], value["revision"]) for value in values] == [(1, 1), (2, 2)]


def test_given_a_cache_then_a_change_is_seen_when_it_is_stale(ssm: Any) -> None:
    clock = Clock()
    reader, writer = PointerStore(ssm, NAME, ttl=20, clock=clock), PointerStore(ssm, NAME)
    activate(writer, FIRST)
    assert reader.read() == FIRST
    activate(writer, SECOND)
    clock.now += 19.9
    assert reader.read() == FIRST
    clock.now += 0.1
    assert reader.read() == SECOND


def test_given_no_version_yet_then_that_is_cached_as_well(ssm: Any) -> None:
    clock = Clock()
    reader = PointerStore(ssm, NAME, ttl=20, clock=clock)
    assert reader.read() is None
    activate(PointerStore(ssm, NAME), FIRST)
    assert reader.read() is None
    clock.now += 20
    assert reader.read() == FIRST


def test_given_a_cache_then_one_sees_ones_own_change_at_once(ssm: Any) -> None:
    store = PointerStore(ssm, NAME, ttl=20, clock=Clock())
    assert store.read() is None
    activate(store, FIRST)
    assert store.read() == FIRST


def test_given_two_that_saw_the_same_when_both_write_then_the_first_has_won(ssm: Any) -> None:
    quick, slow = PointerStore(ssm, NAME), PointerStore(ssm, NAME)
    seen = slow.look()
    assert quick.swap(quick.look(), FIRST)
    assert not slow.swap(seen, SECOND)
    assert quick.read() == slow.read() == FIRST
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Version"] == 3, "the loser wrote the winner's value once more"
    assert slow.look().settled
    assert slow.swap(slow.look(), SECOND)
    assert quick.read() == SECOND


def test_given_a_late_value_whose_writer_died_then_readers_go_back_to_the_one_that_counts(ssm: Any) -> None:
    store = PointerStore(ssm, NAME)
    activate(store, FIRST)
    late = {**SECOND.model_dump(mode="json", exclude_none=True), "revision": 1}
    for _ in range(3):
        ssm.put_parameter(Name=NAME, Value=json.dumps(late), Type="String", Overwrite=True)
    seen = store.look()
    assert (seen.pointer, seen.newest, seen.settled) == (FIRST, 4, False)
    activate(store, SECOND)
    assert store.look().settled


def test_given_a_first_value_that_came_too_late_then_there_is_no_active_version(ssm: Any) -> None:
    late = {**FIRST.model_dump(mode="json"), "revision": 7}
    ssm.put_parameter(Name=NAME, Value=json.dumps(late), Type="String")
    seen = PointerStore(ssm, NAME).look()
    assert (seen.pointer, seen.newest) == (None, 1)


def test_given_nothing_but_late_values_then_that_is_said(ssm: Any) -> None:
    late = json.dumps({**FIRST.model_dump(mode="json"), "revision": 7})
    for _ in range(30):
        ssm.put_parameter(Name=NAME, Value=late, Type="String", Overwrite=True)
    with pytest.raises(ValueError, match="all came too late"):
        PointerStore(ssm, NAME).read()


def test_given_a_write_whose_reply_was_lost_and_that_was_sent_again_then_it_has_won(ssm: Any) -> None:
    twice: Any = _Twice(ssm)
    store = PointerStore(twice, NAME)
    assert store.swap(store.look(), FIRST)
    assert store.read() == FIRST


def test_given_the_active_value_written_once_more_then_who_looked_before_is_shut_out(ssm: Any) -> None:
    store, slow = PointerStore(ssm, NAME), PointerStore(ssm, NAME)
    activate(store, FIRST)
    seen = slow.look()
    assert store.swap(store.look(), FIRST)
    assert not slow.swap(seen, SECOND)
    assert store.read() == FIRST


def test_given_no_version_when_that_is_written_then_who_looked_before_is_shut_out(ssm: Any) -> None:
    store, slow = PointerStore(ssm, NAME), PointerStore(ssm, NAME)
    seen = slow.look()
    assert store.swap(store.look(), None)
    assert not slow.swap(seen, SECOND)
    assert store.read() is None
    activate(store, FIRST)


def test_given_a_value_put_by_hand_then_it_counts(ssm: Any) -> None:
    store = PointerStore(ssm, NAME)
    activate(store, FIRST)
    activate(store, SECOND)
    ssm.put_parameter(Name=NAME, Value=FIRST.model_dump_json(), Type="String", Overwrite=True)
    assert store.read() == FIRST


class _Twice:
    """An SSM client whose writes arrive twice."""

    def __init__(self, ssm: Any) -> None:
        self._ssm = ssm

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ssm, name)

    def put_parameter(self, **request: Any) -> Any:
        self._ssm.put_parameter(**request)
        return self._ssm.put_parameter(**request)


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
