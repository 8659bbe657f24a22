"""The active pointer: all that the pipeline and the route share. One JSON value in one SSM parameter."""

from datetime import datetime
from hashlib import sha256
from typing import Literal

from intent.model import Field, Model
from intent.text import plain

MAX_SHARE = 0.5  # of the queries; what answers more than half of them is no trial any more


class Distilled(Model):
    """The distilled student: what is called (deployment or throughput), and the custom model behind it."""

    deployment_arn: str = Field(
        pattern=r"^arn:[^:]+:bedrock:[^:]+:\d{12}:(custom-model-deployment|provisioned-model)/.+$"
    )
    model_arn: str


class Edge(Model):
    """The edge student: its file in the data bucket. `threshold`: confidence above which it may answer alone."""

    s3_key: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    threshold: float = Field(ge=0, le=1)


class Candidate(Model):
    """A version on trial beside the active one.

    `mode`: a `canary` answers `share` of the queries; a `shadow` is asked about that share, compared, and never
    returned. `max_usd_per_day`: what one process may spend on asking a shadow.
    """

    version: int = Field(ge=1)
    run_id: str
    distilled: Distilled
    edge: Edge
    teacher: str
    mode: Literal["canary", "shadow"]
    share: float = Field(gt=0, le=MAX_SHARE)
    started_at: datetime
    max_usd_per_day: float | None = Field(default=None, gt=0)

    def takes(self, query: str) -> bool:
        """Whether the query is among the share: always the same for equal queries, in every process.

        Salted with the run, so that each candidate has other queries; of one candidate, a larger share keeps those of a
        smaller one.
        """
        digest = sha256(f"{self.run_id}\0{plain(query)}".encode()).digest()
        return int.from_bytes(digest[:8], "big") < self.share * 2**64


class Pointer(Model):
    """A promoted version: immutable but for being replaced.

    `parent`: the version that was active before this one was first promoted; `rolled_back_from`: the version that was
    active before a rollback to this one. `candidate`: what is on trial beside it; left out of the value without one, so
    that functions that know no candidates read it.
    """

    version: int = Field(ge=1)
    run_id: str
    distilled: Distilled
    edge: Edge
    teacher: str
    dataset_sha256: str
    promoted_at: datetime
    parent: int | None = Field(default=None, ge=1)
    rolled_back_from: int | None = Field(default=None, ge=1)
    candidate: Candidate | None = None

    def without_candidate(self) -> "Pointer":
        """The same version with nothing on trial."""
        return self.model_copy(update={"candidate": None})
