"""Retiring: two versions stay warm, five models stay, and a crash anywhere is made good by the next time."""

from typing import Any

import pytest

from deploy.promote import NotHolder
from intent.versions import KEEP_MODELS

from .fakes import Crash, Dies, FakeBedrock, Room, deployment_of, execution, model_of

RUNS = [f"run{number}" for number in range(1, 9)]


@pytest.fixture
def room(aws: dict[str, Any]) -> Room:
    return Room(aws, FakeBedrock())


def promote_all(room: Room, runs: list[str]) -> None:
    """Promote each without retiring; the last keeps the lease."""
    for run in runs:
        room.write_run(run)
        room.take(run)
        room.promote(run)


def check_retired(room: Room) -> None:
    assert set(room.bedrock.deployments) == {deployment_of(run) for run in RUNS[-2:]}
    assert room.bedrock.models == {model_of(run) for run in RUNS[-KEEP_MODELS:]}
    assert room.versions.numbers() == list(range(1, len(RUNS) + 1))


def test_given_many_versions_then_two_stay_warm_and_five_models_stay(room: Room) -> None:
    promote_all(room, RUNS)
    done = room.retire(RUNS[-1])
    assert done.deployments == [deployment_of(run) for run in RUNS[:-2]]
    assert done.models == [model_of(run) for run in RUNS[:-KEEP_MODELS]]
    check_retired(room)
    again = room.retire(RUNS[-1])
    assert (again.deployments, again.models) == ([], [])


def test_given_deployments_and_models_without_a_record_then_they_are_somebody_elses(room: Room) -> None:
    room.bedrock.add("another-app")
    promote_all(room, RUNS)
    room.retire(RUNS[-1])
    assert deployment_of("another-app") in room.bedrock.deployments
    assert model_of("another-app") in room.bedrock.models


def test_given_a_rollback_to_an_old_version_then_it_and_its_parent_stay(room: Room) -> None:
    promote_all(room, RUNS)
    second = room.versions.find(2)
    assert second is not None
    seen = room.pointers.look()
    assert seen.pointer is not None
    assert room.pointers.swap(seen, second.pointer(seen.pointer.promoted_at))
    room.retire(RUNS[-1])
    assert set(room.bedrock.deployments) == {deployment_of(run) for run in RUNS[:2]}
    assert room.bedrock.models == {model_of(run) for run in (*RUNS[:2], *RUNS[-KEEP_MODELS:])}


def test_given_no_active_version_then_nothing_goes(room: Room) -> None:
    room.write_run("run1")
    room.take("run1")
    assert room.retire("run1").deployments == []
    assert deployment_of("run1") in room.bedrock.deployments


def test_given_a_lease_that_was_taken_over_then_nothing_goes(room: Room) -> None:
    promote_all(room, RUNS)
    room.take("another")
    with pytest.raises(NotHolder, match=execution("another")):
        room.retire(RUNS[-1])
    assert len(room.bedrock.deployments) == len(RUNS)


def test_given_a_model_whose_deployment_is_still_going_then_it_is_left_for_the_next_time(room: Room) -> None:
    promote_all(room, RUNS)
    room.bedrock.lingering = True
    left = room.retire(RUNS[-1]).left
    assert left == [model_of(run) for run in RUNS[:3]]
    room.bedrock.lingering = False
    assert room.retire(RUNS[-1]).models == left
    check_retired(room)


@pytest.mark.parametrize("after", [False, True])
def test_given_a_crash_at_any_call_then_the_next_time_takes_the_rest(aws: dict[str, Any], *, after: bool) -> None:
    quiet = Room(aws, FakeBedrock())
    promote_all(quiet, RUNS)
    before, models = dict(quiet.bedrock.deployments), set(quiet.bedrock.models)
    at = -1
    while True:
        at += 1
        quiet.bedrock.deployments, quiet.bedrock.models = dict(before), set(models)
        dies = Dies(at, after=after)
        try:
            Room(aws, quiet.bedrock, dies).retire(RUNS[-1])
        except Crash:
            assert {deployment_of(run) for run in RUNS[-2:]} <= set(quiet.bedrock.deployments)
            quiet.retire(RUNS[-1])
            check_retired(quiet)
            continue
        break
    assert at > 30, "every call was one to die at"
