"""Frequent English words and what they mean: `DIMENSIONS` small integers each. Plain Python.

`local.bedrock.models.vocabulary` made `words.csv` (one word per line) and `words.int8` (their vectors in that order).
"""

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

DIMENSIONS = 24
"""Numbers that a word's meaning has; 16 cost the student a point of agreement with its teacher, 48 no less."""
SHORTEST = 3
"""Letters that a word without its ending must have."""
_FOLDER = Path(__file__).parent
_LIST, _VECTORS = _FOLDER / "words.csv", _FOLDER / "words.int8"


@cache
def places() -> dict[str, int]:
    """Word -> its row among the vectors, most frequent words first."""
    return {word: row for row, word in enumerate(_LIST.read_text("ascii").split())}


@cache
def vectors() -> "array[int]":
    """`DIMENSIONS` signed bytes per word, one word after the other. Only their direction means something."""
    return array("b", _VECTORS.read_bytes())


@cache
def fingerprint() -> str:
    """First 16 hex digits of both files' SHA-256: a model fits only the vectors that it was trained with."""
    return hashlib.sha256(_LIST.read_bytes() + _VECTORS.read_bytes()).hexdigest()[:16]


def meaning(words: Sequence[str]) -> tuple[float, ...]:
    """Direction (length 1) of the summed vectors of the known ones among `words`, each once; zeros if none is known."""
    table, rows = vectors(), {row for word in words if (row := place(word)) is not None}
    known = (table[row * DIMENSIONS : (row + 1) * DIMENSIONS] for row in rows)
    total = [sum(numbers) for numbers in zip(*known, strict=True)]
    length = sum(number * number for number in total) ** 0.5
    return tuple(number / length for number in total) if length else (0.0,) * DIMENSIONS


def place(word: str) -> int | None:
    """The row of a lower-case word or else of what it is a regular form of; None for an unknown word."""
    known = places()
    found = known.get(word)
    if found is None:
        found = next((known[base] for base in bases(word) if len(base) >= SHORTEST and base in known), None)
    return found


def bases(word: str) -> Iterator[str]:
    """What an English word may be a regular form of, likeliest first."""
    if word.endswith("'s"):
        yield word[:-2]
    elif word.endswith(("ies", "ied")):
        yield word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
    if word.endswith(("es", "ed")):
        yield word[:-2]
        yield word[:-1]
    elif word.endswith("ing"):
        yield word[:-3]
        yield word[:-3] + "e"
        yield word[:-4]
