"""Cue words: small groups of words that point at a modality, kept as data in `cues.json`."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("cues.json")
_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class Group:
    """Words with one meaning for routing: each of them adds `weight` to the score of `modality`."""

    name: str
    modality: str
    weight: float


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All groups; `terms` maps a term's first word to (its other words, index of its group), longest term first."""

    groups: tuple[Group, ...]
    modalities: tuple[str, ...]
    """Those that the groups point at, in the order of the file."""
    terms: dict[str, tuple[tuple[tuple[str, ...], int], ...]]
    fingerprint: str
    """First 16 hex digits of the data file's SHA-256: a model fits only the cues that it was trained with."""

    def find(self, words: Sequence[str]) -> list[tuple[int, int, int]]:
        """The terms in `words` from left to right, none overlapping, as (group, first word, number of words)."""
        found: list[tuple[int, int, int]] = []
        terms, position, count = self.terms, 0, len(words)
        while position < count:
            step = 1
            for rest, group in terms.get(words[position], ()):
                end = position + 1 + len(rest)
                if not rest or tuple(words[position + 1 : end]) == rest:
                    found.append((group, position, end - position))
                    step = end - position
                    break
            position += step
        return found


def forms(term: str) -> list[str]:
    """A term as it is, or with a tilde the regular forms of the word before it: `bark~` barks barked barking.

    Two tildes double the last consonant (`sob~~` sobbed). A few forms that no one uses do no harm.
    """
    stem, tilde, rest = term.partition("~")
    if not tilde:
        return [term]
    doubled, rest = rest.startswith("~"), rest.removeprefix("~")
    long = stem + stem[-1] if doubled else stem.removesuffix("e")
    third = stem + "es" if stem.endswith(("s", "sh", "ch", "x", "z")) else stem + "s"
    if stem.endswith("y") and stem[-2] not in _VOWELS:
        third, past = stem[:-1] + "ies", stem[:-1] + "ied"
    else:
        past = long + "ed"
    return [form + rest for form in (stem, third, past, long + "ing")]


@cache
def lexicon() -> Lexicon:
    """The cues that ship with this package."""
    blob = _FILE.read_bytes()
    data = json.loads(blob)
    groups = tuple(Group(name, entry["modality"], entry["weight"]) for name, entry in data.items())
    terms = ((form, index) for index, entry in enumerate(data.values()) for form in _all_forms(entry["terms"]))
    modalities = tuple(dict.fromkeys(group.modality for group in groups))
    return Lexicon(groups, modalities, _by_first_word(terms), hashlib.sha256(blob).hexdigest()[:16])


def _all_forms(terms: Iterable[str]) -> Iterable[str]:
    return (form for term in terms for form in forms(term))


def _by_first_word(terms: Iterable[tuple[str, int]]) -> dict[str, tuple[tuple[tuple[str, ...], int], ...]]:
    """Where two groups claim a term, the earlier group in the file has it."""
    first_claims: dict[tuple[str, ...], int] = {}
    for term, group in terms:
        first_claims.setdefault(tuple(term.split()), group)
    table: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for words, group in sorted(first_claims.items(), key=lambda claim: (-len(claim[0]), claim[0])):
        table.setdefault(words[0], []).append((words[1:], group))
    return {first: tuple(claims) for first, claims in table.items()}
