"""The lease, held by this process for a time: no run starts, promotes or retires meanwhile.

Should this process sleep past the end of it, its write of the pointer comes too late and counts nowhere
(`store.pointer`).
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from secrets import token_hex

from botocore.exceptions import ClientError
from rich.console import Console

from cli.problems import Refused
from cli.target import Target
from store.lease import Held, Lease
from store.objects import error_code

Renew = Callable[[], None]
SECONDS = 120.0  # a lease of ours is good for, from the last renewal on


@contextmanager
def lease(console: Console, target: Target, purpose: str) -> Generator[Renew]:
    """Hold the lease. Gives what renews it. Refused while a run has it, or once another has taken it over."""
    holder = f"{purpose}-{token_hex(4)}"
    held = Lease(target.client("s3"), target.output("DataBucketName"))

    def renew() -> None:
        _take(target, held, holder)

    abandoned = _take(target, held, holder)
    if abandoned:
        console.print(f"Run {abandoned} ended without cleaning up. See what it left: router sweep", highlight=False)
    try:
        yield renew
    finally:
        held.give_back(holder)


def _take(target: Target, held: Lease, holder: str) -> str | None:
    taken = held.take(holder, holder, lambda arn: _is_running(target, arn), seconds=SECONDS)
    if isinstance(taken, Held):
        name = taken.holder.rsplit(":", 1)[-1]
        raise Refused(f"The lease is held by {name}. Wait for it (router watch), or stop it (router stop).")
    return taken.abandoned


def _is_running(target: Target, execution_arn: str) -> bool:
    try:
        found = target.client("stepfunctions").describe_execution(executionArn=execution_arn)
    except ClientError as error:
        if error_code(error) != "ExecutionDoesNotExist":
            raise
        return False
    return found["status"] == "RUNNING"
