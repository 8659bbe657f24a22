"""Cold start of the route function beside a bare boto3 handler: from the handler's import to its first answer.

Each start is a fresh interpreter (`python -S`, as Lambda's has no `.pth` files to run), in turns; both use the same
packages, in the same state: precompiled or not.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_PROBE = """
import sys, time
wall, cpu = time.perf_counter(), time.process_time()
from {module} import {function} as handler
imported = time.perf_counter() - wall
event = {event}
class Context:
    aws_request_id = "00000000-0000-4000-8000-000000000001"
answer = handler(event, Context())
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
assert answer["statusCode"] == 200, answer
import resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(wall * 1000, cpu * 1000, imported * 1000, peak, len(sys.modules), file=sys.stderr)
"""
SIDES = {"route": ("route.handler", "route"), "bare": ("benchmarks.bare", "handler")}
FIGURES = ("total_ms", "cpu_ms", "import_ms", "peak_mb", "modules")
"""Wall clock and CPU time until the first answer, wall clock of the import, peak memory, modules loaded."""


def compare(runs: int, environment: Mapping[str, str], event: Mapping[str, Any]) -> dict[str, Any]:
    """Medians of each side, and the ratio of each pair of neighbouring starts: its median, lowest and highest."""
    for side in SIDES:  # files and bytecode become warm
        _start(side, environment, event)
    taken = [{side: _start(side, environment, event) for side in SIDES} for _ in range(runs)]
    return {
        "runs": runs,
        **{side: _medians([turn[side] for turn in taken]) for side in SIDES},
        "ratio": {name: _ratio([(turn["route"][name], turn["bare"][name]) for turn in taken]) for name in FIGURES[:3]},
    }


def _start(side: str, environment: Mapping[str, str], event: Mapping[str, Any]) -> dict[str, float]:
    module, function = SIDES[side]
    code = _PROBE.format(module=module, function=function, event=repr(dict(event)))
    done = subprocess.run(  # noqa: S603  (our own statements)
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    if done.returncode:
        raise RuntimeError(f"{side} did not start:\n{done.stderr[-2000:]}{done.stdout[-1000:]}")
    return dict(zip(FIGURES, map(float, done.stderr.splitlines()[-1].split()), strict=True))


def _medians(taken: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(turn[name] for turn in taken), 1) for name in FIGURES}


def _ratio(pairs: Sequence[tuple[float, float]]) -> dict[str, float]:
    found = [ours / bare for ours, bare in pairs]
    return {
        "median": round(statistics.median(found), 3),
        "min": round(min(found), 3),
        "max": round(max(found), 3),
    }


def packages() -> str:
    """The folder of the installed packages, which `-S` leaves out."""
    import boto3  # noqa: PLC0415  (only to find it)

    return str(Path(boto3.__file__).parents[1])
