"""From batches to a data set: duplicates out, top up what is short, split, and account for every line."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from generate.cells import batches
from generate.near import repeats
from generate.write import Receipt
from intent import prompts
from intent.plan import Batch, Plan
from intent.records import Example, answer, conversation, plain
from intent.taxonomy import Taxonomy

ROUNDS = 3
ENOUGH = 0.9


@dataclass(frozen=True, slots=True)
class Distinct:
    """Examples that differ from each other, and how many did not."""

    examples: list[Example]
    duplicates: int
    near_duplicates: int


def distinct(examples: Iterable[Example]) -> Distinct:
    """Drop what repeats an earlier query exactly (after normalising) or nearly."""
    first: dict[str, Example] = {}
    total = 0
    for example in examples:
        total += 1
        first.setdefault(plain(example.query), example)
    unique = list(first.values())
    flags = repeats(example.query for example in unique)
    kept = [example for example, repeated in zip(unique, flags, strict=True) if not repeated]
    return Distinct(kept, total - len(unique), len(unique) - len(kept))


def top_up(plan: Plan, taxonomy: Taxonomy, *, missing: int) -> list[Batch]:
    """More batches, for exactly what is missing, with seeds of their own."""
    size, first = plan.run.batch_size, len(plan.batches) + 1
    return batches(taxonomy, examples=missing, size=size, seed=plan.run.seed, first=first)


@dataclass(frozen=True, slots=True)
class Splits:
    """The three parts of the data set. None shares an example, or a near duplicate of one, with another."""

    train: list[Example]
    validation: list[Example]
    holdout: list[Example]

    def parts(self) -> dict[str, list[Example]]:
        """By name, in the order above."""
        return {"train": self.train, "validation": self.validation, "holdout": self.holdout}


def split(examples: Sequence[Example], plan: Plan) -> Splits:
    """Split in a seeded order; validation and holdout get their share of what there is."""
    order = sorted(examples, key=lambda example: example.id)
    random.Random(plan.run.seed).shuffle(order)  # noqa: S311  (a reproducible order, no secret)
    share = min(1.0, len(order) / plan.run.examples)
    held, checked = math.floor(plan.run.holdout * share), math.floor(plan.run.validation * share)
    return Splits(order[held + checked :], order[held : held + checked], order[:held])


def files(splits: Splits, plan: Plan, taxonomy: Taxonomy) -> dict[str, list[str]]:
    """Lines of each split as Bedrock reads them. In mode `prompts` the training file leaves the answers out."""
    system = prompts.student(taxonomy)
    unlabelled = {"train"} if plan.run.mode == "prompts" else set[str]()
    return {
        name: [
            conversation(
                example.query,
                system=system,
                assistant=None if name in unlabelled else answer(example.weights),
            )
            for example in part
        ]
        for name, part in splits.parts().items()
    }


def digest(lines: Iterable[str]) -> str:
    """SHA-256 of a file of these lines."""
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def manifest(
    plan: Plan, found: Distinct, splits: Splits, receipts: Sequence[Receipt], lines: dict[str, list[str]]
) -> dict[str, Any]:
    """The account of the data set: asked = kept + duplicates + near_duplicates + invalid + lost."""
    asked = sum(batch.count for batch in plan.batches)
    invalid = sum(receipt.invalid for receipt in receipts)
    kept = len(found.examples)
    examples = found.examples
    modalities = list(examples[0].weights) if examples else []
    return {
        "asked": asked,
        "kept": kept,
        "duplicates": found.duplicates,
        "near_duplicates": found.near_duplicates,
        "invalid": invalid,
        "lost": asked - kept - found.duplicates - found.near_duplicates - invalid,
        "surplus": sum(receipt.surplus for receipt in receipts),
        **{name: len(part) for name, part in splits.parts().items()},
        "per_modality": dict(sorted(Counter(example.leading for example in examples).items())),
        "mean_weights": {
            name: round(math.fsum(example.weights[name] for example in examples) / kept, 4) for name in modalities
        },
        "input_tokens": sum(receipt.input_tokens for receipt in receipts),
        "output_tokens": sum(receipt.output_tokens for receipt in receipts),
        "batches": {"asked": len(plan.batches), "written": len(receipts)},
        "seed": plan.run.seed,
        "teacher": plan.run.teacher,
        "prompt_version": plan.prompt_version,
        "sha256": {name: digest(part) for name, part in lines.items()},
    }
