"""`python -m benchmarks.route`: what the route function adds to a bare boto3 Converse call, and what a route costs.

Behind both sides stands the same loopback that speaks Converse; docs/benchmarks.md says what each figure means.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import route_cold, route_cost
from benchmarks.gateway import events, queries
from benchmarks.loopback import DEPLOYMENT
from benchmarks.output import tell
from cdk.assets import code

_ROOT = Path(__file__).parents[1]
COVERAGE = 0.93  # of the cascade: the share that the edge student answers alone on queries that people wrote
# By case: the mode, and whether the pointer's threshold lets the edge student be sure.
CASES = {"distilled": ("distilled", "never"), "cascade": ("cascade", "never"), "edge": ("cascade", "sure")}


def compare(calls: int, rounds: int, slow_calls: int, starts: int, slow_ms: int = 800) -> dict[str, Any]:
    """The report."""
    bundle = code(_ROOT)
    found: dict[str, Any] = {"calls": {}, "cold_start": {}}
    with loopback(0) as port:
        for case in CASES:
            found["calls"][f"{case}_0ms"] = _calls(case, bundle, port, calls, rounds)
        for case in ("distilled", "edge"):
            found["cold_start"][case] = _cold(case, bundle, port, starts)
    with loopback(slow_ms) as port:
        found["calls"][f"distilled_{slow_ms}ms"] = _calls(
            "distilled", bundle, port, slow_calls, min(rounds, slow_calls)
        )
    return {**found, **route_cost.measure(queries(), COVERAGE), "meta": _meta()}


@contextmanager
def loopback(latency_ms: float) -> Generator[int]:
    """The port of a loopback in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.loopback", str(latency_ms)]
    with subprocess.Popen(  # noqa: S603  (our own module)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
    ) as server:
        assert server.stdin
        assert server.stdout
        yield int(server.stdout.readline())
        server.stdin.close()


def environment(case: str, bundle: Path, port: int) -> dict[str, str]:
    """What Lambda and the stack would set, and the way to the loopback."""
    mode, sure = CASES[case]
    return {
        "PYTHONPATH": os.pathsep.join((str(bundle), str(_ROOT), route_cold.packages())),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_SESSION_TOKEN": "benchmark",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "POWERTOOLS_SERVICE_NAME": "route",
        "POWERTOOLS_METRICS_NAMESPACE": "IntentRouter",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "DATA_BUCKET": "data",
        "POINTER_PARAMETER": f"/benchmark/{sure}",
        "ROUTE_MODE": mode,
        "LOG_SALT": "arn:aws:cloudformation:us-east-1:111122223333:stack/benchmark",
        "DEPLOYMENT_ARN": DEPLOYMENT,
    }


def _calls(case: str, bundle: Path, port: int, calls: int, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="route-") as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "benchmarks.route_calls", str(max(1, calls // rounds)), str(rounds), str(out)]
        done = subprocess.run(  # noqa: S603  (our own module)
            command,
            env={**os.environ, **environment(case, bundle, port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{case}: {done.stderr[-2000:]}")
        return json.loads(out.read_text("utf-8"))


def _cold(case: str, bundle: Path, port: int, starts: int) -> dict[str, Any]:
    """Once with bytecode, as a precompiled bundle has it, and once without."""
    given, event = environment(case, bundle, port), next(events())
    with tempfile.TemporaryDirectory(prefix="no-bytecode-") as empty:
        without: Mapping[str, str] = {**given, "PYTHONPYCACHEPREFIX": empty, "PYTHONDONTWRITEBYTECODE": "1"}
        return {
            "precompiled": route_cold.compare(starts, given, event),
            "source_only": route_cold.compare(max(1, starts // 3), without, event),
        }


def _meta() -> dict[str, Any]:
    return {
        "schema": 1,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": {"architecture": platform.machine(), "cpus": os.cpu_count()},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.route", description=__doc__)
    parser.add_argument("--calls", type=int, default=3000, help="to each side, without latency")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--slow-calls", type=int, default=60, help="to each side, with 800 ms behind")
    parser.add_argument("--starts", type=int, default=15, help="cold starts of each side")
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args(arguments)
    tell(compare(given.calls, given.rounds, given.slow_calls, given.starts), given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
