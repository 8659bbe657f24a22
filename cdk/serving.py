"""How custom models are served. Only with this setting does any role get a right to buy model units."""

from dataclasses import dataclass

from cdk.checks import SettingsError, one_of

KINDS = ("on_demand", "provisioned")
COMMITMENTS = ("none", "OneMonth", "SixMonths")


@dataclass(frozen=True, kw_only=True)
class Serving:
    """How custom models are served: `on_demand`, or `provisioned` model units, billed by the hour until deleted."""

    kind: str = KINDS[0]
    units: int = 1
    commitment: str = COMMITMENTS[0]

    def __post_init__(self) -> None:
        one_of("serving.kind", self.kind, KINDS)
        one_of("serving.commitment", self.commitment, COMMITMENTS)
        if self.units < 1:
            raise SettingsError(f"serving.units must be at least 1, is {self.units}")

    @property
    def provisioned(self) -> bool:
        """Whether the stack may buy model units."""
        return self.kind == "provisioned"
