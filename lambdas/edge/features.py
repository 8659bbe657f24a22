"""A query as sparse features: hashed words and letters, and cue words. Plain Python, one code to train and serve."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from edge.cues import lexicon

SIZE = 32_768
"""Number of features; every index is below it."""
SCHEME = 1
"""Raise it when the same query would give other features."""

_CUE_SLOTS = 64
_HASHED = SIZE - _CUE_SLOTS
_MAX_WORDS = 64  # what bounds the time for the longest query that the API takes
_MAX_LETTERS = 24
_CUE_LIMIT = 4  # what a cue group counts at most
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_QUOTED = re.compile(r"[\"\u201c\u201d][^\"\u201c\u201d]{3,}[\"\u201c\u201d]")
_CAPITAL = r"[A-Z0-9][\w'\u2019-]*"
_TITLED = re.compile(rf"{_CAPITAL}(?:,? (?:[a-z]{{1,4}} ){{0,2}}{_CAPITAL}){{1,8}}")
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_DECADE = re.compile(r"(?:(?:18|19|20)?\d0)'?s")


@dataclass(frozen=True, slots=True)
class Sparse:
    """Features of one query: `hashed` indices that share one value `scale`, and (index, value) pairs of `cues`."""

    hashed: tuple[int, ...]
    scale: float
    cues: tuple[tuple[int, float], ...]


def tokens(query: str) -> list[str]:
    """Lower-case words, at most 64 of them; quoted words and title case each add a token of their own."""
    words = [word.replace("\u2019", "'")[:_MAX_LETTERS] for word in _WORD.findall(query.lower())[:_MAX_WORDS]]
    if _QUOTED.search(query):
        words.append("<quoted>")
    elif _TITLED.fullmatch(query):
        words.append("<titled>")
    return words


def cue_tokens(words: list[str]) -> list[str]:
    """The words as the cue lexicon knows them: a year is `<year>`, a decade `<decade>`."""
    return [_kind(word) if word[0].isdigit() else word for word in words]


def sparse(query: str) -> Sparse:
    """The features in the compact form that prediction uses."""
    words = tokens(query)
    hashed: set[int] = set()
    for word in words:
        hashed.update(_word_features(word))
    for first, second in pairwise(words):
        hashed.add(crc32(f"{first} {second}".encode()) % _HASHED)
    return Sparse(tuple(hashed), len(hashed) ** -0.5 if hashed else 0.0, _cue_features(words))


def features(query: str) -> dict[int, float]:
    """Index below `SIZE` -> value. The hashed part has length 1; a cue group counts 1 to 4."""
    found = sparse(query)
    return dict.fromkeys(sorted(found.hashed), found.scale) | dict(found.cues)


def _cue_features(words: list[str]) -> tuple[tuple[int, float], ...]:
    counts: dict[int, int] = {}
    for group, _, _ in lexicon().find(cue_tokens(words)):
        counts[group] = counts.get(group, 0) + 1
    return tuple((_HASHED + group, float(min(count, _CUE_LIMIT))) for group, count in sorted(counts.items()))


def _kind(word: str) -> str:
    if _YEAR.fullmatch(word):
        return "<year>"
    return "<decade>" if _DECADE.fullmatch(word) else word


@lru_cache(maxsize=4096)
def _word_features(word: str) -> tuple[int, ...]:
    """The word itself and its 3-, 4- and 5-letter pieces, with a space at either end."""
    padded = f" {word} ".encode()
    pieces = (padded[start : start + size] for size in (3, 4, 5) for start in range(len(padded) - size + 1))
    return (crc32(padded, 1) % _HASHED, *(crc32(piece, 2) % _HASHED for piece in pieces))
