"""Jobs that work in the background: their life, how they are stopped, the threads that run them."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from local.bedrock.store import Resource, now
from local.bedrock.wire.errors import conflict

_log = logging.getLogger(__name__)
_AT_ONCE = 2  # jobs that may use the processor at the same time
_FAILURE_LENGTH = 2048  # failureMessage, in the service model


class Status(StrEnum):
    """States that the kinds of jobs have in common."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


class JobFailedError(Exception):
    """The job cannot succeed; the text becomes its failure message."""


class StoppedError(Exception):
    """Someone asked the job to stop."""


class StallError(Exception):
    """A test wants the job to run for ever, until it is stopped."""


@dataclass(kw_only=True)
class Job(Resource):
    """A background job. Written by its own thread, apart from `stop`."""

    status: str = Status.IN_PROGRESS
    ended: datetime | None = None
    failure: str | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def running(self) -> bool:
        """Not at its end yet."""
        return self.ended is None

    def stop(self) -> None:
        """Ask it to stop. Raises ConflictException if it has ended."""
        if not self.running:
            raise conflict(f"The job {self.name} is {self.status}, so it cannot be stopped.")
        self.status = Status.STOPPING
        self.touch()
        self._stop.set()

    def checkpoint(self) -> None:
        """Called by the work every so often. Raises StoppedError once `stop` was called."""
        if self._stop.is_set():
            raise StoppedError

    def hang(self) -> None:
        """Wait until stopped. Raises StoppedError."""
        self._stop.wait()
        raise StoppedError

    def end(self, status: str, failure: str | None = None) -> None:
        """Its last state."""
        self.failure = failure[:_FAILURE_LENGTH] if failure else None
        self.ended = now()
        self.touch()
        self.status = status


class Workers:
    """Runs jobs, two at a time, in threads that do not keep the process alive."""

    def __init__(self) -> None:
        self._slots = threading.BoundedSemaphore(_AT_ONCE)

    def submit(self, job: Job, work: Callable[[], str]) -> None:
        """Start `work` as soon as there is room; it calls `job.checkpoint` and returns the job's last status."""
        threading.Thread(target=self._run, args=(job, work), daemon=True, name=f"job {job.name}").start()

    def _run(self, job: Job, work: Callable[[], str]) -> None:
        failure: str | None = None
        try:
            status = self._work(job, work)
        except StoppedError:
            status = Status.STOPPED
        except JobFailedError as error:
            status, failure = Status.FAILED, str(error)
        except Exception:  # noqa: BLE001  (the caller sees what a fault of the service looks like; the log has the cause)
            _log.exception("job %s broke", job.name)
            status, failure = Status.FAILED, "An internal error occurred. Please try again."
        job.end(status, failure)

    def _work(self, job: Job, work: Callable[[], str]) -> str:
        try:
            with self._slots:
                job.checkpoint()
                return work()
        except StallError:
            job.hang()  # without holding a slot
            raise
