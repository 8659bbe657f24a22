"""Trials: a run goes on trial, an alarm ends one, and neither undoes what somebody else has written meanwhile."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy import handler
from deploy.promote import Contended, NotHolder, take_out
from deploy.trial import end_trial
from intent.pointer import Candidate, Pointer
from intent.runs import Keys
from tests.unit.samples import plan
from tests.unit.wire import Raw, Wire

from .fakes import NAME, Dies, FakeBedrock, FakeS3, FakeSsm, Room, deployment_of
from .test_races import SEEDS, Race, Script, promote

EVENT = json.loads((Path(__file__).parent / "events" / "alarm.json").read_text("utf-8"))
RANG = datetime(2026, 11, 21, 17, 4, 40, 985_000, UTC)
PUBLISHED = Raw(b"<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>")
TOPIC = "arn:aws:sns:us-east-1:123456789012:notices"


@pytest.fixture
def room() -> Room:
    aws: dict[str, Any] = {"s3": FakeS3(), "ssm": FakeSsm()}
    return Room(aws, FakeBedrock())


def try_out(room: Room, number: int, *, since: datetime = RANG - timedelta(hours=1)) -> Candidate:
    """Put a recorded version on trial beside the active one."""
    version, seen = room.versions.find(number), room.pointers.look()
    assert version is not None
    assert seen.pointer is not None
    candidate = version.candidate(since, mode="canary", share=0.1)
    assert room.pointers.swap(seen, seen.pointer.model_copy(update={"candidate": candidate}))
    return candidate


def active(room: Room) -> Pointer:
    found = room.pointers.look().pointer
    assert found is not None
    return found


def test_given_a_trial_then_ending_it_leaves_the_active_version_as_it_was(room: Room) -> None:
    room.whole("one")
    before = room.whole("two")
    candidate = try_out(room, 1)
    assert end_trial(room.pointers) == candidate
    assert active(room) == before
    assert end_trial(room.pointers) is None


def test_given_a_run_that_holds_the_lease_then_ending_a_trial_does_not_wait_for_it(room: Room) -> None:
    room.whole("one")
    room.whole("two")
    try_out(room, 1)
    room.take("three")
    assert end_trial(room.pointers) is not None


def test_given_nothing_promoted_then_there_is_nothing_to_end(room: Room) -> None:
    assert end_trial(room.pointers) is None


def test_given_a_pointer_that_is_written_every_time_then_that_is_said(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.whole("one")
    room.whole("two")
    try_out(room, 1)

    def late(*_: object) -> bool:
        return False

    monkeypatch.setattr(room.pointers, "swap", late)
    with pytest.raises(Contended, match="still on trial"):
        end_trial(room.pointers)


def test_given_a_candidate_then_neither_retiring_nor_deleting_its_run_touches_it(room: Room) -> None:
    for run in ("one", "two", "three"):
        room.write_run(run)
        room.take(run)
        room.promote(run)
    try_out(room, 1)
    room.retire("three")
    assert deployment_of("one") in room.bedrock.deployments
    assert not take_out(pointers=room.pointers, versions=room.versions, run_id="one")
    end_trial(room.pointers)
    assert take_out(pointers=room.pointers, versions=room.versions, run_id="one")
    room.retire("three")
    assert deployment_of("one") not in room.bedrock.deployments


def with_share(room: Room, run: str) -> None:
    room.write_run(run)
    room.objects.write_json(Keys(run).plan, plan(canary_share=0.2).model_dump(mode="json"))


def finish(room: Room, run: str) -> Pointer:
    """A run whose data is written, from its lease to its end."""
    room.take(run)
    pointer = room.promote(run)
    room.retire(run)
    return pointer


def test_given_a_run_that_is_to_be_tried_then_it_is_recorded_and_the_active_version_stays(room: Room) -> None:
    before = room.whole("one")
    with_share(room, "two")
    found = finish(room, "two")
    assert found.candidate is not None
    assert (found.candidate.version, found.candidate.run_id, found.candidate.share) == (2, "two", 0.2)
    assert found.without_candidate() == before
    record = room.versions.find(2)
    assert record is not None
    assert record.parent == 1
    assert deployment_of("two") in room.bedrock.deployments, "retiring leaves it"
    again = finish(room, "two")
    assert (again, room.versions.numbers()) == (found, [1, 2])


def test_given_nothing_active_then_a_run_that_was_to_be_tried_is_promoted(room: Room) -> None:
    with_share(room, "one")
    found = finish(room, "one")
    assert (found.version, found.candidate) == (1, None)


def test_given_a_candidate_when_a_run_promotes_then_it_is_dropped(room: Room) -> None:
    room.whole("one")
    room.whole("two")
    try_out(room, 1)
    found = room.whole("three")
    assert (found.version, found.parent, found.candidate) == (3, 2, None)


@pytest.mark.parametrize("after", [False, True])
def test_given_a_crash_at_any_call_then_a_run_on_trial_is_recorded_once(*, after: bool) -> None:
    for at in range(30):
        aws: dict[str, Any] = {"s3": FakeS3(), "ssm": FakeSsm()}
        bedrock, dies = FakeBedrock(), Dies(at, after=after)
        calm = Room(aws, bedrock)
        calm.whole("one")
        with_share(calm, "two")
        calm.take("two")
        try:
            Room(aws, bedrock, dies).promote("two")
        except Exception:  # noqa: BLE001  (the crash, and what a client makes of it)
            assert dies.died
        calm.promote("two")
        assert calm.versions.numbers() == [1, 2], at
        found = active(calm)
        assert found.version == 1
        assert found.candidate
        assert found.candidate.version == 2
        if not dies.died:
            return
    pytest.fail("there are more calls than were tried")


def ending(room: Room) -> str:
    found = end_trial(room.pointers)
    return f"ended v{found.version}" if found else "nothing"


def late_ending(room: Room) -> str:
    for _ in range(7):  # a promotion has more calls than a stop: let either be first
        room.pointers.look()
    return ending(room)


def test_given_a_stop_that_races_a_promotion_then_both_go_through_and_no_candidate_is_left() -> None:
    seen: set[str] = set()
    scripts: dict[str, Script] = {"three": promote("three"), "alarm": late_ending}
    for seed in SEEDS:
        race = Race(seed, base=True)
        race.room.whole("two")
        try_out(race.room, 1)
        race.room.take("three")
        outcomes = race.run(scripts)
        found = active(race.room)
        assert (found.version, found.run_id, found.candidate) == (3, "three", None), race.turns.order
        assert outcomes["three"] == "v3", race.turns.order
        seen.add(outcomes["alarm"])
    assert seen == {"ended v1", "nothing"}, "the orders were different enough"


def test_given_two_stops_at_once_then_it_has_ended_and_nothing_else_has_changed() -> None:
    for seed in SEEDS:
        race = Race(seed, base=True)
        before = race.room.whole("two")
        try_out(race.room, 1)
        outcomes = race.run({"alarm": ending, "person": ending})
        assert "ended v1" in outcomes.values(), race.turns.order
        assert active(race.room) == before


Hear = Callable[..., dict[str, Any]]


@pytest.fixture
def hear(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Hear:
    """`hear(value=..., timestamp=...)`: the function, called with the documented event, changed so."""
    monkeypatch.setenv("POINTER_PARAMETER", NAME)
    monkeypatch.setenv("TOPIC_ARN", TOPIC)
    monkeypatch.setenv("STAGE", "dev")
    wire = Wire("sns").on("Publish", PUBLISHED)
    aws["sns"] = wire.client

    def call(**state: str) -> dict[str, Any]:
        detail = {**EVENT["detail"], "state": {**EVENT["detail"]["state"], **state}}
        found = handler.canary_stop({**EVENT, "detail": detail}, None)
        return {**found, "notices": wire.asked("Publish")}

    return call


@pytest.fixture
def promoted(aws: dict[str, Any]) -> Room:
    """Two versions, the first one on trial."""
    room = Room(aws, FakeBedrock())
    room.whole("one")
    room.whole("two")
    return room


def test_given_the_documented_event_then_the_candidate_is_stopped_and_the_topic_is_told_why(
    promoted: Room, hear: Hear
) -> None:
    try_out(promoted, 1)
    found = hear()
    assert (found["stopped"], active(promoted).candidate, active(promoted).version) == (1, None, 2)
    (notice,) = found["notices"]
    assert (notice["TopicArn"], notice["Subject"]) == (TOPIC, "Intent router dev: candidate v1 stopped")
    message = json.loads(notice["Message"])
    assert (message["version"], message["run_id"], message["share"]) == (1, "one", 0.1)
    assert "2 out of the last 3 datapoints" in message["reason"]
    again = hear()
    assert (again["stopped"], len(again["notices"])) == (None, 1), "once"


@pytest.mark.parametrize("value", ["OK", "INSUFFICIENT_DATA"])
def test_given_an_alarm_that_is_quiet_then_nothing_is_stopped(promoted: Room, hear: Hear, value: str) -> None:
    candidate = try_out(promoted, 1)
    assert hear(value=value)["stopped"] is None
    assert active(promoted).candidate == candidate


def test_given_an_alarm_from_before_the_candidate_began_then_it_is_not_about_it(promoted: Room, hear: Hear) -> None:
    candidate = try_out(promoted, 1, since=RANG + timedelta(seconds=1))
    assert hear()["stopped"] is None
    assert active(promoted).candidate == candidate


@pytest.mark.parametrize("event", [{}, {"detail": {"alarmName": "a"}}, {"detail": {"state": {"value": "ALARM"}}}])
def test_given_an_event_of_another_shape_then_it_fails_loudly(hear: Hear, event: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Field required"):
        handler.canary_stop(event, None)


def test_given_a_run_without_the_lease_then_it_does_not_go_on_trial(room: Room) -> None:
    room.whole("one")
    with_share(room, "two")
    with pytest.raises(NotHolder):
        room.promote("two")
    assert active(room).candidate is None
