"""The active pointer: all that the pipeline and the route share. One JSON value in one SSM parameter."""

from datetime import datetime

from intent.model import Field, Model


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


class Pointer(Model):
    """A promoted version: immutable but for being replaced.

    `parent`: the version that was active before this one was first promoted; `rolled_back_from`: the version that was
    active before a rollback to this one.
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
