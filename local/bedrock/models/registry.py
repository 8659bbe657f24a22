"""Where the embedded Bedrock finds its models: by role, or from a customization job's artefact."""

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Literal

from intent.taxonomy import Taxonomy, load
from local.bedrock.models.base import base, baseline
from local.bedrock.models.student import Student, train
from local.bedrock.models.teacher import Teacher
from local.bedrock.models.types import Model

__all__ = ["Role", "for_role", "from_artefact", "train"]

Role = Literal["teacher", "base", "baseline", "judge"]

_MAKERS: dict[Role, Callable[[Taxonomy], Model]] = {
    "teacher": Teacher,
    "base": base,
    "baseline": baseline,
    # A judge model that is asked to route answers as a good prompted model does; rating is `judge.rate`.
    "judge": baseline,
}
_lock = Lock()


def for_role(role: Role) -> Model:
    """The one model of this process that plays a role; made at its first use (the teacher takes some seconds)."""
    with _lock:
        return _made(role)


def from_artefact(blob: bytes) -> Model:
    """The student in an artefact of `train`. Raises ValueError if it is damaged or foreign."""
    return Student(blob)


@cache
def _made(role: Role) -> Model:
    return _MAKERS[role](load())
