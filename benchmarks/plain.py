"""Plain templates over short word lists, as public samples fill them: what our training data must be better than.

Five families in the mix that AWS publishes (25 % visual, 20 % audio, 20 % transcription, 15 % metadata, 20 % balanced),
a dozen templates each, in `data/plain.json`. The texts are this benchmark's own, written without a look at the queries
that are measured on. The family only says what is drawn; the teacher weighs every query, as it does in our own set.
"""

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.training import Splits
from intent.plan import Run
from intent.records import Example
from local.bedrock.models.types import Weigher

_DATA = Path(__file__).parent / "data" / "plain.json"
_SLOT = re.compile(r"\{(\w+)\}")
_PATIENCE = 50  # draws per query wanted, before a family counts as exhausted


@dataclass(frozen=True, slots=True)
class Plain:
    """Distinct queries, each with its family, and how often had to be drawn for them."""

    queries: list[tuple[str, str]]
    drawn: int


def compose(count: int, seed: int) -> Plain:
    """`count` queries in a seeded order, or fewer where a family has no more to give.

    Only exact repeats are dropped and drawn again. Samples seldom do even that; it gives the plain set its best chance.
    """
    rules: dict[str, Any] = json.loads(_DATA.read_text("utf-8"))
    generator = random.Random(seed)  # noqa: S311  (a reproducible draw, no secret)
    queries, drawn = list[tuple[str, str]](), 0
    for family, wanted in shares(rules["share"], count).items():
        seen = dict[str, None]()
        for _ in range(wanted * _PATIENCE):
            if len(seen) == wanted:
                break
            template = generator.choice(rules["templates"][family])
            seen[_SLOT.sub(lambda slot: generator.choice(rules["words"][slot.group(1)]), template)] = None
            drawn += 1
        queries += [(query, family) for query in seen]
    generator.shuffle(queries)
    return Plain(queries, drawn)


def shares(of: dict[str, float], count: int) -> dict[str, int]:
    """Whole numbers in these proportions that sum to `count`; what rounding leaves goes to the first."""
    found = {name: int(count * share) for name, share in of.items()}
    first = next(iter(found))
    found[first] += count - sum(found.values())
    return found


def splits(found: Plain, run: Run, teacher: Weigher) -> Splits:
    """Weighed by the teacher, and split as large as a run would have it; short of queries, training has fewer."""
    weights = teacher.weigh([query for query, _ in found.queries])
    rows = [
        Example(id=f"plain-{number:05d}", query=query, weights=weighed, cell={"leading": family})
        for number, ((query, family), weighed) in enumerate(zip(found.queries, weights, strict=True))
    ]
    held, checked = run.holdout, run.holdout + run.validation
    return Splits(train=rows[checked:], validation=rows[held:checked], holdout=rows[:held])
