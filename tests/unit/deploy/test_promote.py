"""Promotion: one write, by the holder of the lease only."""

from typing import Any

import pytest

from deploy.promote import NotHolder, promote_run
from intent.pointer import Edge, Pointer
from intent.runs import Keys
from store.lease import Lease
from store.objects import Objects
from store.pointer import PointerStore
from tests.unit.conftest import BUCKET
from tests.unit.samples import DEPLOYMENT, EXECUTION, MODEL, NOW, RUN_ID, plan

NAME = "/intent-router/dev/active"
OTHER = f"{EXECUTION}-other"


class Room:
    """Everything that a promotion touches."""

    def __init__(self, aws: dict[str, Any]) -> None:
        self.objects, self.lease = Objects(aws["s3"], BUCKET), Lease(aws["s3"], BUCKET)
        self.pointers = PointerStore(aws["ssm"], NAME)
        for run in (RUN_ID, "next"):
            self.objects.write_json(Keys(run).plan, plan().model_dump(mode="json"))
            self.objects.write_json(Keys(run).manifest, {"sha256": {"train": f"digest of {run}"}})

    def promote(self, run: str = RUN_ID, execution: str = EXECUTION) -> Pointer:
        return promote_run(
            objects=self.objects,
            lease=self.lease,
            pointers=self.pointers,
            execution_arn=execution,
            run_id=run,
            deployment_arn=DEPLOYMENT,
            model_arn=MODEL,
            edge=Edge(s3_key=Keys(run).edge_model, sha256="a" * 64, threshold=0.9),
            now=NOW,
        )


@pytest.fixture
def room(aws: dict[str, Any]) -> Room:
    return Room(aws)


def test_given_the_holder_then_the_first_version_is_written(room: Room) -> None:
    room.lease.take(EXECUTION, RUN_ID, lambda _: True)
    pointer = room.promote()
    assert room.pointers.read() == pointer
    assert (pointer.version, pointer.run_id, pointer.promoted_at) == (1, RUN_ID, NOW)
    assert (pointer.teacher, pointer.dataset_sha256) == (plan().run.teacher, f"digest of {RUN_ID}")
    assert pointer.distilled.deployment_arn == DEPLOYMENT


def test_given_another_run_then_the_version_goes_up_by_one(room: Room) -> None:
    room.lease.take(EXECUTION, RUN_ID, lambda _: True)
    room.promote()
    assert room.promote("next").version == 2


def test_given_a_retried_call_then_nothing_is_written_again(room: Room, aws: dict[str, Any]) -> None:
    room.lease.take(EXECUTION, RUN_ID, lambda _: True)
    assert room.promote() == room.promote()
    assert len(aws["ssm"].get_parameter_history(Name=NAME)["Parameters"]) == 1


@pytest.mark.parametrize("holder", [OTHER, None])
def test_given_somebody_else_or_nobody_holds_the_lease_then_nothing_is_promoted(room: Room, holder: str | None) -> None:
    if holder:
        room.lease.take(holder, "other", lambda _: True)
    with pytest.raises(NotHolder, match=r"nothing was promoted"):
        room.promote()
    assert room.pointers.read() is None


def test_given_a_lease_that_was_taken_over_then_the_old_execution_cannot_promote(room: Room) -> None:
    room.lease.take(EXECUTION, RUN_ID, lambda _: True)
    room.lease.take(OTHER, "other", lambda _: False)
    with pytest.raises(NotHolder, match="other"):
        room.promote()
    assert room.promote("next", OTHER).version == 1


def test_given_a_pointer_that_cannot_be_read_then_it_is_not_overwritten(room: Room, aws: dict[str, Any]) -> None:
    aws["ssm"].put_parameter(Name=NAME, Value="garbage", Type="String")
    room.lease.take(EXECUTION, RUN_ID, lambda _: True)
    with pytest.raises(ValueError, match="Invalid JSON"):
        room.promote()
    assert aws["ssm"].get_parameter(Name=NAME)["Parameter"]["Value"] == "garbage"
