"""Near duplicates: queries whose sets of word triples overlap (Jaccard), found by MinHash and then checked exactly.

The sketches are datasketch's; the join is numpy's, because datasketch's MinHashLSH keeps kilobytes of Python objects
per query. Here a query takes 84 bytes of bands and eight bytes for each of its shingles.
"""

from array import array
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from intent.text import plain

ALIKE = 0.5
"""Overlap from which two queries belong to one group, which is not split. Pairs below are not looked for."""

_PERMUTATIONS = 64
# 21 bands of 3 find a pair that overlaps by 0.5 with 94 %, by 0.6 with 99.4 %, by 0.8 with 99.999 %: 1 - (1 - s^3)^21.
# 16 bands of 4 would miss every third pair at 0.5 and one of 5,000 at 0.8.
_BANDS, _ROWS = 21, 3
_WORDS = 3
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)  # odd: each row counts

Numbers = NDArray[np.int64]
Pair = tuple[int, int, float]
"""Numbers of the earlier and the later query, and how far they overlap."""


def shingles(query: str) -> frozenset[str]:
    """The word triples of a query; a shorter query is one shingle."""
    words = plain(query).split()
    if len(words) <= _WORDS:
        return frozenset([" ".join(words)])
    return frozenset(" ".join(words[start : start + _WORDS]) for start in range(len(words) - _WORDS + 1))


def jaccard(one: frozenset[Any], other: frozenset[Any]) -> float:
    """Shared share of two sets, 0..1."""
    return len(one & other) / len(one | other)


def digest(text: str) -> int:
    """Eight bytes for a text: among 100,000 of them, two alike by chance once in four billion data sets."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _low(value: int) -> int:
    return value & 0xFFFFFFFF


class Sketches:
    """What is remembered of each query to find its like."""

    def __init__(self) -> None:
        self._sketch = MinHash(num_perm=_PERMUTATIONS, hashfunc=_low)
        self._bands = array("I")
        self._shingles = array("Q")
        self._starts = array("Q", [0])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def add(self, query: str) -> None:
        """Remember one more query."""
        found = [digest(shingle) for shingle in shingles(query)]
        self._shingles.extend(found)
        self._starts.append(len(self._shingles))
        self._sketch.clear()
        self._sketch.update_batch(found)
        rows = self._sketch.hashvalues[: _BANDS * _ROWS].reshape(_BANDS, _ROWS).astype(np.uint64)
        self._bands.frombytes(((rows * _MIX).sum(axis=1) >> np.uint64(32)).astype(np.uint32).tobytes())

    def pairs(self, among: Numbers, threshold: float = ALIKE, *, reach: int | None = None) -> Iterator[Pair]:
        """Pairs `among` these queries (numbers, ascending) that overlap by `threshold` or more, each once.

        `reach`: how far to look in each band's order; 1 sees neighbours alone, whose number never explodes.
        """
        for first, second in self._candidates(among, reach or len(among)):
            for earlier, later in zip(first.tolist(), second.tolist(), strict=True):
                shared = jaccard(self._of(earlier), self._of(later))
                if shared >= threshold:
                    yield earlier, later, shared

    def _of(self, number: int) -> frozenset[int]:
        return frozenset(self._shingles[self._starts[number] : self._starts[number + 1]])

    def _candidates(self, among: Numbers, reach: int) -> Iterator[tuple[Numbers, Numbers]]:
        """Pairs that share a band, each once; every step holds at most one pair per query."""
        bands = np.frombuffer(self._bands, np.uint32).reshape(-1, _BANDS)
        for band in range(_BANDS):
            order = among[np.argsort(bands[among, band], kind="stable")]
            keys = bands[order, band]
            at = np.arange(len(order))
            for distance in range(
                1, min(reach, len(order)) + 1
            ):  # neighbours in the sorted order, then their neighbours, ...
                at = at[at + distance < len(order)]
                at = at[keys[at] == keys[at + distance]]
                if not len(at):
                    break
                one, other = order[at], order[at + distance]
                new = ~(bands[one, :band] == bands[other, :band]).any(axis=1)
                yield one[new], other[new]
