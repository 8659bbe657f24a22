"""`python -m benchmarks.fit`: time and peak memory of fitting the edge student, against the limits of its function.

The teacher writes the records once; each size is then fitted in an interpreter of its own, so that its peak is its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import output
from edge.training import fit
from intent.plan import VALIDATION_SHARE
from intent.records import Example
from intent.taxonomy import load

SIZES = (1_000, 10_000, 15_000)
_SEED = 7
LAMBDA = {"memory_mb": 3008, "seconds": 900}


def measure(records: Path, count: int) -> dict[str, float]:
    """Fit the first `count` records here. `base_mb`: the process before it; `peak_mb`: its highest, base included.

    `cpu_seconds` is what remains of `seconds` when other processes want the machine as well.
    """
    lines = records.read_text("utf-8").splitlines()[:count]
    examples = [(row.query, row.weights) for row in map(Example.model_validate_json, lines)]
    kept = round(len(examples) * VALIDATION_SHARE)
    base, started, busy = _peak(), time.perf_counter(), time.process_time()
    fitted = fit(examples[kept:], examples[:kept], load().modalities, _SEED)
    return {
        "records": len(examples),
        "seconds": round(time.perf_counter() - started, 2),
        "cpu_seconds": round(time.process_time() - busy, 2),
        "base_mb": round(base, 1),
        "peak_mb": round(_peak(), 1),
        "agreement": round(fitted.metrics["agreement"], 4),
    }


def _peak() -> float:
    """Highest resident memory so far in MB. Not getrusage's: that one inherits the parent's across exec. Linux only."""
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def write(path: Path, count: int) -> None:
    """As many records as the largest size needs, as a run would have them."""
    from rich.console import Console  # noqa: PLC0415  (none of these may count as memory of the fit)

    from benchmarks.progress import bars  # noqa: PLC0415
    from benchmarks.training import ask_of, generate, settings  # noqa: PLC0415
    from local.bedrock.models.registry import for_role  # noqa: PLC0415

    with bars(Console(stderr=True)) as tell:
        splits = generate(settings(count, _SEED), load(), ask_of(for_role("teacher")), tell)
    rows = [row for part in splits.parts().values() for row in part]
    path.write_text("".join(f"{row.model_dump_json()}\n" for row in rows), "utf-8")


def compare(sizes: Sequence[int]) -> dict[str, Any]:
    """What `measure` finds for every size, and Lambda's limits beside it."""
    with tempfile.TemporaryDirectory(prefix="fit-") as folder:
        records = Path(folder) / "records.jsonl"
        write(records, max(sizes))
        command = [sys.executable, "-m", "benchmarks.fit", "--records", str(records), "--sizes"]
        found = [
            subprocess.run([*command, str(size)], capture_output=True, text=True, check=True)  # noqa: S603  (ourselves)
            for size in sizes
        ]
    return {"limits": LAMBDA, "fits": [json.loads(done.stdout) for done in found]}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--records", type=Path, help="fit the first size on these records in this process, and end")
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args(arguments)
    found = measure(given.records, given.sizes[0]) if given.records else compare(given.sizes)
    output.tell(found, given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
