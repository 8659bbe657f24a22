"""Promotion: a record that is never changed, and one write, by the holder of the lease only."""

import json
from typing import Any

import pytest

from deploy.promote import NotHolder
from intent import versions
from store.objects import Objects
from tests.unit.conftest import BUCKET
from tests.unit.samples import NOW, plan

from .fakes import JOB, NAME, Crash, Dies, FakeBedrock, Room, deployment_of, execution


@pytest.fixture
def room(aws: dict[str, Any]) -> Room:
    made = Room(aws, FakeBedrock())
    for run in ("first", "next"):
        made.write_run(run)
    return made


def test_given_the_holder_then_the_first_version_is_written(room: Room) -> None:
    room.take("first")
    pointer = room.promote("first")
    assert room.pointers.read() == pointer
    assert (pointer.version, pointer.run_id, pointer.promoted_at, pointer.parent) == (1, "first", NOW, None)
    assert (pointer.teacher, pointer.dataset_sha256) == ("t", "digest of first")
    assert pointer.distilled.deployment_arn == deployment_of("first")


def test_given_a_promotion_then_its_record_says_what_was_promoted_and_why(room: Room) -> None:
    room.take("first")
    pointer = room.promote("first")
    record = json.loads(room.objects.read("versions/v000001.json"))
    assert (record["version"], record["run_id"], record["by"], record["job_arn"]) == (
        *(1, "first", execution("first"), JOB),
    )
    assert record["top1"] == {"distilled": 0.9, "edge": 0.85}
    assert (record["gate"]["passed"], record["prompt_version"]) == (True, plan().prompt_version)
    assert room.versions.find(1) is not None
    assert record["distilled"] == pointer.distilled.model_dump()


def test_given_another_run_then_the_version_goes_up_by_one_and_names_its_parent(room: Room) -> None:
    room.take("first")
    room.promote("first")
    room.take("next")
    pointer = room.promote("next")
    assert (pointer.version, pointer.parent, room.versions.numbers()) == (2, 1, [1, 2])


def test_given_a_retried_call_then_nothing_is_written_again(room: Room, aws: dict[str, Any]) -> None:
    room.take("first")
    assert room.promote("first") == room.promote("first")
    assert len(aws["ssm"].get_parameter_history(Name=NAME)["Parameters"]) == 1
    assert room.versions.numbers() == [1]


@pytest.mark.parametrize("holder", ["next", None])
def test_given_somebody_else_or_nobody_holds_the_lease_then_nothing_is_promoted(room: Room, holder: str | None) -> None:
    if holder:
        room.take(holder)
    with pytest.raises(NotHolder, match=r"nothing was promoted"):
        room.promote("first")
    assert room.pointers.read() is None
    assert room.versions.numbers() == []


def test_given_a_lease_that_was_taken_over_then_the_old_execution_cannot_promote(room: Room) -> None:
    room.take("first")
    room.take("next")
    with pytest.raises(NotHolder, match="next"):
        room.promote("first")
    assert room.promote("next").version == 1


def test_given_a_pointer_that_cannot_be_read_then_it_is_not_overwritten(room: Room, aws: dict[str, Any]) -> None:
    aws["ssm"].put_parameter(Name=NAME, Value="garbage", Type="String")
    room.take("first")
    with pytest.raises(ValueError, match="Invalid JSON"):
        room.promote("first")
    assert aws["ssm"].get_parameter(Name=NAME)["Parameter"]["Value"] == "garbage"


def test_given_a_pointer_of_before_there_were_records_then_numbers_go_on_from_it(
    room: Room, aws: dict[str, Any]
) -> None:
    room.take("first")
    old = room.promote("first").model_copy(update={"version": 41})
    aws["s3"].delete_object(Bucket=BUCKET, Key=versions.key(1))
    assert room.pointers.swap(room.pointers.look(), old)
    room.take("next")
    assert (room.promote("next").version, room.versions.numbers()) == (42, [42])


def test_given_a_record_then_nothing_writes_over_it(room: Room, aws: dict[str, Any]) -> None:
    objects = Objects(aws["s3"], BUCKET)
    assert objects.create("versions/v000001.json", b"first")
    assert not objects.create("versions/v000001.json", b"second")
    assert objects.read("versions/v000001.json") == b"first"


def crashed(aws: dict[str, Any], room: Room, run: str, at: int, *, after: bool) -> bool:
    """Promote in a process that dies at that call; False if it was through before."""
    dies = Dies(at, after=after)
    try:
        Room(aws, room.bedrock, dies).promote(run)
    except Crash:
        return True
    return False


CALLS = range(10)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", CALLS)
def test_given_a_crash_at_any_call_then_the_next_try_promotes_once_and_adopts_the_record(
    room: Room, aws: dict[str, Any], at: int, *, after: bool
) -> None:
    room.take("first")
    room.promote("first")
    room.take("next")
    died = crashed(aws, room, "next", at, after=after)
    assert died == (at < CALLS[-1]), "the range covers every call, and one more"
    pointer = room.promote("next")
    assert (pointer.version, pointer.parent, room.versions.numbers()) == (2, 1, [1, 2])
    assert room.pointers.read() == pointer
    history = aws["ssm"].get_parameter_history(Name=NAME)["Parameters"]
    assert [json.loads(entry["Value"])["version"] for entry in history] == [1, 2]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", CALLS)
def test_given_a_crash_at_any_call_then_another_run_skips_what_is_left(
    room: Room, aws: dict[str, Any], at: int, *, after: bool
) -> None:
    room.take("first")
    crashed(aws, room, "first", at, after=after)
    before = room.versions.numbers()
    promoted = room.pointers.read()
    room.take("next")
    pointer = room.promote("next")
    assert pointer.version == len(before) + 1
    assert pointer.parent == (promoted.version if promoted else None)
    assert [found.run_id for found in room.versions.all()] == ["first"] * len(before) + ["next"]
