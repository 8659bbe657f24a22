"""Runs that race, in a hundred orders of their AWS calls each: which call is next is drawn from a seed."""

import json
import random
from collections.abc import Callable, Mapping
from functools import partial
from queue import Queue
from threading import Semaphore, Thread
from typing import Any

import pytest

from bedrock import deployment
from deploy.promote import Contended, NotHolder, take_out
from store.lease import Held

from .fakes import Around, FakeBedrock, FakeS3, FakeSsm, Room, deployment_of, execution

SEEDS = range(100)
Script = Callable[[Room], str]


class Turns:
    """Lets one process go on at a time, to its next AWS call or its end."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)  # noqa: S311  (an order, not a secret)
        self._news: Queue[tuple[str, bool]] = Queue()
        self._go: dict[str, Semaphore] = {}
        self.order: list[str] = []

    def around(self, name: str) -> Around:
        def turn(call: Callable[[], Any]) -> Any:
            self._news.put((name, True))
            self._go[name].acquire()
            return call()

        return turn

    def run(self, scripts: Mapping[str, Callable[[], str]], look: Callable[[], None]) -> dict[str, str]:
        """Run them all; `look` after every step. Gives each one's outcome."""
        outcomes: dict[str, str] = {}

        def process(name: str, script: Callable[[], str]) -> None:
            try:
                outcomes[name] = script()
            except (NotHolder, Contended) as refused:
                outcomes[name] = type(refused).__name__
            finally:
                self._news.put((name, False))

        self._go = {name: Semaphore(0) for name in scripts}
        for name, script in scripts.items():
            Thread(target=process, args=(name, script), daemon=True).start()
        waiting, moving = list[str](), len(scripts)
        while moving or waiting:
            while moving:
                name, goes_on = self._news.get(timeout=10)
                moving -= 1
                waiting += [name] if goes_on else []
            look()
            if waiting:
                chosen = self._draw.choice(sorted(waiting))
                waiting.remove(chosen)
                self.order.append(chosen)
                moving = 1
                self._go[chosen].release()
        return outcomes


def promote(run: str) -> Script:
    return lambda room: f"v{room.promote(run).version}"


def take_over(run: str, from_: str) -> Script:
    """What a run does that follows a dead one: take its lease, delete what it had deployed, promote, retire."""

    def script(room: Room) -> str:
        room.take(run)
        if take_out(pointers=room.pointers, versions=room.versions, run_id=from_):
            deployment.delete(room.client, deployment_of(from_))
        version = room.promote(run).version
        room.retire(run)
        return f"v{version}"

    return script


def start(run: str) -> Script:
    """A run among others that are alive."""

    def script(room: Room) -> str:
        taken = room.lease.take(execution(run), run, lambda _: True)
        if isinstance(taken, Held):
            return "Held"
        version = room.promote(run).version
        room.lease.give_back(execution(run))
        return f"v{version}"

    return script


class Race:
    """One race: `room` sees what is, the racers act through clients that wait for their turn."""

    def __init__(self, seed: int, *, base: bool) -> None:
        self._ssm, self.bedrock = FakeSsm(), FakeBedrock()
        self._aws: dict[str, Any] = {"s3": FakeS3(), "ssm": self._ssm}
        self.room, self.turns = Room(self._aws, self.bedrock), Turns(seed)
        if base:
            self.room.whole("base")

    def run(self, scripts: Mapping[str, Script]) -> dict[str, str]:
        for run in scripts:
            self.room.write_run(run)
        bound = {
            run: partial(script, Room(self._aws, self.bedrock, self.turns.around(run)))
            for run, script in scripts.items()
        }
        return self.turns.run(bound, self.check_that_the_active_version_is_deployed)

    def check_that_the_active_version_is_deployed(self) -> None:
        active = self.room.pointers.look().pointer
        assert active is None or active.distilled.deployment_arn in self.bedrock.deployments, self.turns.order

    def promoted(self) -> list[tuple[int, str]]:
        """Version and run of every value that counted, in order; values written once more are one."""
        found: list[tuple[int, str]] = []
        for number, text in enumerate(self._ssm.values, 1):
            value = json.loads(text)
            if value["revision"] == number and "run_id" in value:
                promotion = (value["version"], value["run_id"])
                found += [promotion] if promotion not in found[-1:] else []
        return found


@pytest.mark.parametrize("base", [True, False])
def test_given_a_paused_promoter_whose_lease_was_taken_over_then_it_never_undoes_its_successor(*, base: bool) -> None:
    seen: set[str] = set()
    first = 2 if base else 1
    for seed in SEEDS:
        race = Race(seed, base=base)
        race.room.take("slow")
        outcomes = race.run({"slow": promote("slow"), "quick": take_over("quick", from_="slow")})
        won = outcomes["slow"].startswith("v")
        before = [(1, "base")] if base else []
        numbers = [int(outcome[1:]) for outcome in outcomes.values() if outcome.startswith("v")]
        expected = [*before, *([(first, "slow")] if won else []), (max(numbers), "quick")]
        assert race.promoted() == expected, race.turns.order
        assert (deployment_of("slow") in race.bedrock.deployments) == won, race.turns.order
        active = race.room.pointers.read()
        assert active is not None
        assert (active.run_id, active.parent) == ("quick", first if won else 1 if base else None)
        seen.add(outcomes["slow"])
    assert seen >= {f"v{first}", "NotHolder"}, "the orders were different enough"


def test_given_runs_that_start_at_once_then_each_lease_has_one_winner_and_versions_go_up_by_one() -> None:
    seen: set[int] = set()
    for seed in SEEDS:
        race = Race(seed, base=False)
        outcomes = race.run({run: start(run) for run in ("one", "two", "three")})
        winners = [run for run, outcome in outcomes.items() if outcome != "Held"]
        assert [version for version, _ in race.promoted()] == list(range(1, len(winners) + 1)), race.turns.order
        assert {run for _, run in race.promoted()} == set(winners)
        assert race.room.versions.numbers() == list(range(1, len(winners) + 1))
        assert race.room.lease.holder() is None
        seen.add(len(winners))
    assert seen >= {1, 2}, "the orders were different enough"
