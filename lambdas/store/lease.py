"""The lease: one run at a time may promote. An S3 object names the execution that holds it.

Taken by creating the object with `If-None-Match: *`. A lease whose execution no longer runs may be taken over with
`If-Match` on what was read, so that of two that try, one wins. Given back by deleting it, if it is still ours.

A holder that is no execution (a rollback from the command line) takes it for a time, and takes it again before that is
over: nobody can ask whether it still works. What it leaves behind is no run, so there is nothing to clean up.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from intent.runs import LEASE
from store.objects import LOST, error_code

if TYPE_CHECKING:
    from botocore.client import BaseClient

_ABSENT = {"NoSuchKey", "404"}
# `If-Match` on an object that is gone answers NoSuchKey: lost as well.
_LOST = LOST | _ABSENT


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lease: execution and its run, and the run that it was taken from, if any.

    `etag` is the object's version to match. `until`: seconds since 1970 at which a lease for a time ends.
    """

    execution_arn: str
    run_id: str
    etag: str
    abandoned: str | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The lease is ours. `abandoned`: the run of a dead execution that it was taken from, to be cleaned up."""

    abandoned: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Another execution holds it and is running."""

    holder: str


class Lease:
    """The lease object of one data bucket. `clock` gives seconds since 1970."""

    def __init__(self, s3: "BaseClient", bucket: str, *, clock: Callable[[], float] = time.time) -> None:
        self._s3: Any = s3
        self._bucket = bucket
        self._clock = clock

    def holder(self) -> Holder | None:
        """Who holds the lease now, if anybody does."""
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=LEASE)
        except ClientError as error:
            if error_code(error) in _ABSENT:
                return None
            raise
        body = json.loads(answer["Body"].read())
        return Holder(body["execution_arn"], body["run_id"], answer["ETag"], body.get("abandoned"), body.get("until"))

    def is_held_by(self, execution_arn: str) -> bool:
        """Whether this execution holds it. Asked right before something is paid for.

        A function goes on when its execution is stopped, and what it then starts would be found by nobody: the next run
        has cleaned up already.
        """
        holder = self.holder()
        return holder is not None and holder.execution_arn == execution_arn

    def take(
        self, execution_arn: str, run_id: str, is_running: Callable[[str], bool], *, seconds: float | None = None
    ) -> Taken | Held:
        """Take the lease for this execution; taking what one already holds succeeds with the same result (a retry).

        `seconds`: for a holder that is no execution, how long it is good for; taking it again renews it.
        """
        if self._put(execution_arn, run_id, seconds, IfNoneMatch="*"):
            return Taken()
        holder = self.holder()
        if holder is None:  # given back this moment
            return Taken() if self._put(execution_arn, run_id, seconds, IfNoneMatch="*") else Held("another run")
        if holder.execution_arn == execution_arn and seconds is None:
            return Taken(holder.abandoned)
        if holder.execution_arn != execution_arn and self._works(holder, is_running):
            return Held(holder.execution_arn)
        abandoned = holder.abandoned if holder.execution_arn == execution_arn else _run_left_by(holder)
        won = self._put(execution_arn, run_id, seconds, abandoned, IfMatch=holder.etag)
        return Taken(abandoned) if won else Held("another run")

    def give_back(self, execution_arn: str) -> bool:
        """Delete the lease if this execution holds it. False if it does not (then nothing is touched)."""
        holder = self.holder()
        if holder is None or holder.execution_arn != execution_arn:
            return False
        try:
            self._s3.delete_object(Bucket=self._bucket, Key=LEASE, IfMatch=holder.etag)
        except ClientError as error:
            if error_code(error) in _LOST:
                return False
            raise
        return True

    def _works(self, holder: Holder, is_running: Callable[[str], bool]) -> bool:
        return is_running(holder.execution_arn) if holder.until is None else self._clock() < holder.until

    def _put(
        self,
        execution_arn: str,
        run_id: str,
        seconds: float | None,
        abandoned: str | None = None,
        **condition: str,
    ) -> bool:
        body: dict[str, str | float | None] = {"execution_arn": execution_arn, "run_id": run_id, "abandoned": abandoned}
        if seconds is not None:
            body["until"] = self._clock() + seconds
        try:
            self._s3.put_object(Bucket=self._bucket, Key=LEASE, Body=json.dumps(body).encode(), **condition)
        except ClientError as error:
            if error_code(error) in _LOST:
                return False
            raise
        return True


def _run_left_by(holder: Holder) -> str | None:
    """The run to clean up; a rollback is none, but may itself have taken the lease from one."""
    return holder.run_id if holder.until is None else holder.abandoned
