"""A run is killed at every AWS call in turn, from Plan to Notify, before its effect or after it; then it is resumed."""

from collections.abc import Mapping
from typing import Any

import pytest

from intent.runs import LEASE, Keys
from tests.pipeline.whole import Whole, start
from tests.pipeline.world import Break, Killed, as_it_is, run_of

__all__ = ["start"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_anywhere_and_resumed_the_run_ends_as_if_nothing_had_been(start: Any, *, after: bool) -> None:
    whole, run = Whole(), run_of("first")
    walk = start(whole, "first", {})
    assert walk.end == "Succeed", walk.cause
    assert whole.promotions() == [(1, run)]
    digests = whole.objects.read_json(Keys(run).manifest)["sha256"]
    at, seen = 0, set[object]()
    while True:
        world, breaks = Whole(), Break(at, after, Killed)
        world.around = breaks
        start(world, "first", {})
        world.around = as_it_is
        if not breaks.broke:
            break
        at += 1
        if world.shape() in seen:
            continue  # what was done is the same as after another call
        seen.add(world.shape())
        known = world.objects.find(Keys(run).plan) is not None
        walk = start(world, "again", {"resume": run} if known else {})
        told = f"{breaks.what} {breaks.at}"
        if known and walk.error == "RunFinished":
            assert world.promotions() == [(1, run)], told
            continue
        ended = run if known else run_of("again")
        assert (walk.end, world.promotions()) == ("Succeed", [(1, ended)]), (told, walk.cause)
        assert world.objects.find(LEASE) is None, told
        assert len(world.paid) == 1, told
        manifest = world.objects.read_json(Keys(ended).manifest)
        assert manifest["sha256"] == digests, told
        assert adds_up(manifest), told
    assert at > 100
    assert len(seen) > 30


def adds_up(manifest: Mapping[str, Any]) -> bool:
    """Asked = kept + duplicates + invalid + off-cell + lost."""
    return manifest["asked"] == sum(manifest[name] for name in ("kept", "duplicates", "invalid", "off_cell", "lost"))
