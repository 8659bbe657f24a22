"""POST /route: one query in, the weights of the modalities out."""

import time
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config
from pydantic import BaseModel

from bedrock.converse import asker
from doors import count, flush, logger
from doors.clients import environment
from intent import taxonomy
from route.active import Active, ActiveVersion
from route.answer import failure, success
from route.breaker import Breaker
from route.cache import DecisionCache
from route.errors import RouteError
from route.request import RouteRequest, read
from route.router import Decision, Mode, Wish, decide
from route.student import DistilledStudent
from store.objects import Objects
from store.pointer import PointerStore

POINTER_TTL = 20.0  # seconds; a promotion is seen within them
# One attempt: a caller of a search box would rather have the edge student's answer now than a retry's later.
_PROMPT = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=0.5, read_timeout=2.5, tcp_keepalive=True
)
_STORES = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=1)


class _Environment(BaseModel):
    data_bucket: str
    pointer_parameter: str


class _RouteEnvironment(BaseModel):
    route_mode: Mode


@cache
def _mode() -> Mode:
    return environment(_RouteEnvironment).route_mode


@cache
def _decisions() -> DecisionCache:
    return DecisionCache()


@cache
def _student() -> DistilledStudent:
    return DistilledStudent(asker(boto3.client("bedrock-runtime", config=_PROMPT)), taxonomy.load(), Breaker())


@cache
def _active() -> ActiveVersion:
    settings = environment(_Environment)
    pointers = PointerStore(boto3.client("ssm", config=_STORES), settings.pointer_parameter, ttl=POINTER_TTL)
    objects = Objects(boto3.client("s3", config=_STORES), settings.data_bucket)
    return ActiveVersion(pointers.read, objects.read, _warn)


def _warn(code: str, error: Exception) -> None:
    count("ActiveVersionUnreadable")
    logger.warning(code, extra={"error": type(error).__name__})


def route(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401  (Lambda's context object)
    """Answer an API Gateway proxy event. Never raises; the query is never logged."""
    started = time.perf_counter()
    request_id = _request_id(event, context)
    logger.set_correlation_id(request_id)
    try:
        result = _answer(event, request_id, started)
    except RouteError as error:
        count("RequestsRefused" if error.status < 500 else "RequestsFailed")  # noqa: PLR2004  (HTTP)
        result = failure(error, request_id=request_id)
    except Exception:  # noqa: BLE001  (the caller gets our error shape, the log the traceback)
        logger.exception("unexpected")
        count("RequestsFailed")
        result = failure(RouteError("something went wrong here; the request may be sent again"), request_id=request_id)
    flush()
    return result


def _request_id(event: object, context: object) -> str:
    """The gateway's id of the request, or Lambda's own."""
    asked = event.get("requestContext") if isinstance(event, dict) else None
    given = asked.get("requestId") if isinstance(asked, dict) else None
    return str(given or getattr(context, "aws_request_id", ""))


def _answer(event: dict[str, Any], request_id: str, started: float) -> dict[str, Any]:
    request = read(event)
    active = _active().get()
    decision = _decision(request, active)
    total_ms = (time.perf_counter() - started) * 1000
    _record(decision, total_ms, len(request.query))
    return success(request, decision, active.pointer, request_id=request_id, total_ms=total_ms)


def _decision(request: RouteRequest, active: Active) -> Decision:
    wish = Wish(_mode(), request.prefer, request.explain)
    version = active.pointer.version
    found = _decisions().find(request.query, version, wish)
    if found is None:
        found = decide(request.query, active, _student(), wish)
        _decisions().keep(request.query, version, wish, found)
    return found


def _record(decision: Decision, total_ms: float, length: int) -> None:
    count("Requests")
    # Each counts 0 or 1, so that its average is the share of requests that were answered so.
    count("CacheAnswers", decision.source == "cache")
    count("EdgeAnswers", decision.source == "edge")
    count("DistilledAnswers", decision.source == "distilled")
    count("Fallbacks", decision.source == "fallback")
    count("Latency", total_ms, MetricUnit.Milliseconds)
    count("InputTokens", decision.input_tokens)
    count("OutputTokens", decision.output_tokens)
    extra = {"source": decision.source, "failure": decision.failure, "query_length": length}
    logger.info("routed", extra={**extra, "total_ms": round(total_ms, 2)})
