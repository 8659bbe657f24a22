"""The generate room's side of `benchmarks.overhead`: its plan, its batches, its assembly, over a bucket on disk.

`python -m benchmarks.overhead_ours REPLIES SETTINGS OUT`: JSON lines in, each the text of one call; a JSON object in,
another out.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bedrock.converse import Question, Reply
from benchmarks.generate import Disk, planned
from generate import batches, dataset
from intent import taxonomy
from intent.runs import Keys
from store.objects import Objects


def run(replies: Sequence[str], examples: int, folder: Path) -> dict[str, float]:
    """What was kept and how long it took, from planning the cells to the data set's files."""
    disk: Any = Disk(folder)
    objects, keys, domain, answers = Objects(disk, "data"), Keys("benchmark"), taxonomy.load(), iter(replies)

    def ask(question: Question) -> Reply:  # noqa: ARG001  (the replies come in the plan's order)
        return Reply(next(answers), "end_turn", 1, 1, 0.0)

    started = time.perf_counter()
    plan = planned(examples, domain)
    objects.write_json(keys.plan, plan.model_dump(mode="json"))
    for batch in plan.batches:
        batches.write(objects, keys, plan, batch.number, taxonomy=domain, ask=ask)
    found = dataset.assemble(objects, keys, plan, domain, round_=0)
    seconds = time.perf_counter() - started
    if found["status"] != "ready":
        raise RuntimeError(f"examples: {examples} gave no data set: {found}")
    return {"kept": sum(found[name] for name in ("train", "validation", "holdout")), "seconds": seconds}


def main() -> int:
    """The command; its exit code."""
    replies, settings, out = (Path(given) for given in sys.argv[1:])
    texts = [json.loads(line) for line in replies.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
        found = run(texts, json.loads(settings.read_text("utf-8"))["examples"], Path(folder))
    out.write_text(json.dumps(found), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
