"""Splitting by group: queries that are alike stay together, so that nothing like a held-out query is trained on."""

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NAMES = ("train", "validation", "holdout")
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Splits:
    """Numbers of the examples of each part, in a seeded order. No group has members in two of them."""

    train: Numbers
    validation: Numbers
    holdout: Numbers

    def parts(self) -> dict[str, Numbers]:
        """By name."""
        return {name: getattr(self, name) for name in NAMES}


def split(examples: Numbers, groups: Numbers, leading: Numbers, *, holdout: int, validation: int, seed: int) -> Splits:
    """Deal whole groups. `groups` and `leading`: for each example its group, and the index of its leading modality.

    Held-out and validation set have their counts exactly if there are groups that fill them, and the modalities in
    the proportion of the whole; the training set has the rest.
    """
    names, members = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), int(leading.max(initial=0)) + 1), np.int64)
    np.add.at(counts, (members, leading), 1)
    generator = random.Random(seed)  # noqa: S311  (a reproducible order, no secret)
    order = list(range(len(names)))
    generator.shuffle(order)
    part = np.zeros(len(names), np.int64)
    for name, wanted in ((NAMES.index("holdout"), holdout), (NAMES.index("validation"), validation)):
        part[_drawn([group for group in order if not part[group]], counts, wanted)] = name
    shuffled = list(range(len(examples)))
    generator.shuffle(shuffled)
    at = np.array(shuffled, np.int64)
    of = part[members[at]]
    train, checked, held = (examples[at[of == index]] for index in range(len(NAMES)))
    return Splits(train, checked, held)


def _drawn(order: list[int], counts: Numbers, wanted: int) -> list[int]:
    """Groups, in this order, that together have `wanted` examples: first as each modality needs, then as they fit."""
    need = _shares(counts.sum(axis=0), wanted)
    drawn: list[int] = []
    for group in order:
        if not need.any():
            break
        if (counts[group] <= need).all():
            need -= counts[group]
            drawn.append(group)
    left, taken = int(need.sum()), set(drawn)
    for group in order if left else ():
        size = int(counts[group].sum())
        if group not in taken and size <= left:
            left -= size
            drawn.append(group)
    return drawn


def _shares(whole: Numbers, wanted: int) -> Numbers:
    """`wanted` in the proportions of `whole`, in whole numbers (largest remainder)."""
    exact = whole * (wanted / max(1, int(whole.sum())))
    found = np.floor(exact).astype(np.int64)
    by_remainder = np.argsort(found - exact, kind="stable")
    found[by_remainder[: wanted - int(found.sum())]] += 1
    return found
