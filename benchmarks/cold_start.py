"""`python -m benchmarks.cold_start`: what importing the route function costs in a fresh interpreter, side by side.

from benchmarks.output import tell


Each statement runs in an interpreter of its own, in turns, so that a busy moment hits all alike. Bytecode and files
are warm here; on Lambda they are not, so only the differences carry over. Linux only: memory is read from /proc.
"""

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.output import tell

_ROOT = Path(__file__).parents[1]
STATEMENTS = {
    "bare_boto3": "import json, boto3",
    "bare_boto3_and_numpy": "import json, boto3, numpy",
    "route": "import route.handler",
    "route_and_numpy": "import route.handler, numpy",
}
_PROBE = """
import time
started = time.perf_counter()
{statement}
elapsed = time.perf_counter() - started
import sys
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(elapsed * 1000, int(peak.split()[1]) / 1024, "numpy" in sys.modules)
"""
_ENVIRONMENT = {"POWERTOOLS_METRICS_NAMESPACE": "IntentRouter", "POWERTOOLS_SERVICE_NAME": "route"}


def probe(statement: str) -> tuple[float, float, bool]:
    """Milliseconds of a statement in a fresh interpreter, its peak memory in MB, and whether numpy was loaded."""
    environment = {**os.environ, **_ENVIRONMENT, "PYTHONPATH": str(_ROOT / "lambdas")}
    command = [sys.executable, "-c", _PROBE.format(statement=statement)]
    done = subprocess.run(  # noqa: S603  (our own statements)
        command, capture_output=True, text=True, check=True, env=environment, cwd=_ROOT / "lambdas"
    )
    elapsed, memory, numpy = done.stdout.split()
    return float(elapsed), float(memory), numpy == "True"


def compare(runs: int) -> dict[str, Any]:
    """Median, smallest and largest import time and median peak memory of every statement, after one unmeasured run."""
    for statement in STATEMENTS.values():
        probe(statement)
    taken = [{name: probe(statement) for name, statement in STATEMENTS.items()} for _ in range(runs)]
    found: dict[str, Any] = {"runs": runs, "python": sys.version.split()[0]}
    for name, statement in STATEMENTS.items():
        times = [turn[name][0] for turn in taken]
        found[name] = {
            "statement": statement,
            "import_ms": {
                "median": round(statistics.median(times), 1),
                "min": round(min(times), 1),
                "max": round(max(times), 1),
            },
            "memory_mb": round(statistics.median(turn[name][1] for turn in taken), 1),
            "numpy": taken[0][name][2],
        }
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args(arguments)
    tell(compare(given.runs), given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
