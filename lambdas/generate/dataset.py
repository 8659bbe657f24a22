"""A run's data set in the bucket: read the replies, assemble, top up, write the splits and their account."""

import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from generate import files
from generate.assemble import ROUNDS, Assembly
from generate.batches import Found, Refusals, find, request
from generate.cells import top_up
from intent.plan import Batch, Plan
from intent.runs import Keys
from intent.taxonomy import Taxonomy
from store.objects import Objects

_READERS = 8
_LINES = "application/jsonl"
_NONE = Refusals()


def assemble(
    objects: Objects, keys: Keys, plan: Plan, taxonomy: Taxonomy, *, round_: int, refused: Refusals = _NONE
) -> dict[str, Any]:
    """`ready` with the counts of the splits, `short` with the numbers of new batches, or `failed` and why.

    `round_`: rounds of topping up so far, from 0; after `ROUNDS` of them, or when the budget of calls is spent, it
    makes do or fails; at once where most of the batches of this round were `refused`. Called again for the same round
    it gives the same answer: a plan is not extended twice.
    """
    if again := [batch for batch in plan.batches if batch.round == round_ + 1]:
        return _short(again)
    with TemporaryDirectory() as folder, Assembly(Path(folder), plan, taxonomy) as made:
        for batch, found in _replies(objects, keys, plan, taxonomy):
            made.account.unusable += found == "unusable"
            made.take(batch, None if isinstance(found, str) else found)
        made.settle()
        again_in_vain = round_ >= ROUNDS or refused.mostly
        if not again_in_vain and (more := top_up(plan, made.account.kept(), round_=round_ + 1)):
            extended = plan.model_copy(update={"batches": [*plan.batches, *more]})
            objects.write_json(keys.plan, extended.model_dump(mode="json"))
            return _short(more)
        if message := made.objection(round_):
            return _failed(message, refused)
        return {"status": "ready", **_publish(objects, keys, made, Path(folder))}


def _failed(message: str, refused: Refusals) -> dict[str, Any]:
    if not refused.mostly:
        return {"status": "failed", "message": message}
    told = f"the teacher refused {refused.batches} of {refused.of} batches: {refused.reason} ({message})"
    return {"status": "failed", "error": "BatchesRefused", "message": told}


def _short(more: list[Batch]) -> dict[str, Any]:
    return {"status": "short", "first": more[0].number, "last": more[-1].number}


def _replies(objects: Objects, keys: Keys, plan: Plan, taxonomy: Taxonomy) -> Iterator[tuple[Batch, Found]]:
    """Replies in the plan's order, a few read ahead."""
    waiting: deque[tuple[Batch, Future[Found]]] = deque()
    with ThreadPoolExecutor(_READERS) as pool:
        for batch in plan.batches:
            question = request(batch, plan, taxonomy)
            waiting.append((batch, pool.submit(find, objects, keys, batch.number, question)))
            if len(waiting) > _READERS:
                first, future = waiting.popleft()
                yield first, future.result()
        for batch, future in waiting:
            yield batch, future.result()


def _publish(objects: Objects, keys: Keys, made: Assembly, folder: Path) -> dict[str, int]:
    """Write all files, the manifest last; the counts of the splits."""
    plan, taxonomy, parts = made.plan, made.taxonomy, made.splits().parts()
    figures, hashes = files.Figures(taxonomy.modalities), dict[str, str]()
    for name, numbers in parts.items():
        lines, records = folder / f"{name}.jsonl", folder / f"{name}-examples.jsonl"
        watched = figures.watch(made.examples(numbers))
        hashes[name] = files.write(lines, files.conversations(watched, name, plan, taxonomy))
        files.write(records, (example.model_dump_json() for example in made.examples(numbers)))
        objects.write_file(keys.split(name), lines, _LINES)
        objects.write_file(keys.examples(name), records, _LINES)
    files.write(folder / "dropped.jsonl", (json.dumps(asdict(entry), ensure_ascii=False) for entry in made.dropped()))
    objects.write_file(keys.dropped, folder / "dropped.jsonl", _LINES)
    counts = {name: len(numbers) for name, numbers in parts.items()}
    manifest = {
        **made.account.figures(plan, taxonomy.modalities),
        **counts,
        **figures.result(),
        "seed": plan.run.seed,
        "teacher": plan.run.teacher,
        "road": plan.run.road,
        "prompt_version": plan.prompt_version,
        "sha256": hashes,
    }
    objects.write_json(keys.manifest, manifest)
    return counts
