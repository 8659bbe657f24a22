"""Near duplicates: queries whose sets of word triples overlap by at least a threshold (Jaccard), found by MinHash."""

from collections.abc import Iterable, Iterator

from datasketch import MinHash, MinHashLSH

from intent.records import plain

THRESHOLD = 0.8
_PERMUTATIONS = 64
_WORDS = 3


def shingles(query: str) -> frozenset[str]:
    """The word triples of a query; a shorter query is one shingle."""
    words = plain(query).split()
    if len(words) <= _WORDS:
        return frozenset([" ".join(words)])
    return frozenset(" ".join(words[start : start + _WORDS]) for start in range(len(words) - _WORDS + 1))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared share of two sets, 0..1."""
    return len(one & other) / len(one | other)


def repeats(queries: Iterable[str]) -> Iterator[bool]:
    """For each query: is it a near duplicate of an earlier one that was not? Candidates of the index are verified."""
    index = MinHashLSH(threshold=THRESHOLD, num_perm=_PERMUTATIONS)
    kept: dict[int, frozenset[str]] = {}
    for number, query in enumerate(queries):
        found = shingles(query)
        sketch = MinHash(num_perm=_PERMUTATIONS)
        sketch.update_batch([shingle.encode() for shingle in found])
        near = any(jaccard(found, kept[other]) >= THRESHOLD for other in index.query(sketch) if isinstance(other, int))
        if not near:
            index.insert(number, sketch, check_duplication=False)
            kept[number] = found
        yield near
