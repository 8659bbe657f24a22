"""The route function's door: an API Gateway event in, a proxy result out. Never raises; a query is never logged."""

import gc
import math
import os
import time
import traceback
from functools import cache
from pathlib import Path
from typing import Any

from botocore.config import Config

from bedrock.converse import asker
from doors import flush, light, logger
from doors.environment import environment
from edge.model import EdgeModel
from intent import taxonomy
from intent.model import Model
from route import answer
from route.active import CANDIDATE_UNREADABLE, ActiveVersion
from route.breaker import Breaker
from route.cache import DecisionCache
from route.deadline import longest
from route.endpoints import Call, endpoint
from route.errors import RouteError
from route.measure import count
from route.router import Mode
from route.service import Service
from route.student import DistilledStudent
from store.objects import Objects
from store.pointer import PointerStore

POINTER_TTL = 20.0  # seconds; a promotion is seen within them
# One attempt: a caller of a search box would rather have the edge student's answer now than a retry's later.
_PROMPT = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=0.3, read_timeout=2.2, tcp_keepalive=True
)
_STORES = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=0.3, read_timeout=0.5)
_RESERVE = 0.1  # seconds for answering with what is at hand, before Lambda ends the function
_YOUNG = 10_000  # objects
_HERE = Path(__file__).parent


class _Environment(Model):
    data_bucket: str
    pointer_parameter: str
    route_mode: Mode
    log_salt: str


@cache
def _settings() -> _Environment:
    return environment(_Environment)


@cache
def _service() -> Service:
    settings, domain = _settings(), taxonomy.load()
    pointers = PointerStore(light.client("ssm", config=_STORES), settings.pointer_parameter, ttl=POINTER_TTL)
    objects = Objects(light.client("s3", config=_STORES), settings.data_bucket)
    versions = ActiveVersion(
        pointers.read,
        objects.read,
        _release,
        _warn,
        modalities=domain.modalities,
        forget=pointers.forget,
        seconds=longest(_STORES),
    )
    ask = asker(light.client("bedrock-runtime", config=_PROMPT))
    student = DistilledStudent(ask, domain, Breaker(), longest(_PROMPT))
    _collect_seldom()
    return Service(versions, student, settings.route_mode, DecisionCache())


@cache
def _collect_seldom() -> None:
    """Rubbish with cycles is looked for every thousand answers or so, not every sixty, and not in what stays for good.

    A request leaves next to none (a minute of load shows it in the memory), and each search delays an answer.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG)


def _release() -> EdgeModel:
    return EdgeModel.from_bytes((_HERE / "release.bin").read_bytes())


def _warn(code: str, error: Exception) -> None:
    count("CandidateUnreadable" if code == CANDIDATE_UNREADABLE else "ActiveVersionUnreadable")
    logger.warning(code, extra={"error": type(error).__name__})


def route(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401  (Lambda's context object)
    """Answer an API Gateway proxy event."""
    started = time.perf_counter()
    request_id = _request_id(event, context)
    logger.set_correlation_id(request_id)
    try:
        asked, service = endpoint(event), _service()
        result = asked(Call(event, request_id, started, service, _settings().log_salt, _left(context)))
    except RouteError as error:
        count("RequestsRefused" if error.status < 500 else "RequestsFailed")  # noqa: PLR2004  (HTTP)
        result = answer.failure(error, request_id=request_id)
    except Exception as error:  # noqa: BLE001  (the caller gets our error shape, the log where it was)
        logger.error("unexpected", extra={"error": type(error).__name__, "at": _places(error)})
        count("RequestsFailed")
        unknown = RouteError("something went wrong here; the request may be sent again")
        result = answer.failure(unknown, request_id=request_id)
    flush()
    return _readable(result)


def _readable(result: dict[str, Any]) -> dict[str, Any]:
    """The answer, which pages of the one origin that the deployment allows may read."""
    origin = os.environ.get("CORS_ORIGIN")
    return {**result, "headers": {**result["headers"], "Access-Control-Allow-Origin": origin}} if origin else result


def _places(error: Exception) -> list[str]:
    """The traceback without the exception's own words, which may hold the query."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]


def _left(context: object) -> float:
    """Seconds until the function must have answered."""
    told: Any = getattr(context, "get_remaining_time_in_millis", None)
    return told() / 1000 - _RESERVE if told else math.inf


def _request_id(event: object, context: object) -> str:
    """The gateway's id of the request, or Lambda's own."""
    asked = event.get("requestContext") if isinstance(event, dict) else None
    given = asked.get("requestId") if isinstance(asked, dict) else None
    return str(given or getattr(context, "aws_request_id", ""))
