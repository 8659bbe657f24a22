"""`python -m benchmarks.generate`: what the generate room itself costs per example, in time and memory.

The room's own code runs over a bucket on disk with a canned teacher that answers at once: cells, questions, parsing,
storing, sketches, splitting, files. What the teacher takes is measured apart and left out. Each size runs in
interpreters of its own, so that its peak is its own; figures are medians of the repeats.

Measured 2026-11-22 on two cores that other work kept busy (load 8), CPU time, one line per run:

    examples  kept    cells    write    assemble  per example  peak (before the work)
    1,000     912     0.006 s  0.108 s  0.185 s   299 us       99.7 MB (96.8)
    1,000     912     0.006 s  0.101 s  0.146 s   254 us       99.8 MB (96.7)
    10,000    9,192   0.011 s  0.666 s  1.567 s   224 us       105.4 MB (96.6)
    10,000    9,192   0.013 s  0.612 s  1.548 s   217 us       105.3 MB (96.7)
    100,000   91,922  0.034 s  7.109 s  18.596 s  257 us       133.9 MB (96.8)
    100,000   91,922  0.044 s  10.696 s 19.813 s  306 us       133.6 MB (96.6)
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from bedrock.converse import Question, Reply
from benchmarks.output import tell
from generate import batches
from generate.dataset import assemble
from generate.plan import first_batches, make
from generate.request import resolve
from intent.plan import Plan
from intent.runs import Keys
from intent.taxonomy import Taxonomy, load
from store.objects import Objects

SIZES = (1_000, 10_000, 100_000)
_SEED = 7
_SETTINGS = Path(__file__).parents[1] / "cdk.json"
_WORDS = [f"{first}{second}{third}" for first in "bdfgklmnprst" for second in "aeiou" for third in "bdfgklmnprst"]
_LENGTHS = (2, 3, 4, 5, 6, 7, 8, 9, 12, 16)
_REPEATED, _NEARLY = 5, 9  # of each batch: the lines that repeat the one before, exactly and nearly


class Disk:
    """S3's get and put over a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803, ARG002  (boto3's names)
        """A stream over the object. ClientError if there is none."""
        try:
            return {"Body": (self._folder / Key.replace("/", "+")).open("rb")}
        except FileNotFoundError:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject") from None

    def put_object(self, *, Bucket: str, Key: str, Body: Any, **_: object) -> None:  # noqa: N803, ARG002, ANN401
        """Write bytes or an open file."""
        with (self._folder / Key.replace("/", "+")).open("wb") as file:
            for piece in (Body,) if isinstance(Body, bytes) else iter(lambda: Body.read(1 << 16), b""):
                file.write(piece)


class Canned:
    """A teacher without a model. `seconds`: CPU that making up its text took."""

    def __init__(self, modalities: Sequence[str]) -> None:
        self.seconds = 0.0
        self._modalities = tuple(modalities)

    def __call__(self, question: Question) -> Reply:
        """Good lines for the cell; of each batch one repeats another exactly, and one nearly."""
        started = time.process_time()
        wanted = json.loads(question.user.splitlines()[-1])
        dice, queries = random.Random(wanted["seed"]), list[str]()  # noqa: S311  (no secret)
        for index in range(wanted["count"]):
            words = dice.choices(_WORDS, k=16 if index == _NEARLY - 1 else dice.choice(_LENGTHS))
            if index == _NEARLY:
                words = [*queries[-1].split()[:-1], "changed"]
            queries.append(queries[-1] if index == _REPEATED else " ".join(words))
        weights = self._weights(wanted["leading"], wanted.get("second"))
        text = "\n".join(json.dumps({"query": query, **weights}) for query in queries)
        self.seconds += time.process_time() - started
        return Reply(text, "stop_sequence", 1_000, 50 * len(queries), 0.0)

    def _weights(self, leading: str, second: str | None) -> dict[str, float]:
        units = {name: 6 if name == leading else 5 if name == second else 1 for name in self._modalities}
        return {name: round(unit / sum(units.values()), 4) for name, unit in units.items()}


def planned(count: int, taxonomy: Taxonomy) -> Plan:
    """A plan of so many examples, with the stack's own settings; Bedrock's limit of a job does not matter here."""
    context = json.loads(_SETTINGS.read_text("utf-8"))["context"]
    models = {role: model for role, model in context["models"].items() if role != "also_allowed"}
    run = resolve({"seed": _SEED}, {**context["run"], **models})
    plan = make(run, taxonomy, run_id="benchmark", execution_arn="", estimate={}, now=datetime.now(UTC))
    run = run.model_copy(update={"examples": count, "holdout": min(500, count // 5), "call_budget": 1.0})
    return plan.model_copy(update={"run": run, "batches": first_batches(run, taxonomy)})


def measure(count: int, folder: Path) -> dict[str, Any]:
    """One data set, here. `seconds`: CPU by step; `base_mb`: the process before it; `peak_mb`: its highest."""
    taxonomy, keys, objects = load(), Keys("benchmark"), Objects(Disk(folder), "data")  # pyright: ignore[reportArgumentType]  (has what is used)
    teacher, base, began = Canned(taxonomy.modalities), _peak(), time.perf_counter()
    clock = [time.process_time()]
    plan = planned(count, taxonomy)
    clock.append(time.process_time())
    for batch in plan.batches:
        batches.write(objects, keys, plan, batch.number, taxonomy=taxonomy, ask=teacher)
    clock.append(time.process_time())
    ready = assemble(objects, keys, plan, taxonomy, round_=0)
    clock.append(time.process_time())
    if ready["status"] != "ready":
        raise RuntimeError(f"examples: {count} gave no data set: {ready}")
    manifest = objects.read_json(keys.manifest)
    seconds = {"cells": clock[1] - clock[0], "write": clock[2] - clock[1] - teacher.seconds}
    seconds["assemble"] = clock[3] - clock[2]
    return {
        **{name: manifest[name] for name in ("asked", "kept", "exact_duplicates", "near_duplicates", "calls")},
        "seconds": seconds,
        "us_per_example": sum(seconds.values()) / count * 1e6,
        "teacher_seconds": teacher.seconds,
        "wall_seconds": time.perf_counter() - began,
        "base_mb": base,
        "peak_mb": _peak(),
    }


def _peak() -> float:
    """Highest resident memory so far in MB. Not getrusage's: that one inherits the parent's across exec. Linux only."""
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def compare(sizes: Sequence[int], repeats: int) -> dict[str, Any]:
    """Medians for every size, and how time per example and peak grow from the smallest to the largest."""
    found = [_median([_alone(size) for _ in range(repeats)]) for size in sizes]
    growth = {
        "us_per_example": round(found[-1]["us_per_example"] / found[0]["us_per_example"], 3),
        "peak_mb": round(found[-1]["peak_mb"] - found[0]["peak_mb"], 1),
    }
    return {"repeats": repeats, "sizes": found, "growth": growth}


def _alone(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="generate-") as folder:
        command = [sys.executable, "-m", "benchmarks.generate", "--folder", folder, "--sizes", str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  (ourselves)
    return json.loads(done.stdout)


def _median(runs: Sequence[Any]) -> Any:  # noqa: ANN401  (numbers, nested in objects)
    if isinstance(runs[0], dict):
        return {name: _median([run[name] for run in runs]) for name in runs[0]}
    return round(statistics.median(runs), 3)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description="What the generate room costs.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="measure the first size once, in this process and folder, and end")
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args(arguments)
    found = measure(given.sizes[0], given.folder) if given.folder else compare(given.sizes, given.repeats)
    tell(found, given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
