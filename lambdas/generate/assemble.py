"""From replies to a data set: parse, drop what repeats, say what is missing, split. Streams through a file on disk.

Memory holds arrays of numbers for each example, never the examples: it is as good as flat from 1,000 to 100,000.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from generate.account import EXACT, NEAR, Account
from generate.batches import Paid
from generate.cells import key
from generate.groups import Groups
from generate.near import Numbers, Pair, Sketches, digest
from generate.split import Splits, split
from generate.spool import Spool
from generate.write import Written, parse
from intent.plan import MIN_TRAINING, Batch, Plan
from intent.records import Example
from intent.taxonomy import Taxonomy
from intent.text import plain

ROUNDS = 3
ENOUGH = 0.9
SKEW = 0.02  # of a modality's even share, or
_SKEW_EXAMPLES = 2
_KEPT = -1


@dataclass(frozen=True, slots=True)
class Dropped:
    """An example that repeats an earlier one (`of`), exactly or nearly."""

    id: str
    query: str
    reason: str
    of: str


class Assembly:
    """One run's data set in the making: `take` every batch in the plan's order, then `settle`. Used with `with`."""

    def __init__(self, folder: Path, plan: Plan, taxonomy: Taxonomy) -> None:
        self.plan, self.taxonomy = plan, taxonomy
        self.account, self._spool = Account(), Spool(folder / "examples.jsonl")
        self._sketches, self._plain, self._batch = Sketches(), array("Q"), array("I")
        self._of: Numbers = np.empty(0, np.int64)
        self._near: NDArray[np.bool_] = np.empty(0, np.bool_)
        self._groups: Numbers = np.empty(0, np.int64)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._spool.close()

    def take(self, batch: Batch, paid: Paid | None) -> None:
        """Read a batch's reply; without one all that it was asked for is lost."""
        written = Written(batch.count)
        if paid:
            self.account.pay(paid)
            written = parse(paid.text, paid.stop_reason, batch, self.taxonomy)
        self.account.write(batch, written)
        for example in written.examples:
            self._spool.append(example)
            self._sketches.add(example.query)
            self._plain.append(digest(plain(example.query)))
            self._batch.append(batch.number)

    def settle(self) -> None:
        """Drop duplicates: of queries that are alike the first in the plan's order stays. Group those that stay."""
        _, firsts, which = np.unique(np.array(self._plain, np.uint64), return_index=True, return_inverse=True)
        numbers = np.arange(len(self._plain))
        self._of = np.where(firsts[which] == numbers, _KEPT, firsts[which])
        self._near = np.zeros(len(numbers), np.bool_)
        threshold, groups = self.plan.run.near_duplicate, Groups(len(numbers))
        # Neighbours first, as often as that drops any: a teacher that repeats itself would make millions of pairs.
        while self._drop(list(self._sketches.pairs(self._kept(), threshold, reach=1))):
            pass
        close: list[Pair] = []
        for earlier, later, shared in self._sketches.pairs(self._kept()):
            groups.join(earlier, later)
            if shared >= threshold:
                close.append((earlier, later, shared))
        self._drop(close)
        self._sketches, self._groups = Sketches(), groups.names()
        self._point_to_kept()
        for number in np.flatnonzero(self._of != _KEPT).tolist():
            self.account.drop(self._cell(number), NEAR if self._near[number] else EXACT)

    def _kept(self) -> Numbers:
        return np.flatnonzero(self._of == _KEPT)

    def _drop(self, close: list[Pair]) -> int:
        """Drop the later one of each pair, in the plan's order: what was dropped drops nothing. How many it were."""
        before = len(self._kept())
        for earlier, later, _ in sorted(close, key=lambda pair: (pair[1], pair[0])):
            if self._of[earlier] == _KEPT and self._of[later] == _KEPT:
                self._of[later] = earlier
                self._near[later] = True
        return before - len(self._kept())

    def _point_to_kept(self) -> None:
        """What a dropped one repeats may have been dropped after it: name the one that stayed."""
        dropped = np.flatnonzero(self._of != _KEPT)
        while (further := self._of[self._of[dropped]] != _KEPT).any():
            self._of[dropped[further]] = self._of[self._of[dropped[further]]]

    def _cell(self, number: int) -> tuple[str, ...]:
        return key(self.plan.batch(self._batch[number]).cell)

    def objection(self, round_: int) -> str | None:
        """Why the data set will not do after so many rounds of topping up, with the counts; None if it does."""
        total, per = self.account.total(), self.account.per_modality(self.taxonomy.modalities)
        even = total["kept"] / len(per)
        skewed = [name for name, count in per.items() if abs(count - even) > max(_SKEW_EXAMPLES, SKEW * even)]
        if total["kept"] < ENOUGH * self.plan.run.examples:
            problem = "too few examples"
        elif skewed:
            problem = f"uneven modalities ({', '.join(skewed)})"
        elif len(train := self.splits().train) < MIN_TRAINING:
            problem = f"only {len(train)} examples are left for training, Bedrock needs {MIN_TRAINING}"
        else:
            return None
        counts = ", ".join(f"{total[name]} {name}" for name in ("kept", "duplicates", "invalid", "off_cell", "lost"))
        led = ", ".join(f"{name} {count}" for name, count in per.items())
        wanted = self.plan.run.examples
        return f"{problem} after {round_} rounds: {wanted} wanted, {total['asked']} asked = {counts}; leading: {led}"

    def splits(self) -> Splits:
        """The three parts; held-out and validation set get their share of what there is."""
        run, kept = self.plan.run, self._kept()
        share = min(1.0, len(kept) / run.examples)
        names = self.taxonomy.modalities
        leads = {batch.number: names.index(batch.cell["leading"]) for batch in self.plan.batches}
        leading = np.array([leads[self._batch[number]] for number in kept.tolist()], np.int64)
        return split(
            kept,
            self._groups[kept],
            leading,
            holdout=int(run.holdout * share),
            validation=int(run.validation * share),
            seed=run.seed,
        )

    def examples(self, numbers: Numbers) -> Iterator[Example]:
        """These examples, one at a time."""
        return (self._spool[number] for number in numbers.tolist())

    def dropped(self) -> Iterator[Dropped]:
        """What was dropped, in the plan's order."""
        for number in np.flatnonzero(self._of != _KEPT).tolist():
            one, other = self._spool[number], self._spool[int(self._of[number])]
            yield Dropped(one.id, one.query, "near_duplicate" if self._near[number] else "duplicate", other.id)
