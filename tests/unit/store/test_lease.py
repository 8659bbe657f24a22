"""One run at a time: the lease, also when two reach for it at once."""

import json
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError

from intent.runs import LEASE
from store.lease import Held, Lease, Taken

from .conftest import BUCKET


def running(_: str) -> bool:
    return True


def ended(_: str) -> bool:
    return False


def nobody_asks(execution: str) -> bool:
    raise AssertionError(execution)


@pytest.fixture
def lease(s3: Any) -> Lease:
    return Lease(s3, BUCKET)


class _Between:
    """An S3 client in whose way something happens: `act` runs once, before the given call."""

    def __init__(self, s3: Any, call: str, act: Callable[[], object]) -> None:
        self._s3, self._call, self._act = s3, call, act

    def __getattr__(self, name: str) -> Any:
        if name == self._call:
            act, self._act = self._act, lambda: None
            act()
        return getattr(self._s3, name)


def between(s3: Any, call: str, act: Callable[[], object]) -> Any:
    return _Between(s3, call, act)


def test_given_no_lease_when_taken_then_it_names_its_holder(lease: Lease) -> None:
    assert lease.holder() is None
    assert lease.take("arn:a", "run-a", nobody_asks) == Taken()
    holder = lease.holder()
    assert holder is not None
    assert (holder.execution_arn, holder.run_id, holder.abandoned) == ("arn:a", "run-a", None)


def test_given_our_own_lease_when_taken_again_then_it_is_still_ours(lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)
    assert lease.take("arn:a", "run-a", nobody_asks) == Taken()


def test_given_a_running_holder_then_it_is_named_and_keeps_the_lease(lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)
    assert lease.take("arn:b", "run-b", running) == Held("arn:a")
    assert lease.take("arn:a", "run-a", nobody_asks) == Taken()


def test_given_a_dead_holder_then_the_lease_is_taken_over_and_its_run_named(lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)
    assert lease.take("arn:b", "run-b", ended) == Taken(abandoned="run-a")
    assert lease.take("arn:a", "run-a", running) == Held("arn:b")


def test_given_a_takeover_whose_reply_was_lost_when_retried_then_the_abandoned_run_is_named_again(lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)
    lease.take("arn:b", "run-b", ended)
    assert lease.take("arn:b", "run-b", nobody_asks) == Taken(abandoned="run-a")


def test_given_two_takeovers_at_once_then_one_wins(s3: Any, lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)

    def first_b_takes_over(_: str) -> bool:
        assert lease.take("arn:b", "run-b", ended) == Taken("run-a")
        return False

    assert Lease(s3, BUCKET).take("arn:c", "run-c", first_b_takes_over) == Held("another run")
    assert lease.take("arn:b", "run-b", nobody_asks) == Taken("run-a")


def test_given_a_lease_given_back_between_look_and_takeover_then_that_is_no_crash(s3: Any, lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)

    def it_is_given_back(_: str) -> bool:
        assert lease.give_back("arn:a")
        return False

    assert lease.take("arn:b", "run-b", it_is_given_back) == Held("another run")
    assert lease.take("arn:b", "run-b", nobody_asks) == Taken()


def test_given_a_lease_given_back_before_the_look_then_it_is_taken(s3: Any, lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)
    slow = Lease(between(s3, "get_object", lambda: lease.give_back("arn:a")), BUCKET)
    assert slow.take("arn:b", "run-b", nobody_asks) == Taken()


def test_given_many_that_start_together_then_exactly_one_holds_it(lease: Lease) -> None:
    start, found = Barrier(4), dict[str, Taken | Held]()

    def reach(name: str) -> None:
        start.wait()
        found[name] = lease.take(f"arn:{name}", name, running)

    threads = [Thread(target=reach, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [name for name, outcome in found.items() if isinstance(outcome, Taken)]
    holder = lease.holder()
    assert holder is not None
    assert winners == [holder.run_id]


def test_given_our_lease_when_given_back_then_it_is_free(lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)
    assert lease.give_back("arn:a")
    assert lease.holder() is None
    assert not lease.give_back("arn:a")


def test_given_anothers_lease_then_it_is_not_given_back(lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)
    assert not lease.give_back("arn:b")
    assert lease.take("arn:c", "run-c", running) == Held("arn:a")


def test_given_a_takeover_while_giving_back_then_the_new_holder_keeps_it(s3: Any, lease: Lease) -> None:
    lease.take("arn:a", "run-a", nobody_asks)
    slow = Lease(between(s3, "delete_object", lambda: lease.take("arn:b", "run-b", ended)), BUCKET)
    assert not slow.give_back("arn:a")
    assert lease.take("arn:b", "run-b", nobody_asks) == Taken("run-a")


def test_given_a_lease_of_the_first_version_then_it_is_read(s3: Any, lease: Lease) -> None:
    s3.put_object(Bucket=BUCKET, Key=LEASE, Body=json.dumps({"execution_arn": "arn:a", "run_id": "run-a"}))
    assert lease.take("arn:b", "run-b", ended) == Taken("run-a")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_given_a_lease_for_a_time_then_it_is_held_until_then_and_nobody_asks_whether_it_runs(s3: Any) -> None:
    clock = Clock()
    lease = Lease(s3, BUCKET, clock=clock)
    assert lease.take("rollback", "rollback", nobody_asks, seconds=60) == Taken()
    clock.now += 59
    assert lease.take("arn:b", "run-b", nobody_asks) == Held("rollback")
    clock.now += 1
    assert lease.take("arn:b", "run-b", nobody_asks) == Taken(), "a rollback is no run to clean up"


def test_given_a_lease_for_a_time_when_taken_again_then_it_is_good_for_longer(s3: Any) -> None:
    clock = Clock()
    lease = Lease(s3, BUCKET, clock=clock)
    lease.take("rollback", "rollback", nobody_asks, seconds=60)
    clock.now += 59
    assert lease.take("rollback", "rollback", nobody_asks, seconds=60) == Taken()
    clock.now += 59
    assert lease.take("arn:b", "run-b", nobody_asks) == Held("rollback")


def test_given_a_dead_run_before_a_rollback_that_died_then_it_is_still_the_one_to_clean_up(s3: Any) -> None:
    clock = Clock()
    lease = Lease(s3, BUCKET, clock=clock)
    lease.take("arn:a", "run-a", nobody_asks)
    assert lease.take("rollback", "rollback", ended, seconds=60) == Taken("run-a")
    clock.now += 61
    assert lease.take("arn:b", "run-b", nobody_asks) == Taken("run-a")


def test_given_no_bucket_then_the_error_comes_through(s3: Any) -> None:
    lost = Lease(s3, "elsewhere")
    for reach in (lost.holder, lambda: lost.take("arn:a", "a", ended), lambda: lost.give_back("arn:a")):
        with pytest.raises(ClientError, match="NoSuchBucket"):
            reach()
