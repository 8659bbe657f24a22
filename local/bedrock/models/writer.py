"""The teacher as a writer of queries: the grammar proposes, the teacher weighs, what fits the cell is kept."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from random import Random

from intent.weights import Weights
from local.bedrock.models.grammar import Grammar
from local.bedrock.models.ranking import cue_scores

MIXED = "mixed"
MAX_COUNT = 200  # lines in one answer; more would not fit a real model's output either
_ORDER = re.compile(r"\{[^{}]*\}\s*\Z")
_ROUNDS = 3
_PATIENCE = 4  # drafts per proposal, where drafts repeat or mislead
_SPARE = 1.35  # proposals per query still wanted: most batches are done after two rounds
_MISLED = 2.5  # cue weight that speaks against the cell: not worth encoding
_MISLED_MIXED = 1.6
_ALIKE = 0.2  # the largest difference between the two modalities that lead a mixed query


@dataclass(frozen=True, slots=True)
class Order:
    """What a writing request asks for; see `intent.prompts.writer_request`."""

    count: int
    leading: str
    domain: str
    style: str
    seed: int


def read_order(user: str) -> Order | None:
    """The order at the end of a user's turn, or None: then the turn is a query to route."""
    found = _ORDER.search(user)
    try:
        raw = json.loads(found.group()) if found else {}
        count, seed = min(int(raw["count"]), MAX_COUNT), int(raw["seed"])
        return Order(count, str(raw["leading"]), str(raw.get("domain")), str(raw.get("style")), seed)
    except (KeyError, ValueError, TypeError):
        return None


class Writer:
    """`weigh` gives the teacher's weights for many queries at once: they, not the cell, are what is written down."""

    def __init__(self, modalities: Sequence[str], weigh: Callable[[Sequence[str]], list[Weights]]) -> None:
        self._modalities = tuple(modalities)
        self._grammar = Grammar(modalities)
        self._weigh = weigh

    def write(self, order: Order) -> str:
        """`order.count` JSON lines. The same order gives the same text."""
        lines = (json.dumps({"query": query, **weights}, ensure_ascii=False) for query, weights in self._queries(order))
        return "\n".join(lines)

    def _queries(self, order: Order) -> list[tuple[str, Weights]]:
        """Those of the cell first; where the grammar cannot hit it in a few rounds, honest others fill up."""
        random = Random(f"{order.seed}/{order.leading}/{order.domain}/{order.style}")  # noqa: S311  (no secret)
        seen: set[str] = set()
        fitting: list[tuple[str, Weights]] = []
        others: list[tuple[str, Weights]] = []
        for _ in range(_ROUNDS):
            proposals = self._proposals(order, ceil((order.count - len(fitting)) * _SPARE), seen, random)
            for query, weights in zip(proposals, self._weigh(proposals), strict=True):
                (fitting if _fits(weights, order.leading) else others).append((query, weights))
            if len(fitting) >= order.count:
                break
        return (fitting + sorted(others, key=lambda other: _distance(other[1], order.leading)))[: order.count]

    def _proposals(self, order: Order, count: int, seen: set[str], random: Random) -> list[str]:
        found: list[str] = []
        for _ in range(count * _PATIENCE):
            query = self._grammar.compose(leading=order.leading, domain=order.domain, style=order.style, random=random)
            if query.lower() not in seen and self._promising(query, order.leading):
                seen.add(query.lower())
                found.append(query)
            if len(found) == count:
                break
        return found

    def _promising(self, query: str, cell: str) -> bool:
        """Do the cue words, the cheap part of the teacher, leave room for the cell?"""
        scores = cue_scores([query], self._modalities)[0]
        second, first = sorted(scores)[-2:]
        wanted = second if cell == MIXED else scores[self._modalities.index(cell)]
        return bool(first - wanted <= (_MISLED_MIXED if cell == MIXED else _MISLED))


def _fits(weights: Weights, cell: str) -> bool:
    return _distance(weights, cell) <= (_ALIKE if cell == MIXED else 0)


def _distance(weights: Weights, cell: str) -> float:
    """How far the weights are from the cell: what its modality lacks to lead, or how unlike the leading two are."""
    first, second = sorted(weights.values(), reverse=True)[:2]
    return first - (second if cell == MIXED else weights[cell])
