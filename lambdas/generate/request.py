"""What a run is asked for: the execution's input, checked and filled up with the stack's defaults."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bedrock.invocation import MIN_RECORDS
from intent.models import base_id
from intent.plan import Run


class Rejected(Exception):
    """The run will not start; the message names the field and the fix. `error` is a short code."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


INPUT = (
    *("examples", "mode", "customization", "teacher", "student", "baseline", "judge"),
    *(
        "max_cost_usd",
        "promote",
        "canary_share",
        "seed",
        "holdout",
        "mixed_share",
        "near_duplicate",
        "road",
        "on_legacy",
    ),
    *("others", "keep_failed"),
)
_SHOWN = 200  # characters of what was given; the message travels through SNS


def resolve(given: object, defaults: Mapping[str, Any]) -> Run:
    """The run for this execution input. Raises `Rejected` (InvalidInput) naming every field that is wrong."""
    if not isinstance(given, Mapping):
        raise Rejected("InvalidInput", 'input: must be a JSON object, such as {} or {"examples": 1000}')
    unknown = sorted({str(key) for key in given} - set(INPUT))
    if unknown:
        named = ", ".join(unknown)[:_SHOWN]
        raise Rejected("InvalidInput", f"unknown input {named}; known are {', '.join(sorted(INPUT))}")
    values = {**defaults, **given}
    examples = values.get("examples")
    if "holdout" not in given and isinstance(examples, int):
        values["holdout"] = min(values["holdout"], max(20, examples // 5))
    if "teacher" in given:
        values["job_teacher"] = base_id(str(given["teacher"]))
    try:
        return _sized(Run.model_validate(values, strict=False))
    except ValidationError as error:
        raise Rejected("InvalidInput", "; ".join(_readable(detail) for detail in error.errors())) from None


def _sized(run: Run) -> Run:
    """On the batch road the batches are as small as it takes to make the records that a job must have."""
    if run.road == "online":
        return run
    return run.model_copy(update={"batch_size": min(run.batch_size, run.examples // MIN_RECORDS)})


def _readable(detail: Mapping[str, Any]) -> str:
    field = ".".join(str(part) for part in detail["loc"])
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{field}: {message} (got {repr(detail['input'])[:_SHOWN]})" if field else message
