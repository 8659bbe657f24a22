"""How a run's custom model is served: on demand, paid by the token, or by model units that cost the same all the time.

Facts: Bedrock user guide, prov-throughput, 2026-11; CreateProvisionedModelThroughput, botocore 1.43.106.
"""

from typing import Literal

from intent.model import Field, Model

Commitment = Literal["none", "OneMonth", "SixMonths"]
HOURS_PER_MONTH = 730
_MONTHS = {"none": 1, "OneMonth": 1, "SixMonths": 6}
_PROVISIONED = ":provisioned-model/"


class Serving(Model):
    """The stack's setting. `units`: model units; `commitment`: a term before whose end Bedrock deletes nothing."""

    kind: Literal["on_demand", "provisioned"] = "on_demand"
    units: int = Field(default=1, ge=1)
    commitment: Commitment = "none"

    @property
    def provisioned(self) -> bool:
        """Whether model units are bought."""
        return self.kind == "provisioned"

    @property
    def hours(self) -> int:
        """Hours that a run is billed for: the commitment's, and without one a month, as for the model's storage."""
        return HOURS_PER_MONTH * _MONTHS[self.commitment]

    def fits(self, arn: str) -> bool:
        """Whether this ARN is of the kind that the setting asks for."""
        return is_provisioned(arn) == self.provisioned


def is_provisioned(arn: str) -> bool:
    """Whether an ARN names provisioned throughput; otherwise it names an on-demand deployment."""
    return _PROVISIONED in arn
