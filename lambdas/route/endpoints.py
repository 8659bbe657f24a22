"""What the route function answers: one function per endpoint, chosen by the gateway's resource."""

import hmac
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doors import note
from intent import taxonomy
from intent.text import plain
from route import answer, measure
from route.batch import BUDGET_SECONDS
from route.contract import Checks, DecidedInBatch, Failed, Health, Routed, RoutedBatch, Version, WholeLatency
from route.deadline import ANSWER_SECONDS, Deadline
from route.errors import NotFound, RouteError
from route.measure import count
from route.request import MAX_BATCH_BODY, BatchRequest, RouteRequest, read, read_query
from route.service import Service
from route.trial import Answered

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `started`: `time.perf_counter()` when it came in; `salt`: of the query's hash in the log.

    `left`: seconds that the function may still take for it.
    """

    event: Mapping[str, Any]
    request_id: str
    started: float
    service: Service
    salt: str
    left: float = math.inf

    def due(self, seconds: float = ANSWER_SECONDS) -> Deadline:
        """In so many seconds, and not after the function's own end."""
        return Deadline(min(seconds, self.left))

    def since(self) -> float:
        """Milliseconds since it came in."""
        return round((time.perf_counter() - self.started) * 1000, 2)

    def digest(self, query: str) -> str:
        """Tells equal queries apart from others in the log, and nothing else."""
        return hmac.digest(self.salt.encode(), plain(query).encode(), "sha256").hex()[:16]


def one(call: Call) -> Result:
    """POST /route."""
    request = read(call.event, RouteRequest)
    answered = call.service.decide(request.query, request, call.due())
    decided, decision = answer.decided(request.query, request, answered), answered.decision
    total_ms = call.since()
    measure.answered(answered, decided["usage"])
    measure.shadow(call.service.shadow())
    count("Latency", total_ms, "Milliseconds")
    extra = {"source": decision.source, "failure": decision.failure, "query_length": len(request.query)}
    if answered.attempt:
        count("CandidateLatency", total_ms, "Milliseconds")
        extra |= {"candidate": answered.attempt.candidate.version, "candidate_failure": answered.attempt.failure}
    note("routed", {**extra, "query_hash": call.digest(request.query), "total_ms": total_ms})
    latency: WholeLatency = {"total": total_ms, **decided["latency_ms"]}
    body: Routed = {**decided, "latency_ms": latency, "request_id": call.request_id}
    return answer.success(body)


def many(call: Call) -> Result:
    """POST /route/batch: a result or an error for each query, in their order."""
    request = read(call.event, BatchRequest, max_body=MAX_BATCH_BODY)
    deadline = call.due(BUDGET_SECONDS)
    active = call.service.active(deadline)
    checked = [read_query(given) for given in request.queries]
    queries = [query for query in checked if isinstance(query, str)]
    outcomes = iter(call.service.decide_all(queries, request, active, deadline))
    results: list[DecidedInBatch | Failed] = []
    for query in checked:
        outcome = next(outcomes) if isinstance(query, str) else query
        if isinstance(query, str) and isinstance(outcome, Answered):
            results.append(decided := answer.decided(query, request, outcome))
            measure.answered(outcome, decided["usage"])
        elif isinstance(outcome, RouteError):
            count("RequestsRefused" if outcome is query else "RequestsFailed")
            results.append({"error": answer.error_body(outcome)})
    measure.shadow(call.service.shadow())
    total_ms, failed = call.since(), sum("error" in result for result in results)
    note("routed_batch", {"queries": len(results), "failed": failed, "total_ms": total_ms})
    body: RoutedBatch = {
        "results": results,
        "answered": len(results) - failed,
        "failed": failed,
        "latency_ms": {"total": total_ms},
        "request_id": call.request_id,
    }
    return answer.success(body)


def health(call: Call) -> Result:
    """GET /health: `ok`, or `degraded` while others stand in for what is missing. 503 where nothing can answer."""
    active = call.service.active(call.due())
    checks: Checks = {"pointer": "read" if active.version else "absent", "edge": "loaded"}
    if active.failure:
        checks["pointer"] = "unreadable"
    if active.stale:
        checks["edge"] = "stale" if active.edge else "unreadable"
    well = checks == {"pointer": "read", "edge": "loaded"}
    body: Health = {
        "status": "ok" if well else "degraded",
        "version": active.version,
        "checks": checks,
        "request_id": call.request_id,
    }
    return answer.success(body)


def version(call: Call) -> Result:
    """GET /version: what answers at the moment."""
    active, domain = call.service.active(call.due()), taxonomy.load()
    promoted_at = active.promoted_at.isoformat() if active.promoted_at else None
    body: Version = {
        "model": {**answer.model(active), "promoted_at": promoted_at},
        "candidate": answer.on_trial(active),
        "taxonomy": domain.name,
        "modalities": list(domain.modalities),
        "mode": call.service.mode,
        "request_id": call.request_id,
    }
    return answer.success(body)


def openapi(_: Call) -> Result:
    """GET /openapi.json: the document that ships with the code."""
    return answer.document(Path(__file__).with_name("openapi.json").read_text("utf-8"))


ENDPOINTS: Mapping[tuple[str, str], Callable[[Call], Result]] = {
    ("POST", "/route"): one,
    ("POST", "/route/batch"): many,
    ("GET", "/health"): health,
    ("GET", "/version"): version,
    ("GET", "/openapi.json"): openapi,
}


def endpoint(event: Mapping[str, Any]) -> Callable[[Call], Result]:
    """By the gateway's method and resource. Raises NotFound."""
    found = ENDPOINTS.get((str(event.get("httpMethod")), str(event.get("resource"))))
    if found is None:
        raise NotFound("there are " + ", ".join(" ".join(known) for known in ENDPOINTS))
    return found
