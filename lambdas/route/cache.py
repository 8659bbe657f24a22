"""Decisions of the last minutes, in the memory of one function: a query that comes again is not asked again."""

from dataclasses import replace

from cachetools import TTLCache

from intent.text import plain
from route.router import Decision, Wish

ENTRIES = 2_048  # about 2 MB
SECONDS = 300.0

Key = tuple[str, int, Wish]


class DecisionCache:
    """Bounded in number and age. Keeps what the distilled student said; the edge student is as fast as a cache."""

    def __init__(self, entries: int = ENTRIES, seconds: float = SECONDS) -> None:
        self._kept: TTLCache[Key, Decision] = TTLCache(entries, seconds)

    def find(self, query: str, version: int, wish: Wish) -> Decision | None:
        """The decision for the same query (case, spaces, end punctuation aside), version and wish. It costs nothing."""
        found = self._kept.get((plain(query), version, wish))
        return found and replace(found, source="cache", model_ms=None, input_tokens=0, output_tokens=0)

    def keep(self, query: str, version: int, wish: Wish, decision: Decision) -> None:
        """Remember it, if it is the distilled student's."""
        if decision.source == "distilled":
            self._kept[plain(query), version, wish] = decision
