"""How much the words of a data set vary, counted as queries pass by."""

from array import array
from itertools import pairwise

import numpy as np

from generate.near import digest
from intent.text import plain

_BUFFER = 1 << 15  # hashes between two clean-ups
_FUNCTION_WORDS = """
a about after all an and any are as at be been before but by can could did do does for from had has have he her his how
i if in into is it its me my no not of off on or our out over she so some that the their them then there they this to
under up was we were what when where which while who why will with would you your
"""
_LEFT_OUT = frozenset(_FUNCTION_WORDS.split())


class _Distinct:
    """Counts different texts by an eight-byte hash of each."""

    def __init__(self) -> None:
        self.seen = 0
        self._known = np.empty(0, np.uint64)
        self._new = array("Q")

    def add(self, text: str) -> None:
        self.seen += 1
        self._new.append(digest(text))
        if len(self._new) >= _BUFFER:
            self.count()

    def count(self) -> int:
        if self._new:
            new = np.unique(np.array(self._new, np.uint64))
            at = np.searchsorted(self._known, new)
            fresh = ~np.isin(new, self._known[at[at < len(self._known)]])
            self._known = np.insert(self._known, at[fresh], new[fresh])  # sorted, and copied once
            self._new = array("Q")
        return len(self._known)


class Diversity:
    """Distinct content words (no function words of English), and distinct-2 (Li et al. 2016, arXiv:1510.03055)."""

    def __init__(self) -> None:
        self._words, self._bigrams = _Distinct(), _Distinct()

    def add(self, query: str) -> None:
        """Count one more query."""
        words = plain(query).split()
        for word in words:
            if word not in _LEFT_OUT:
                self._words.add(word)
        for pair in pairwise(words):
            self._bigrams.add(" ".join(pair))

    def figures(self) -> dict[str, float]:
        """`content_words`: different ones; `distinct_2`: share of the word pairs that are different, 0..1."""
        pairs = self._bigrams.count()
        return {"content_words": self._words.count(), "distinct_2": round(pairs / max(1, self._bigrams.seen), 4)}
