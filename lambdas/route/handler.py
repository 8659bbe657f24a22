"""The route function's door: an API Gateway event in, a proxy result out. Never raises; a query is never logged."""

import os
import time
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from pydantic import BaseModel

from bedrock.converse import asker
from doors import count, flush, logger
from doors.clients import environment
from edge.model import EdgeModel
from intent import taxonomy
from route import answer
from route.active import CANDIDATE_UNREADABLE, ActiveVersion
from route.breaker import Breaker
from route.cache import DecisionCache
from route.endpoints import Call, endpoint
from route.errors import RouteError
from route.router import Mode
from route.service import Service
from route.student import DistilledStudent
from store.objects import Objects
from store.pointer import PointerStore

POINTER_TTL = 20.0  # seconds; a promotion is seen within them
# One attempt: a caller of a search box would rather have the edge student's answer now than a retry's later.
_PROMPT = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=0.5, read_timeout=2.5, tcp_keepalive=True
)
_STORES = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=1)
_HERE = Path(__file__).parent


class _Environment(BaseModel):
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
    pointers = PointerStore(boto3.client("ssm", config=_STORES), settings.pointer_parameter, ttl=POINTER_TTL)
    objects = Objects(boto3.client("s3", config=_STORES), settings.data_bucket)
    versions = ActiveVersion(pointers.read, objects.read, _release, _warn, modalities=domain.modalities)
    student = DistilledStudent(asker(boto3.client("bedrock-runtime", config=_PROMPT)), domain, Breaker())
    return Service(versions, student, settings.route_mode, DecisionCache())


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
        result = endpoint(event)(Call(event, request_id, started, _service(), _settings().log_salt))
    except RouteError as error:
        count("RequestsRefused" if error.status < 500 else "RequestsFailed")  # noqa: PLR2004  (HTTP)
        result = answer.failure(error, request_id=request_id)
    except Exception:  # noqa: BLE001  (the caller gets our error shape, the log the traceback)
        logger.exception("unexpected")
        count("RequestsFailed")
        unknown = RouteError("something went wrong here; the request may be sent again")
        result = answer.failure(unknown, request_id=request_id)
    flush()
    return _readable(result)


def _readable(result: dict[str, Any]) -> dict[str, Any]:
    """The answer, which pages of the one origin that the deployment allows may read."""
    origin = os.environ.get("CORS_ORIGIN")
    return {**result, "headers": {**result["headers"], "Access-Control-Allow-Origin": origin}} if origin else result


def _request_id(event: object, context: object) -> str:
    """The gateway's id of the request, or Lambda's own."""
    asked = event.get("requestContext") if isinstance(event, dict) else None
    given = asked.get("requestId") if isinstance(asked, dict) else None
    return str(given or getattr(context, "aws_request_id", ""))
