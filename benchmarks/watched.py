"""A command from its start to its end: how long, how much CPU, how much memory all of its processes took together."""

import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.memory import held

_ROOT = Path(__file__).parents[1]
_EVERY = 0.25  # seconds between two looks at the memory; one takes up to 50 ms


def watched(command: Sequence[str], out: Path, limit: float) -> dict[str, Any]:
    """What the command wrote to `out` (one JSON object), with `process_seconds`, `cpu_seconds` and `peak_mb` added.

    A page of memory that several processes share counts once. `{"failed": why}` if it fails, or runs longer than
    `limit` seconds: it is then ended with all that it started.
    """
    before, started, peak = _used(), time.perf_counter(), 0
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603  (our own modules)
        command, cwd=_ROOT, env=_environment(), stdout=quiet, stderr=quiet, start_new_session=True
    )
    while process.poll() is None:
        peak = max(peak, held(process.pid))
        if time.perf_counter() - started > limit:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return {"failed": f"did not end in {limit:.0f} s"}
        time.sleep(_EVERY)
    if process.returncode or not out.exists():
        return {"failed": f"exit code {process.returncode}"}
    return {
        **json.loads(out.read_text("utf-8")),
        "process_seconds": time.perf_counter() - started,
        "cpu_seconds": _used() - before,
        "peak_mb": peak / 2**20,
    }


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": f"{_ROOT}{os.pathsep}{_ROOT / 'lambdas'}"}
