"""A run's data set in the bucket: read the batches, assemble, write the splits and their account."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from generate import assemble as assembly
from generate.batches import receipt
from generate.write import Receipt
from intent.plan import MIN_TRAINING, Plan
from intent.records import Example
from intent.runs import Keys
from intent.taxonomy import Taxonomy
from store.objects import Objects

_READERS = 8


def assemble(objects: Objects, keys: Keys, plan: Plan, taxonomy: Taxonomy, *, round_: int) -> dict[str, Any]:
    """`ready` with the counts of the splits, `short` with the numbers of new batches, or `failed` and why.

    `round_`: rounds of topping up so far, from 0; after `ROUNDS` of them it makes do or fails.
    """
    receipts, examples = _written(objects, keys, plan)
    found = assembly.distinct(examples)
    missing = plan.run.examples - len(found.examples)
    if missing > 0 and round_ < assembly.ROUNDS:
        more = assembly.top_up(plan, taxonomy, missing=missing)
        extended = plan.model_copy(update={"batches": [*plan.batches, *more]})
        objects.write_json(keys.plan, extended.model_dump(mode="json"))
        return {"status": "short", "first": len(plan.batches) + 1, "last": len(extended.batches)}
    if len(found.examples) < assembly.ENOUGH * plan.run.examples:
        message = f"only {len(found.examples)} of {plan.run.examples} examples after {round_} rounds of topping up"
        return {"status": "failed", "message": message}
    splits = assembly.split(found.examples, plan)
    if len(splits.train) < MIN_TRAINING:
        message = f"only {len(splits.train)} examples are left for training; Bedrock needs {MIN_TRAINING}"
        return {"status": "failed", "message": message}
    lines = assembly.files(splits, plan, taxonomy)
    for name, part in splits.parts().items():
        objects.write_lines(keys.split(name), lines[name])
        objects.write_lines(keys.examples(name), (example.model_dump_json() for example in part))
    objects.write_json(keys.manifest, assembly.manifest(plan, found, splits, receipts, lines))
    return {"status": "ready", **{name: len(part) for name, part in splits.parts().items()}}


def _written(objects: Objects, keys: Keys, plan: Plan) -> tuple[list[Receipt], list[Example]]:
    """Receipts of the batches that were written, and their examples, in the plan's order."""

    def read(number: int) -> tuple[Receipt, list[Example]] | None:
        found = receipt(objects, keys, number)
        return found and (found, [Example.model_validate_json(line) for line in objects.read_lines(keys.batch(number))])

    with ThreadPoolExecutor(_READERS) as pool:
        batches = [found for found in pool.map(read, (batch.number for batch in plan.batches)) if found]
    return [found for found, _ in batches], [example for _, part in batches for example in part]
