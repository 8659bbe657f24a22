"""The plan's cells: which modality leads (and which is close behind) x domain x style x length, evenly.

A family is a leading modality alone, or with a second one close behind. Each modality leads an equal part of the
examples, of which a set share is mixed, spread evenly over the other modalities.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from math import ceil

from intent.plan import Batch, Plan, spare_calls
from intent.taxonomy import Taxonomy

Cell = dict[str, str]
Family = tuple[str, str | None]
"""The leading modality and, in a mixed family, the second."""


def family(cell: Mapping[str, str]) -> Family:
    """The family that a cell belongs to."""
    return cell["leading"], cell.get("second")


def quotas(modalities: Sequence[str], examples: int, mixed_share: float) -> dict[Family, int]:
    """Examples per family; they sum to `examples`, and those of two leading modalities differ by one at most."""
    found: dict[Family, int] = {}
    for index, (leading, quota) in enumerate(zip(modalities, evenly(examples, len(modalities)), strict=True)):
        others = [*modalities[index + 1 :], *modalities[:index]]  # each starts with another, so that seconds are even
        mixed = round(mixed_share * quota)
        found[leading, None] = quota - mixed
        found.update(((leading, second), part) for second, part in zip(others, evenly(mixed, len(others)), strict=True))
    return found


def evenly(total: int, parts: int) -> list[int]:
    """`total` in whole parts that differ by one at most, the larger ones first."""
    return [total // parts + (index < total % parts) for index in range(parts)]


def batches(taxonomy: Taxonomy, *, examples: int, size: int, seed: int, mixed_share: float) -> list[Batch]:
    """The first plan. Families are interleaved, so that any first part of the plan is about as even as the whole.

    The same arguments give the same plan.
    """
    wanted = quotas(taxonomy.modalities, examples, mixed_share)
    placed = [
        (place, cell, count)
        for one, quota in wanted.items()
        for place, cell, count in _dealt(one, evenly(quota, ceil(quota / size)) if quota else [], taxonomy, seed)
    ]
    placed.sort(key=lambda entry: entry[0])
    return [_batch(number, 0, cell, count, seed) for number, (_, cell, count) in enumerate(placed, start=1)]


def top_up(plan: Plan, kept: Mapping[tuple[str, ...], int], *, round_: int) -> list[Batch]:
    """Batches of round `round_` for what each family lacks, in its shortest cells; within the run's budget of calls.

    `kept`: examples so far by `key` of their cell. Where the budget is short, the batches that lack most come first.
    """
    cells, asked = _asked(plan)
    more: list[tuple[Cell, int]] = []
    for names in cells.values():
        missing = sum(asked[name] - kept.get(name, 0) for name in names)
        shortest = sorted(names, key=lambda name: kept.get(name, 0) - asked[name])  # stable: ties in plan order
        counts = evenly(missing, ceil(missing / plan.run.batch_size)) if missing > 0 else []
        more += [(names[name], count) for name, count in zip(itertools.cycle(shortest), counts, strict=False)]
    budget = spare_calls(plan.run, plan.batches) - sum(batch.round > 0 for batch in plan.batches)
    more.sort(key=lambda entry: -entry[1])
    numbers = itertools.count(len(plan.batches) + 1)
    afforded = zip(numbers, more[: max(0, budget)], strict=False)
    return [_batch(number, round_, cell, count, plan.run.seed) for number, (cell, count) in afforded]


def key(cell: Mapping[str, str]) -> tuple[str, ...]:
    """A cell as something to count by."""
    return tuple(cell.values())


def _asked(plan: Plan) -> tuple[dict[Family, dict[tuple[str, ...], Cell]], Counter[tuple[str, ...]]]:
    """Cells of the first plan by family, and the examples that it asks of each."""
    cells: dict[Family, dict[tuple[str, ...], Cell]] = {}
    asked: Counter[tuple[str, ...]] = Counter()
    for batch in plan.batches:
        cells.setdefault(family(batch.cell), {})[key(batch.cell)] = batch.cell
        asked[key(batch.cell)] += batch.count if batch.round == 0 else 0
    return cells, asked


def _dealt(
    one: Family, counts: Sequence[int], taxonomy: Taxonomy, seed: int
) -> Iterator[tuple[tuple[float, int, int], Cell, int]]:
    """A family's cells with their counts and where in the plan (0..1; ties cycle over the leading modalities)."""
    leading, second = one
    order = random.Random(f"{seed}/{leading}/{second}")  # noqa: S311  (a reproducible order, no secret)
    combinations = list(itertools.product(taxonomy.domains, taxonomy.styles, taxonomy.lengths))
    order.shuffle(combinations)
    led, names = {"leading": leading, **({"second": second} if second else {})}, taxonomy.modalities
    rank = (names.index(second) - names.index(leading)) % len(names) if second else 0
    for index, (count, combination) in enumerate(zip(counts, itertools.cycle(combinations), strict=False)):
        place = ((index + 0.5) / len(counts), rank, names.index(leading))
        yield place, {**led, **dict(zip(("domain", "style", "length"), combination, strict=True))}, count


def _batch(number: int, round_: int, cell: Cell, count: int, seed: int) -> Batch:
    drawn = int.from_bytes(sha256(f"{seed}:{number}".encode()).digest()[:4])
    return Batch(number=number, round=round_, cell=cell, count=count, seed=drawn)
