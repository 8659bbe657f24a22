"""The frame of every pipeline function: typed payload in, plain result out, structured log, metrics, trace."""

import logging
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools.logging import Logger

from doors.emf import Metrics

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer
    from pydantic import BaseModel

logger = Logger()
_metrics = Metrics()
count = _metrics.add
"""Add to a metric of this invocation."""

Payload = TypeVar("Payload", bound="BaseModel")
Handler = Callable[[dict[str, Any], object], dict[str, Any]]


def door(payload: type[Payload]) -> Callable[[Callable[[Payload], Mapping[str, Any]]], Handler]:
    """Make a Lambda handler of a function that takes a typed payload.

    A payload that breaks its model raises pydantic's ValidationError: the state machine sent it, so it is a bug.
    Whole events are never logged.
    """
    tracer = _tracer()

    def frame(logic: Callable[[Payload], Mapping[str, Any]]) -> Handler:
        @wraps(logic)
        def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
            request = payload.model_validate(event)
            logger.set_correlation_id(str(event.get("run_id") or event.get("execution_name") or ""))
            with tracer.provider.in_subsegment(name=f"## {logic.__name__}"):
                result = dict(logic(request))
            logger.info(logic.__name__, extra={"aws_request_id": getattr(context, "aws_request_id", None)})
            flush()
            return result

        return handler

    return frame


@cache
def _tracer() -> "Tracer":
    """Loads X-Ray's SDK, half of what the route function would otherwise import; it needs none of it."""
    from aws_lambda_powertools import Tracer  # noqa: PLC0415

    return Tracer(auto_patch=False)


def note(message: str, extra: Mapping[str, Any]) -> None:
    """What `logger.info` would write, in the line of this invocation's metrics: half the log's lines and of their cost.

    Where the level is above INFO, the metrics are written without it.
    """
    if logger.log_level <= logging.INFO:
        told = {"level": "INFO", "message": message, "correlation_id": logger.get_correlation_id()}
        _metrics.note({**told, **extra})


def flush() -> None:
    """Write the invocation's metrics (EMF) to the log, if there are any."""
    _metrics.flush()
