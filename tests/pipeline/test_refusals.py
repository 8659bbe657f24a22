"""A model that may not be called, in whole runs: the cause is told at once, and with the right back the run goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from generate.batches import Refusals
from intent.plan import Plan
from intent.runs import LEASE, Keys
from tests.pipeline.machine import Walk
from tests.pipeline.whole import Start, Whole, start
from tests.pipeline.world import Killed, run_of
from tests.unit.generate.fakes import is_probe
from tests.unit.samples import plan

__all__ = ["start"]

TEACHER, BASELINE = plan().run.teacher, plan().run.baseline
LOST = 6  # batches of the first plan: fewer than half
RUN, CAUSE = run_of("first"), "AccessDeniedException: You don't have access to the model."


def writing(request: dict[str, Any]) -> bool:
    return request["modelId"] == TEACHER and not is_probe(request)


def ran(start: Start, world: Whole, name: str, *, refuses: Callable[[dict[str, Any]], bool], **given: Any) -> Walk:
    world.service.asked.clear()
    world.service.refuses = refuses
    walk = start(world, name, given)
    world.service.refuses = lambda _: False
    assert walk is not None
    return walk


def promoted_evenly(start: Start, world: Whole) -> Plan:
    """The run is resumed and ends well, with as much led by each modality; its plan at the end."""
    walk = ran(start, world, "again", refuses=lambda _: False, resume=RUN)
    assert walk.end == "Succeed", walk.cause
    assert world.promotions() == [(1, RUN)]
    manifest = world.objects.read_json(Keys(RUN).manifest)
    assert (manifest["kept"], set(manifest["per_modality"].values())) == (140, {35})
    return Plan.model_validate(world.objects.read_json(Keys(RUN).plan))


@pytest.mark.parametrize("model", [TEACHER, BASELINE])
def test_a_model_that_may_not_be_called_ends_the_run_before_anything_is_taken_or_written(
    start: Start, model: str
) -> None:
    world = Whole()
    walk = ran(start, world, "first", refuses=lambda request: request["modelId"] == model)
    assert (walk.error, [name for name, _ in walk.calls]) == ("ModelNotUsable", ["PlanFunction", "NotifyFunction"])
    assert model in walk.cause
    assert CAUSE in walk.cause
    assert world.objects.keys("") == []
    assert all(is_probe(request) for request in world.service.asked)


def test_batches_that_are_all_refused_end_the_run_with_the_cause_and_none_is_asked_twice(start: Start) -> None:
    world = Whole()
    walk = ran(start, world, "first", refuses=writing)
    (notice,) = world.sns.messages
    batches = len(walk.called("BatchFunction"))
    assert (notice["verdict"], notice["error"]) == ("failed", "BatchesRefused")
    assert f"the teacher refused {batches} of {batches} batches: {CAUSE}" in notice["reason"]
    assert sum(writing(request) for request in world.service.asked) == batches
    assert len(walk.called("AssembleFunction")) == 1
    assert world.objects.find(LEASE) is None
    assert len(promoted_evenly(start, world).batches) == batches


def test_a_right_that_is_taken_while_the_batches_are_written_ends_the_run_and_nothing_is_paid_twice(
    start: Start,
) -> None:
    world, written = Whole(), iter(range(100))
    walk = ran(start, world, "first", refuses=lambda request: writing(request) and next(written) >= 5)
    assert walk.error == "BatchesRefused"
    promoted_evenly(start, world)
    asked = [request["messages"][0]["content"][0]["text"] for request in world.service.asked if writing(request)]
    assert len(asked) == len(walk.called("BatchFunction")) - 5


def test_a_run_that_has_topped_up_in_vain_is_resumed_with_an_even_data_set(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rounds of topping up that nothing came of, as an outage of hours leaves them behind as well."""
    world = Whole()
    with monkeypatch.context() as patch:
        patch.setattr(Refusals, "mostly", False)
        walk = ran(start, world, "first", refuses=writing)
    assert walk.error == "DataSetFailed"
    left = Plan.model_validate(world.objects.read_json(Keys(RUN).plan)).batches
    assert max(batch.round for batch in left) > 0
    assert {batch.round for batch in promoted_evenly(start, world).batches} == {0}


@pytest.mark.parametrize("written", [1, 3])
def test_a_run_that_dies_while_it_tops_up_goes_on_in_that_round(start: Start, written: int) -> None:
    """The batches that its round makes up for are not asked again: there would be too many of their kind."""
    world, first = Whole(), len(plan().batches)
    calls = iter(range(100))

    def refused_then_dead(request: dict[str, Any]) -> bool:
        number = next(calls) if writing(request) else first
        if number >= first + written:
            raise Killed
        return number < LOST

    world.service.refuses = refused_then_dead
    assert start(world, "first", {}) is None
    ended = promoted_evenly(start, world)
    assert [batch.round for batch in ended.batches] == [0] * first + [1] * LOST
    assert sum(writing(request) for request in world.service.asked) == LOST - written
