"""`python -m benchmarks.overhead`: what generating costs beside the model, in our generate room and in distilabel.

Both sides get the same canned replies at once, call by call: a model without latency. What remains is overhead. Each
side runs in a process, and an environment, of its own; docs/benchmarks.md says what each figure means.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.generate import Canned, planned
from benchmarks.output import tell
from benchmarks.watched import watched
from generate.batches import request
from intent import taxonomy

SIZES = (1_000, 10_000)
_OTHER = Path(__file__).parents[1] / ".venv-distilabel" / "bin" / "python"
_LIMIT = 900  # seconds; a step of a distilabel pipeline that fails may leave it waiting for ever


def compare(sizes: Sequence[int], other: Path) -> dict[str, Any]:
    """The report: both sides at every size, and what one more example costs between the smallest and the largest."""
    runs = [_both(size, other) for size in sorted(sizes)]
    return {
        "runs": runs,
        "marginal_us": {side: _marginal(runs, side) for side in ("ours", "distilabel")},
        "meta": {
            "schema": 1,
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "machine": {"architecture": platform.machine(), "cpus": os.cpu_count()},
        },
    }


def _both(size: int, other: Path) -> dict[str, Any]:
    domain = taxonomy.load()
    plan, teacher = planned(size, domain), Canned(domain.modalities)
    run = plan.run
    settings = {"examples": size, "threshold": run.near_duplicate, "train": run.training / size, "seed": run.seed}
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
        replies, given = Path(folder) / "replies.jsonl", Path(folder) / "settings.json"
        given.write_text(json.dumps(settings), "utf-8")
        texts = (json.dumps(teacher(request(batch, plan, domain)).text) for batch in plan.batches)
        replies.write_text("".join(f"{text}\n" for text in texts), "utf-8")
        pythons = {"ours": Path(sys.executable), "distilabel": other}
        found = {side: _side(side, python, (replies, given, Path(folder) / side)) for side, python in pythons.items()}
    for figures in found.values():
        if "seconds" in figures:
            figures["overhead_us"] = round(figures["seconds"] / size * 1e6, 1)
    return {**settings, "batch_size": run.batch_size, "calls": len(plan.batches), **found}


def _side(side: str, python: Path, files: tuple[Path, Path, Path]) -> dict[str, Any]:
    if not python.exists():
        return {"skipped": "not installed: make bench-distilabel"}
    command = [str(python), "-m", f"benchmarks.overhead_{side}", *(str(path) for path in files)]
    found = watched(command, files[-1], _LIMIT)
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}


def _marginal(runs: Sequence[Mapping[str, Any]], side: str) -> float | None:
    """Microseconds for each further example: what starting up takes is not in it."""
    first, last = runs[0], runs[-1]
    if first is last or not all("seconds" in run[side] for run in (first, last)):
        return None
    gap = last[side]["seconds"] - first[side]["seconds"]
    return round(gap / (last["examples"] - first["examples"]) * 1e6, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="examples")
    parser.add_argument("--distilabel", type=Path, default=_OTHER, help="the Python that has distilabel")
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args(arguments)
    tell(compare(given.sizes, given.distilabel), given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
