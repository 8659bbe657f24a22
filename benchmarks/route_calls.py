"""`python -m benchmarks.route_calls CALLS ROUNDS OUT`: time the route function beside bare boto3, call by call.

Both live in this one process and call the same loopback in turns, so that what else the machine does hits both. Every
query is new, so no cache answers. Run by `benchmarks.route`, which sets the environment.
"""

import gc
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.gateway import Context, Side, events
from benchmarks.metrics import percentile

_WARM = 50


def compare(sides: dict[str, Side], calls: int, rounds: int) -> dict[str, Any]:
    """Figures of both sides, and their ratios by round. Each side sees its own queries; who goes first alternates."""
    given, sources = events(), dict[str, int]()
    _turns(sides, given, min(calls, _WARM), sources)
    sources.clear()
    gc.collect()
    gc.freeze()
    taken = [_turns(sides, given, calls, sources) for _ in range(rounds)]
    whole = {side: [time for turn in taken for time in turn[side]] for side in sides}
    figures = [{side: _figures(turn[side]) for side in sides} for turn in taken]
    return {
        "calls": calls * rounds,
        "rounds": rounds,
        "sources": sources,
        **{side: _figures(times) for side, times in whole.items()},
        "ratio": {name: _ratio(figures, name) for name in ("p50", "p99", "mean", "cpu")},
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def _turns(
    sides: dict[str, Side], given: Iterator[dict[str, Any]], calls: int, sources: dict[str, int]
) -> dict[str, list[tuple[float, float]]]:
    """Wall clock and CPU seconds of each call, by side."""
    taken: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    for turn in range(calls):
        for side in sorted(sides, reverse=bool(turn % 2)):
            event = next(given)
            wall, cpu = time.perf_counter(), time.process_time()
            answer = sides[side](event, Context())
            taken[side].append((time.perf_counter() - wall, time.process_time() - cpu))
            if answer["statusCode"] != 200:  # noqa: PLR2004  (HTTP)
                raise RuntimeError(f"{side}: {answer['body']}")
            source = json.loads(answer["body"]).get("source", side)
            sources[source] = sources.get(source, 0) + 1
    return taken


def _figures(taken: list[tuple[float, float]]) -> dict[str, float]:
    """Milliseconds per call, and calls per second of one process that answers one after the other."""
    walls, cpus = [wall * 1000 for wall, _ in taken], [cpu * 1000 for _, cpu in taken]
    mean = statistics.mean(walls)
    found = {
        "p50": percentile(walls, 0.5),
        "p99": percentile(walls, 0.99),
        "mean": mean,
        "cpu": statistics.mean(cpus),
        "per_second": 1000 / mean,
    }
    return {name: round(value, 3) for name, value in found.items()}


def _ratio(rounds: list[dict[str, dict[str, float]]], name: str) -> dict[str, float]:
    """Route to bare: the median of the rounds, and the lowest and highest of them."""
    found = [figures["route"][name] / figures["bare"][name] for figures in rounds]
    return {key: round(value, 3) for key, value in _spread(found).items()}


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def main() -> int:
    """The command; its exit code."""
    from benchmarks import bare  # noqa: PLC0415  (both make clients, which the environment must be ready for)
    from route import handler  # noqa: PLC0415

    sides: dict[str, Side] = {"route": handler.route, "bare": bare.handler}
    calls, rounds, out = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    out.write_text(json.dumps(compare(sides, calls, rounds)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
