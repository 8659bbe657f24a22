"""The plan's cells: which modality leads x domain x style, dealt out evenly in a seeded order."""

import itertools
import random
from collections.abc import Iterator
from hashlib import sha256

from intent.plan import Batch
from intent.taxonomy import Taxonomy

MIXED = "mixed"
MIXED_SHARE = 0.2  # AWS's published mix has 20 % balanced queries


def batches(taxonomy: Taxonomy, *, examples: int, size: int, seed: int, first: int = 1) -> list[Batch]:
    """Batches numbered from `first` whose counts sum to `examples`; the same arguments give the same plan."""
    counts = [size] * (examples // size) + ([examples % size] if examples % size else [])
    numbers = itertools.count(first)
    cells = _deal(taxonomy, random.Random(f"{seed}-{first}"))  # noqa: S311  (a reproducible order, no secret)
    return [
        Batch(number=number, cell=cell, count=count, seed=_batch_seed(seed, number))
        for count, number, cell in zip(counts, numbers, cells, strict=False)
    ]


def _deal(taxonomy: Taxonomy, order: random.Random) -> Iterator[dict[str, str]]:
    """Endless cells: leading modalities strictly in turn, every fifth one mixed; domains and styles shuffled."""
    every = round(1 / MIXED_SHARE)
    combinations = {leading: _combinations(taxonomy, order) for leading in (*taxonomy.modalities, MIXED)}
    modalities = itertools.cycle(taxonomy.modalities)
    for position in itertools.count(1):
        leading = MIXED if position % every == 0 else next(modalities)
        domain, style = next(combinations[leading])
        yield {"leading": leading, "domain": domain, "style": style}


def _combinations(taxonomy: Taxonomy, order: random.Random) -> Iterator[tuple[str, str]]:
    pairs = list(itertools.product(taxonomy.domains, taxonomy.styles))
    order.shuffle(pairs)
    return itertools.cycle(pairs)


def _batch_seed(seed: int, number: int) -> int:
    return int.from_bytes(sha256(f"{seed}:{number}".encode()).digest()[:4])
