"""From Evaluate to Notify something breaks at every AWS call in turn, before its effect and after it; then a new start.

Three ways to break: the execution dies there; the call fails and no retry helps, so that the state's Catch has to; the
call fails once, and the state's Retry calls the function again. (Converse is not among the calls: it changes nothing.)
"""

from collections.abc import Callable, Generator, Mapping
from functools import partial
from typing import Any

import boto3
import pytest

from doors import clients
from evaluate import bootstrap
from intent.runs import LEASE
from store.versions import VersionStore
from tests.pipeline.world import ENVIRONMENT, Break, Killed, Pipeline, World, as_it_is, run_of
from tests.unit.deploy.fakes import error

FIRST, AGAIN = "first", "again"
FEWEST = {False: 85, True: 30}  # calls, and calls that are no reads: the walk is no shorter than it was when written
Way = Callable[[], BaseException]
WAYS: Mapping[str, Way] = {"killed": Killed, "failed": partial(error, "InternalServerException")}


class Given:
    """A world in which one version is active, and a second run has just come to Evaluate."""

    def __init__(self, definition: Mapping[str, Any], hold: Callable[[World], None]) -> None:
        self._definition, self._hold = definition, hold
        world = World()
        before = self.pipeline(world)
        walk = before.start("base")
        assert walk is not None
        assert (walk.end, world.promotions()) == ("Succeed", [(1, run_of("base"))])

        def die(_: object) -> None:
            raise Killed

        assert before.start(FIRST, AnswerFunction=die) is None
        world.states.executions[world.execution(FIRST)] = "RUNNING"
        self._world, results = world, before.results
        self._variables = {
            "run": results["PlanFunction"],
            "edge": results["EdgeFunction"],
            "job_arn": results["StartFunction"]["job_arn"],
            "model_arn": results["DistillStatusFunction"]["model_arn"],
            "deployment_arn": results["CreateFunction"]["deployment_arn"],
            "execution_arn": world.execution(FIRST),
        }

    def pipeline(self, world: World) -> Pipeline:
        self._hold(world)
        return Pipeline(self._definition, world)

    def broken(self, breaks: Break, *, tries: int = 1) -> World:
        """The world after the run has gone on from Evaluate, with a call that breaks."""
        world = self._world.copy()
        world.around = breaks
        self.pipeline(world).go_on(FIRST, self._variables, tries=tries)
        world.around = as_it_is
        return world


@pytest.fixture(scope="module")
def given(substituted: dict[str, Any]) -> Generator[Given]:
    with pytest.MonkeyPatch.context() as patch:
        held: list[World] = []

        def hold(world: World) -> None:
            held[:] = [world]

        def client(service: str, **_: object) -> Any:
            return held[0].client(service)

        patch.setattr(boto3, "client", client)
        for name in ("intervals", "groups", "paired"):
            patch.setattr(bootstrap, name, once(getattr(bootstrap, name)))
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield Given(substituted, hold)
    clients.client.cache_clear()


def once(figure: Callable[..., Any]) -> Callable[..., Any]:
    """The same figures of the same answers: a third of the report's time, and no AWS call."""
    known: dict[str, Any] = {}

    def found(*given: Any) -> Any:
        key = repr([answers for answers in given if isinstance(answers, list)])
        if key not in known:
            known[key] = figure(*given)
        return known[key]

    return found


def check(world: World, breaks: Break) -> None:
    """One promotion of each run at most, the lease free, and every orphan in `router sweep`'s list."""
    told = f"{'after' if breaks.after else 'before'} call {breaks.at}, {breaks.what}"
    promoted = [run for _, run in world.promotions()]
    assert len(promoted) == len(set(promoted)), told
    assert [version for version, _ in world.promotions()] == sorted({version for version, _ in world.promotions()}), (
        told
    )
    assert world.objects.find(LEASE) is None, told
    active, records = world.pointers.look().pointer, VersionStore(world.objects).all()
    assert active is not None, told
    parents = {record.distilled.deployment_arn for record in records if record.version == active.parent}
    needed, swept = {active.distilled.deployment_arn, *parents}, world.swept()
    assert needed <= set(world.bedrock.deployments), f"{told}: what serves is there"
    assert set(world.bedrock.deployments) - needed <= swept, told
    assert world.bedrock.models - {record.distilled.model_arn for record in records} <= swept, told
    assert not (needed | {active.distilled.model_arn}) & swept, told


@pytest.mark.parametrize("way", WAYS)
def test_given_a_break_at_any_call_then_a_new_start_ends_well(given: Given, way: str) -> None:
    seen: set[object] = set()
    for after in (False, True):
        at = 0
        while True:
            breaks = Break(at, after, WAYS[way])
            world = given.broken(breaks)
            if not breaks.broke:
                break
            at += 1
            if world.shape() not in seen:  # else the new start would be the same as that after another call
                seen.add(world.shape())
                start_anew(given, world, breaks)
        assert at >= FEWEST[after], "every call was one to break at"
    assert len(seen) > 10


def start_anew(given: Given, broken: World, breaks: Break) -> None:
    """The same run, resumed; and another one."""
    ended = broken.states.executions[broken.execution(FIRST)]
    for name, wish in ((AGAIN, {"resume": run_of(FIRST)}), ("another", {})):
        world = broken.copy()
        walk = given.pipeline(world).start(name, wish)
        assert walk is not None
        if wish and ended == "SUCCEEDED":  # it had its verdict, though a call had failed
            assert walk.error == "RunFinished", walk.cause
        else:
            run = run_of(FIRST if wish else name)
            assert (walk.end, world.promotions()[-1][1]) == ("Succeed", run), (breaks, walk.cause)
        check(world, breaks)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_given_a_call_that_fails_once_then_the_retry_ends_well(given: Given, *, after: bool) -> None:
    at = 0
    while True:
        breaks = Break(at, after, WAYS["failed"], writes=True)
        world = given.broken(breaks, tries=2)
        assert world.promotions() == [(1, run_of("base")), (2, run_of(FIRST))]
        assert world.states.executions[world.execution(FIRST)] == "SUCCEEDED"
        check(world, breaks)
        if not breaks.broke:
            break
        at += 1
    assert at >= FEWEST[True], "every write was one to break at"
