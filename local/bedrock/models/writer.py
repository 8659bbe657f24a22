"""The teacher as a writer of queries: the grammar proposes, the teacher weighs, what fits the cell is kept."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from operator import itemgetter
from random import Random

import numpy as np

from intent import prompts
from intent.taxonomy import Taxonomy
from intent.weights import Weights
from local.bedrock.models.grammar import Cell, Grammar
from local.bedrock.models.ranking import Scores

MAX_COUNT = 200  # lines in one answer; more would not fit a real model's output either
_ORDER = re.compile(r"\{[^{}]*\}\s*\Z")
_DRAFTS = 2  # per proposal: some repeat or mislead
_DRAFTS_MIXED = 5  # the best of them are proposed
_WEIGHED = 2  # of those, per query asked for, at most
_SPARE = 1.3  # weighed per query still wanted: most batches are done after two rounds
_MISLED = 2.5  # cue weight that speaks against the cell: not worth encoding
_AHEAD = 1.5  # how far the cue words should put the first of a mixed cell before the second: most of these fit


@dataclass(frozen=True, slots=True)
class Order:
    """What a writing request asks for; see `intent.prompts.writer_request`."""

    count: int
    cell: Cell
    seed: int


def read_order(user: str, modalities: Sequence[str]) -> Order | None:
    """The order at the end of a user's turn, or None: then the turn is a query to route."""
    found = _ORDER.search(user)
    try:
        raw = json.loads(found.group()) if found else {}
        names = {name: str(raw[name]) for name in ("second", "domain", "style", "length") if name in raw}
        order = Order(min(int(raw["count"]), MAX_COUNT), Cell(str(raw["leading"]), **names), int(raw["seed"]))
    except (KeyError, ValueError, TypeError):
        return None
    led = {order.cell.leading, order.cell.second or order.cell.leading}
    return order if led <= set(modalities) else None


class Writer:
    """`weigh` gives the teacher's weights for many queries at once: they, not the cell, are what is written down.

    `hint` is the cheap part of the teacher (rows: queries, columns: modalities), to leave out hopeless proposals.
    """

    def __init__(
        self,
        taxonomy: Taxonomy,
        weigh: Callable[[Sequence[str]], list[Weights]],
        hint: Callable[[Sequence[str]], Scores],
    ) -> None:
        self._modalities = taxonomy.modalities
        self._grammar = Grammar(taxonomy)
        self._weigh = weigh
        self._hint = hint

    def write(self, order: Order) -> str:
        """`order.count` JSON lines and the end marker. The same order gives the same text."""
        written = self._queries(order)
        lines = [json.dumps({"query": query, **weights}, ensure_ascii=False) for query, weights in written]
        return "\n".join([*lines, prompts.END])

    def _queries(self, order: Order) -> list[tuple[str, Weights]]:
        """Those of the cell first; where the grammar cannot hit it in a few rounds, honest others fill up."""
        random = Random(f"{order.seed}/{order.cell}")  # noqa: S311  (no secret)
        drafts = self._drafts(order, random)
        fitting: list[tuple[str, Weights]] = []
        others: list[tuple[str, Weights]] = []
        while drafts and len(fitting) < order.count:
            wanted = ceil((order.count - len(fitting)) * _SPARE)
            proposals, drafts = drafts[:wanted], drafts[wanted:]
            for query, weights in zip(proposals, self._weigh(proposals), strict=True):
                (fitting if _distance(weights, order.cell) <= 0 else others).append((query, weights))
        return (fitting + sorted(others, key=lambda other: _distance(other[1], order.cell)))[: order.count]

    def _drafts(self, order: Order, random: Random) -> list[str]:
        """Queries of the grammar, none twice, the hopeless ones last; of a mixed cell the most promising ones first."""
        count = order.count * (_DRAFTS_MIXED if order.cell.second else _DRAFTS)
        composed = (self._grammar.compose(order.cell, random) for _ in range(count))
        drafts = list({draft.lower(): draft for draft in composed}.values())
        ranked = sorted(zip(self._against(drafts, order.cell), drafts, strict=True), key=itemgetter(0))
        return [draft for _, draft in ranked[: order.count * _WEIGHED]]

    def _against(self, drafts: Sequence[str], cell: Cell) -> list[float]:
        """How much the hints speak against the cell; 0: not at all."""
        hints = self._hint(drafts)
        ranked = np.sort(hints, axis=1)
        first = hints[:, self._modalities.index(cell.leading)]
        if not cell.second:
            return np.maximum(ranked[:, -1] - first - _MISLED, 0).tolist()
        second = hints[:, self._modalities.index(cell.second)]
        short = ranked[:, -1] - first + np.maximum(ranked[:, -2] - second, 0)
        return (short + abs(first - second - _AHEAD)).tolist()


def _distance(weights: Weights, cell: Cell) -> float:
    """How far the weights are from the cell; 0: it is what they fit."""
    ranked = sorted(weights.values(), reverse=True)
    short = ranked[0] - weights[cell.leading]
    if not cell.second:
        return short
    ahead = round(weights[cell.leading] - weights[cell.second], 4)
    return short + max(0.0, ranked[1] - weights[cell.second]) + max(0.0, ahead - prompts.CLOSE_BEHIND)
