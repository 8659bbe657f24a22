"""Who may teach whom: https://docs.aws.amazon.com/bedrock/latest/userguide/prequisites-model-distillation.html.

Checked on 2026-11-21 for us-east-1. Nova Premier is named by its profile only, and is past its end of life.
"""

from local.bedrock.catalogue.cards import Card, Cards, unknown_model
from local.bedrock.wire.errors import end_of_life, validation

_STUDENTS: dict[str, frozenset[str]] = {
    "amazon.nova-pro-v1:0": frozenset({"amazon.nova-lite-v1:0:300k", "amazon.nova-micro-v1:0:128k"}),
    "amazon.nova-premier-v1:0": frozenset(
        {"amazon.nova-lite-v1:0:300k", "amazon.nova-micro-v1:0:128k", "amazon.nova-pro-v1:0:300k"}
    ),
}


def check_base(cards: Cards, identifier: str, customization: str) -> Card:
    """The base model of a job. Raises ValidationException, or ResourceNotFoundException past its end of life."""
    card = cards.model(identifier)
    if card is None:
        raise unknown_model()
    if card.ended:
        raise end_of_life(card.id)
    if customization not in card.customizations:
        raise validation(f"The base model {card.id} does not support the customization type {customization}.")
    if card.lifecycle == "LEGACY":
        raise validation(f"The base model {card.id} is a legacy model. It cannot be customized any more.")
    return card


def check_teacher(cards: Cards, identifier: str, base: Card) -> Card:
    """The teacher of a distillation. Raises as `check_base`."""
    teacher = cards.usable(identifier)
    if base.id not in _STUDENTS.get(teacher.id, frozenset()):
        raise validation(f"The model {teacher.id} cannot be the teacher of {base.id}.")
    return teacher
