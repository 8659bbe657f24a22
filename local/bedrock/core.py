"""What every part of the embedded Bedrock needs: where it plays, its files, models, workers and faults."""

from dataclasses import dataclass, field

from local.bedrock.backend import Backend
from local.bedrock.faults.table import Faults
from local.bedrock.jobs.background import JobFailedError, StallError, Workers
from local.bedrock.jobs.files import Files
from local.bedrock.names import Place
from local.bedrock.rights import Rights, Unasked
from local.bedrock.wire.messages import Input


@dataclass(frozen=True, kw_only=True)
class Core:
    """Shared by all rooms of one embedded Bedrock."""

    place: Place
    files: Files
    backend: Backend
    workers: Workers = field(default_factory=Workers)
    faults: Faults = field(default_factory=Faults)
    rights: Rights = field(default_factory=Unasked)

    def files_for(self, request: Input) -> Files:
        """S3 as the role that this request hands over may use it."""
        return self.files.of(str(request["roleArn"]))

    def disturb(self, operation: str, request: Input) -> None:
        """Called by a job's work where it can break: faults that a test armed for what `operation` started."""
        for fault in self.faults.hit(operation, subject(request), ("fail-job", "stall-job")):
            if fault.kind == "stall-job":
                raise StallError
            raise JobFailedError("The job failed on request of a test.")


def subject(request: Input) -> str:
    """The names and identifiers in a request: what a fault's `match` is looked for in."""
    return " ".join(value for value in request.values() if isinstance(value, str))
