"""`python -m benchmarks.load`: so many requests a second for so long, a fifth of the model's calls failing.

Requests are sent when they are due, whether or not earlier ones are answered, and a latency counts from that moment, so
that a queue shows. Every answer is checked: contract, query, and the weights that this very query must have. Memory is
sampled all along. `handler`: the route function in this process, one request at a time, as Lambda gives them; its
clients are real, answered on the wire. `api`: an embedded AWS of its own, with a student trained on 300 examples.
Linux only.
"""

import argparse
import statistics
import sys
import threading
import time
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.load_targets import TARGETS, Target
from benchmarks.output import tell

_EVERY = 1.0  # seconds between two looks at the memory
_GRACE = 2.0  # seconds after the end in which what waits is still sent


@dataclass
class Seen:
    """What came back, and what it took. `memory`: (seconds, MB). `unsent`: due, but no caller was free in time."""

    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    outcomes: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    memory: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    seconds: float = 0.0
    unsent: int = 0


def load(target: Target, seconds: float, rate: float) -> Seen:
    """Send `rate` requests a second for `seconds`."""
    seen, over, lock, numbers = Seen(), threading.Event(), threading.Lock(), iter(range(round(seconds * rate)))
    target.ask(-1)  # a cold start is measured by benchmarks.cold_start
    started = time.perf_counter()

    def send(number: int) -> None:
        due = started + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        if time.perf_counter() > started + seconds + _GRACE:
            with lock:
                seen.unsent += 1
            return
        outcome, wrong = target.ask(number)
        with lock:
            seen.latencies.append((time.perf_counter() - due) * 1000)
            seen.outcomes[outcome] += 1
            seen.wrong += [f"request {number}: {wrong}"] if wrong else []

    def caller(_: int) -> None:
        """One request after the other. Nothing is queued: a list of all that is to come would show in the memory."""
        while (number := next(numbers, None)) is not None:
            send(number)

    watcher = threading.Thread(target=_watch, args=(target.memory, seen, started, over))
    watcher.start()
    with ThreadPoolExecutor(target.callers) as pool:
        list(pool.map(caller, range(target.callers)))
    seen.seconds = time.perf_counter() - started
    over.set()
    watcher.join()
    return seen


def _watch(memory: Callable[[], float], seen: Seen, started: float, over: threading.Event) -> None:
    while True:
        seen.memory.append((time.perf_counter() - started, memory()))
        if over.wait(_EVERY):
            return


def summary(seen: Seen, rate: float) -> dict[str, Any]:
    """The figures. `growth_mb`: the last quarter's median over the second quarter's; by then caches are warm."""
    ordered = sorted(seen.latencies)
    shares = {name: ordered[min(len(ordered) - 1, int(len(ordered) * share))] for name, share in _SHARES.items()}
    held = [size for _, size in seen.memory]
    quarter = max(1, len(held) // 4)
    found: dict[str, Any] = {
        "asked_per_second": rate,
        "answered_per_second": round(len(ordered) / seen.seconds, 1),
        "requests": len(ordered),
        "unsent": seen.unsent,
        "outcomes": dict(sorted(seen.outcomes.items())),
        "wrong_answers": len(seen.wrong),
        "wrong": seen.wrong[:5],
        "latency_ms": {name: round(value, 2) for name, value in {**shares, "max": ordered[-1]}.items()},
        "memory_mb": {"start": round(held[0], 1), "end": round(held[-1], 1), "peak": round(max(held), 1)},
        "growth_mb": round(
            statistics.median(held[-quarter:]) - statistics.median(held[quarter : 2 * quarter] or held), 2
        ),
    }
    later = seen.memory[len(seen.memory) // 4 :]
    if len(later) > 1:
        slope = statistics.linear_regression(*zip(*later, strict=True)).slope
        found["slope_mb_per_minute"] = round(slope * 60, 2)
    return found


_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code: 1 if one answer was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--target", choices=sorted(TARGETS), default="handler")
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args(arguments)
    with TARGETS[given.target]() as target:
        seen = load(target, given.seconds, given.rate)
    found = summary(seen, given.rate)
    tell({"target": given.target, "seconds": given.seconds, **found}, given.json)
    return 1 if found["wrong_answers"] else 0


if __name__ == "__main__":
    sys.exit(main())
