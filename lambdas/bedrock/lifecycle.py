"""GetFoundationModel, for the preflight: is a model known here, and for how long."""

from typing import TYPE_CHECKING, Any

from bedrock.errors import Gone, Refused, translated
from intent.models import LifeCycle, base_id, life_cycle

if TYPE_CHECKING:
    from botocore.client import BaseClient


def look_up(bedrock: "BaseClient", identifier: str) -> LifeCycle | None:
    """Life-cycle of the foundation model behind an id or profile; None if Bedrock knows no such model."""
    client: Any = bedrock
    try:
        with translated():
            return life_cycle(client.get_foundation_model(modelIdentifier=base_id(identifier))["modelDetails"])
    except Gone:
        return None
    except Refused as error:
        if error.code == "ValidationException":  # "The provided model identifier is invalid."
            return None
        raise
