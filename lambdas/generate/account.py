"""The account of a data set: asked = kept + duplicates + invalid + off_cell + lost, in every cell and in all."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any

from generate.batches import Paid
from generate.cells import Cell, family, key
from generate.write import Written
from intent import prices
from intent.plan import Batch, Plan
from intent.prices import PriceTable

EXACT, NEAR = "exact_duplicates", "near_duplicates"
OUTCOMES = ("asked", "kept", "duplicates", EXACT, NEAR, "invalid", "off_cell", "lost")


@dataclass(slots=True)
class Account:
    """Counts by cell, and what was paid. Memory grows with the cells of the plan, not with the examples."""

    cells: dict[tuple[str, ...], Cell] = field(default_factory=dict[tuple[str, ...], Cell])
    counts: dict[tuple[str, ...], Counter[str]] = field(default_factory=dict[tuple[str, ...], Counter[str]])
    reasons: Counter[str] = field(default_factory=Counter[str])
    tokens: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    calls: Counter[str] = field(default_factory=Counter[str])
    unusable: int = 0

    def pay(self, paid: Paid) -> None:
        """Count a reply: one call and its tokens, by road."""
        self.calls[paid.road] += 1
        self.tokens[paid.road, "input"] += paid.input_tokens
        self.tokens[paid.road, "output"] += paid.output_tokens

    def write(self, batch: Batch, written: Written) -> None:
        """Count what came of a batch; its examples are kept until they are found to be duplicates."""
        self.cells[key(batch.cell)] = batch.cell
        counts = self.counts.setdefault(key(batch.cell), Counter())
        counts.update(written.figures())
        self.reasons.update(bad.reason for bad in written.quarantine)

    def drop(self, name: tuple[str, ...], kind: str) -> None:
        """Count one kept example of a cell as a duplicate after all; `kind` is EXACT or NEAR."""
        self.counts[name].update({"kept": -1, "duplicates": 1, kind: 1})

    def kept(self) -> dict[tuple[str, ...], int]:
        """Examples by cell."""
        return {name: counts["kept"] for name, counts in self.counts.items()}

    def by(self, group: Callable[[Cell], str]) -> dict[str, Counter[str]]:
        """The counts added up over the cells that `group` gives one name."""
        found: dict[str, Counter[str]] = {}
        for name, counts in self.counts.items():
            found.setdefault(group(self.cells[name]), Counter()).update(counts)
        return found

    def total(self) -> dict[str, int]:
        """The whole account."""
        found = self.by(_all).get("all", Counter())
        return {outcome: found[outcome] for outcome in OUTCOMES}

    def per_modality(self, modalities: Sequence[str]) -> dict[str, int]:
        """Kept examples by leading modality."""
        found = self.by(lambda cell: cell["leading"])
        return {name: found.get(name, Counter())["kept"] for name in modalities}

    def spent(self, plan: Plan, table: PriceTable | None = None) -> dict[str, Any]:
        """Calls, tokens and USD of the replies that are there.

        A call whose reply could not be stored (a crash in between) was paid as well, and nobody knows of it.
        """
        table = table or prices.load()
        share = {"online": 1.0, "batch": table.batch.share}
        usd = (
            share[road] * table.cost(plan.run.teacher, self.tokens[road, "input"], self.tokens[road, "output"])
            for road in self.calls
        )
        return {
            "calls": self.calls.total(),
            "calls_by_road": dict(sorted(self.calls.items())),
            "input_tokens": sum(self.tokens[road, "input"] for road in self.calls),
            "output_tokens": sum(self.tokens[road, "output"] for road in self.calls),
            "cost_usd": round(fsum(usd), 6),
        }

    def figures(self, plan: Plan, modalities: Sequence[str]) -> dict[str, Any]:
        """All of it, as it stands in the manifest."""
        return {
            **self.total(),
            "surplus": self.by(_all)["all"]["surplus"],
            "quarantine": dict(sorted(self.reasons.items())),
            "per_modality": self.per_modality(modalities),
            **{
                f"per_{part}": {name: counts["kept"] for name, counts in sorted(self.by(_named(part)).items())}
                for part in ("domain", "style", "length")
            },
            "families": {name: _row(counts) for name, counts in sorted(self.by(_family).items())},
            "cells": [{**self.cells[name], **_row(counts)} for name, counts in sorted(self.counts.items())],
            "batches": {"asked": len(plan.batches), "written": self.calls.total(), "unusable": self.unusable},
            **self.spent(plan),
        }


def _all(_: Cell) -> str:
    return "all"


def _row(counts: Mapping[str, int]) -> dict[str, int]:
    return {outcome: counts.get(outcome, 0) for outcome in OUTCOMES}


def _named(part: str) -> Callable[[Cell], str]:
    return lambda cell: cell[part]


def _family(cell: Cell) -> str:
    return "+".join(name for name in family(cell) if name)
