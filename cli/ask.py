"""Ask the deployed `POST /route`, as any caller does: one HTTPS request."""

import json
import shlex
from dataclasses import dataclass
from decimal import Decimal
from time import perf_counter
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from cli.caller import Route
from cli.problems import NoAnswer

_TIMEOUT = 30  # seconds; API Gateway itself gives up after 29


@dataclass(frozen=True)
class Answer:
    """What came back: HTTP status, decoded JSON body, and the caller's own stopwatch in milliseconds."""

    status: int
    body: dict[str, Any]
    elapsed_ms: float


Prefer = Literal["quality", "speed"]


def ask(route: Route, query: str, *, explain: bool = False, prefer: Prefer | None = None) -> Answer:
    """Route one query. NoAnswer if nothing listens or what came back is not JSON; a 4xx or 5xx is an Answer."""
    wish = {"prefer": prefer} if prefer else {}
    return post(route, json.dumps({"query": query, "explain": explain, **wish}).encode())


def post(route: Route, body: bytes, *, with_key: bool = True) -> Answer:
    """Send `body` as it is."""
    headers = {"content-type": "application/json"} | (route.credentials(body) if with_key else {})
    request = Request(route.url, data=body, headers=headers, method="POST")  # noqa: S310  (the stack's own URL)
    proxies = {} if urlsplit(route.url).hostname == "localhost" else None  # loopback never goes through a proxy
    started = perf_counter()
    try:
        with build_opener(ProxyHandler(proxies)).open(request, timeout=_TIMEOUT) as response:
            status, text = response.status, response.read()
    except HTTPError as error:
        status, text = error.code, error.read()
    except (URLError, TimeoutError) as error:
        raise NoAnswer(f"{route.url} does not answer: {error}") from error
    elapsed_ms = 1000 * (perf_counter() - started)
    try:
        return Answer(status, json.loads(text), elapsed_ms)
    except ValueError:
        raise NoAnswer(f"{route.url} answered {status} with something that is not JSON.") from None


def sums_to_one(weights: dict[str, float]) -> bool:
    """Whether the weights, as written in decimal, add up to exactly 1."""
    return sum(Decimal(str(weight)) for weight in weights.values()) == 1


def sentence(answer: Answer) -> str:
    """One line: the weights, largest first, where they came from, and how long it took."""
    body = answer.body
    if answer.status != 200:  # noqa: PLR2004
        return f"{answer.status} {body.get('code', '')}: {body.get('message', '')} (request {body.get('request_id')})"
    weights: dict[str, float] = body["weights"]
    ranked = sorted(weights.items(), key=lambda item: -item[1])
    shown = ", ".join(f"{name} {weight:g}" for name, weight in ranked)
    return f"{shown}  [{body['source']}, {answer.elapsed_ms:.0f} ms]"


def curl(route: Route, query: str) -> str:
    """The same request as a line to paste into a shell."""
    body = json.dumps({"query": query})
    shown = [] if route.signer else [f"{name}: {value}" for name, value in route.credentials(body.encode()).items()]
    headers = [part for header in (*shown, "content-type: application/json") for part in ("-H", header)]
    signed = ["--aws-sigv4", f"aws:amz:{route.region}:execute-api", "--user", "KEY:SECRET"] if route.signer else []
    return shlex.join(("curl", "-s", route.url, *signed, *headers, "-d", body))
