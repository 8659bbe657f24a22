"""What `benchmarks.load` asks: the route function in this process, or the API of an embedded AWS."""

import http.client
import json
import os
import re
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from benchmarks.load_wire import EDGE, ENVIRONMENT, fails, query_of, wired
from cli.ask import sums_to_one
from edge.model import EdgeModel
from intent.weights import Weights
from local.memory import each

_MB = 2**20
_FIELDS = {"query", "weights", "ranked", "active", "source", "confidence", "model", "latency_ms", "usage", "request_id"}
_FAILING = 0.05  # of the calls to the student, for each of four ways to fail
_EXAMPLES = 300
# At the API every fourth request wants the model, the others the edge student: four times the share that the cascade
# leaves to the model. To let the embedded model encode each of 200 queries a second takes more than two cores have.
_ASKING = 4
_CALLERS = 16  # at a time; the embedded gateway starts a process for each


@dataclass(frozen=True)
class Target:
    """`ask(number)`: the outcome (source or status) of one request, and what is wrong with it.

    `memory`: MB of the function's process; of its processes, the average.
    """

    ask: Callable[[int], tuple[str, str | None]]
    memory: Callable[[], float]
    callers: int


def wrong(status: int, body: Mapping[str, Any], query: str, edge: EdgeModel, said: Weights | None) -> str | None:
    """What is wrong with an answer. `said`: weights that the student gave this query, where they are known."""
    if status != http.HTTPStatus.OK:
        return f"status {status}"
    if not set(body) >= _FIELDS or body["query"] != query:
        return "it is not an answer to this query"
    if not sums_to_one(body["weights"]):
        return "its weights are not 1 together"
    if body["source"] == "distilled":
        return None if said in (None, body["weights"]) else "its weights are not those that the student gave"
    if body["source"] not in {"edge", "fallback"}:
        return f"its source is {body['source']}"
    return None if body["weights"] == edge.predict(query).weights else "its weights are not the edge student's"


def outcome(status: int, body: Mapping[str, Any]) -> str:
    """The source, of a fallback with its reason; the status of anything but an answer."""
    if status != http.HTTPStatus.OK or body["source"] != "fallback":
        return str(body.get("source", status))
    why = re.search(r"\((\w+)\)", " ".join(body["warnings"]))
    return f"fallback: {why.group(1) if why else 'unknown'}"


@contextmanager
def handler() -> Generator[Target]:
    """The function's own code over real clients. Its log and metrics are written, and go nowhere."""
    os.environ.update(ENVIRONMENT)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), wired() as said:
        from doors import logger  # noqa: PLC0415  (reads the environment)
        from route.handler import route  # noqa: PLC0415

        for written in logger.handlers:
            vars(written)["stream"] = nowhere
        edge = EdgeModel.from_bytes(EDGE)
        context = SimpleNamespace(aws_request_id="load", get_remaining_time_in_millis=lambda: 20_000)

        def ask(number: int) -> tuple[str, str | None]:
            query = query_of(number)
            event = {"resource": "/route", "httpMethod": "POST", "body": json.dumps({"query": query})}
            result = route(event, context)
            body = json.loads(result["body"])
            found = wrong(result["statusCode"], body, query, edge, said(query))
            if (body.get("source") == "fallback") != fails(query):
                found = found or "it is a fallback without a failure, or the other way round"
            return outcome(result["statusCode"], body), found

        yield Target(ask, _own_memory, callers=1)


def _own_memory() -> float:
    kib = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(kib.split()[1]) / 1024


@contextmanager
def api() -> Generator[Target]:
    """Through gateway and function. The limits are lifted: they are not what is measured."""
    from rich.console import Console  # noqa: PLC0415  (the handler needs none of these)

    from cli import bringup, runs, watch  # noqa: PLC0415
    from local import demo  # noqa: PLC0415
    from local.bedrock.faults import client as faults  # noqa: PLC0415

    console = Console(stderr=True)
    with demo.cloud(console) as target:
        bringup.deploy(console, target)
        watch.finish(console, target, runs.start(target, {"examples": _EXAMPLES}))
        pointer = runs.promoted(target)
        assert pointer
        assert target.embedded
        stored = target.client("s3").get_object(Bucket=target.output("DataBucketName"), Key=pointer.edge.s3_key)
        edge = EdgeModel.from_bytes(stored["Body"].read())
        _lift_limits(target.client("apigateway"))
        ways: list[dict[str, Any]] = [{"kind": "throttle"}, {"kind": "error"}]
        ways += [{"kind": "malformed", "form": form} for form in ("prose", "nan")]
        rule = {"operation": "Converse", "match": "custom-model-deployment", "share": _FAILING}
        faults.inject(str(target.endpoint), [faults.Fault(**rule, **way, seed=seed) for seed, way in enumerate(ways)])
        post = _poster(target.route.url, target.route.key)

        def ask(number: int) -> tuple[str, str | None]:
            query, prefer = query_of(number), "speed" if number % _ASKING else "quality"
            status, body = post(json.dumps({"query": query, "prefer": prefer}).encode())
            found, told = wrong(status, body, query, edge, None), outcome(status, body)
            return told, found or (None if (told == "edge") == (prefer == "speed") else f"{prefer}: answered by {told}")

        pid = target.embedded.pid
        yield Target(ask, lambda: each(pid, "RouteFunction") / _MB, callers=_CALLERS)


def _lift_limits(gateway: Any) -> None:  # noqa: ANN401  (boto3 builds client classes at run time)
    """Of the caller's plan and of the stage."""
    for plan in gateway.get_usage_plans()["items"]:
        gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=_lifted("/throttle"))
        for stage in plan["apiStages"]:
            gateway.update_stage(
                restApiId=stage["apiId"], stageName=stage["stage"], patchOperations=_lifted("/*/*/throttling")
            )


def _lifted(path: str) -> list[dict[str, str]]:
    return [{"op": "replace", "path": f"{path}/{name}", "value": "1000"} for name in ("rateLimit", "burstLimit")]


def _poster(url: str, key: str) -> Callable[[bytes], tuple[int, Any]]:
    """One connection per thread, kept open."""
    address, mine = urlsplit(url), threading.local()
    headers = {"content-type": "application/json", "x-api-key": key}

    def post(body: bytes) -> tuple[int, Any]:
        connection: http.client.HTTPConnection | None = getattr(mine, "connection", None)
        if connection is None:
            mine.connection = connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        try:
            connection.request("POST", address.path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            mine.connection = None
            return 0, {"code": type(error).__name__}

    return post


TARGETS = {"handler": handler, "api": api}
