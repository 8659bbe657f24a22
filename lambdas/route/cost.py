"""What a distilled student's tokens cost."""

from intent import prices
from intent.models import base_of_custom
from intent.pointer import Distilled
from intent.serving import is_provisioned


def cost(student: Distilled | None, input_tokens: int, output_tokens: int) -> float | None:
    """USD. None where tokens have no price: for model units by the hour, and for a student that the table lacks."""
    if not input_tokens and not output_tokens:
        return 0.0
    if student is None or is_provisioned(student.deployment_arn):
        return None
    try:
        return prices.load().cost(base_of_custom(student.model_arn), input_tokens, output_tokens)
    except KeyError:  # a student that the table does not know has no price, not a price of 0
        return None
