"""Who answers the held-out set in a run, by name: with which prompt, and priced as which model."""

from collections.abc import Mapping, Sequence
from typing import Literal

from intent.figures import ACTIVE
from intent.models import base_of_custom
from intent.pointer import Pointer

STUDENTS = ("distilled", "edge")
MODELS = ("base", "base-short", "baseline", "teacher")
RULES = ("keyword", "static")
CANDIDATES = (*STUDENTS, *MODELS, *RULES)  # of every run; the cascade is computed from the students' answers
JUDGED = ("distilled", "edge", "base", "baseline", "teacher")
MAX_OTHERS = 4
OTHERS = tuple(f"other-{number}" for number in range(1, MAX_OTHERS + 1))
KNOWN = (*CANDIDATES, ACTIVE, *OTHERS)

Prompt = Literal["short", "long"]


def names(others: Sequence[str], active: Pointer | None) -> tuple[str, ...]:
    """The candidates of a run: those of every run, the active version if there is one, and the models named for it."""
    versions = (ACTIVE,) if active else ()
    return (*STUDENTS, *versions, *MODELS, *OTHERS[: len(others)], *RULES)


def prompt_of(name: str) -> Prompt | None:
    """`short`: the student's; `long`: the teacher's, with the taxonomy in it; None: no model is prompted."""
    if name in ("distilled", "base-short", ACTIVE):
        return "short"
    return "long" if name in MODELS or name in OTHERS else None


def model_of(name: str, models: Mapping[str, str], active: Pointer | None) -> str | None:
    """The model id that a candidate is priced by; None for what runs in our own process.

    `models`: ids by role, those of other candidates by their names. What the edge student answers in a cascade has no
    tokens, so that a cascade is priced as the student behind it.
    """
    if name == ACTIVE:
        return base_of_custom(active.distilled.model_arn) if active else None
    roles = {"distilled": "student", "cascade": "student", "base-short": "base"}
    return models.get(roles.get(name, name))
