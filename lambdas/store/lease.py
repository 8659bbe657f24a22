"""The lease: one run at a time may promote. An S3 object names the execution that holds it.

Taken by creating the object with `If-None-Match: *`. A lease whose execution no longer runs may be taken over with
`If-Match` on what was read, so that of two that try, one wins. Given back by deleting it, if it is still ours.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from intent.runs import LEASE
from store.objects import error_code

if TYPE_CHECKING:
    from botocore.client import BaseClient

_ABSENT = {"NoSuchKey", "404"}
# `If-Match` on an object that is gone answers NoSuchKey: lost as well.
_LOST = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409", *_ABSENT}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lease: execution and its run, and the run that it was taken from, if any.

    `etag` is the object's version to match.
    """

    execution_arn: str
    run_id: str
    etag: str
    abandoned: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The lease is ours. `abandoned`: the run of a dead execution that it was taken from, to be cleaned up."""

    abandoned: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Another execution holds it and is running."""

    holder: str


class Lease:
    """The lease object of one data bucket."""

    def __init__(self, s3: "BaseClient", bucket: str) -> None:
        self._s3: Any = s3
        self._bucket = bucket

    def holder(self) -> Holder | None:
        """Who holds the lease now, if anybody does."""
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=LEASE)
        except ClientError as error:
            if error_code(error) in _ABSENT:
                return None
            raise
        body = json.loads(answer["Body"].read())
        return Holder(body["execution_arn"], body["run_id"], answer["ETag"], body.get("abandoned"))

    def take(self, execution_arn: str, run_id: str, is_running: Callable[[str], bool]) -> Taken | Held:
        """Take the lease for this execution; taking what one already holds succeeds with the same result (a retry)."""
        if self._put(execution_arn, run_id, IfNoneMatch="*"):
            return Taken()
        holder = self.holder()
        if holder is None:  # given back this moment
            return Taken() if self._put(execution_arn, run_id, IfNoneMatch="*") else Held("another run")
        if holder.execution_arn == execution_arn:
            return Taken(holder.abandoned)
        if is_running(holder.execution_arn):
            return Held(holder.execution_arn)
        won = self._put(execution_arn, run_id, holder.run_id, IfMatch=holder.etag)
        return Taken(holder.run_id) if won else Held("another run")

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

    def _put(self, execution_arn: str, run_id: str, abandoned: str | None = None, **condition: str) -> bool:
        body = json.dumps({"execution_arn": execution_arn, "run_id": run_id, "abandoned": abandoned}).encode()
        try:
            self._s3.put_object(Bucket=self._bucket, Key=LEASE, Body=body, **condition)
        except ClientError as error:
            if error_code(error) in _LOST:
                return False
            raise
        return True
