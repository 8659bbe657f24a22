"""A seeded grammar of search queries: templates over word lists, and the ways in which people type them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from edge.cues import forms
from intent.taxonomy import Taxonomy
from local.bedrock.models.material import DATA, read
from local.bedrock.models.slips import as_typed, swap_words

_SLOT = re.compile(r"\{(?:(a|A) )?(\w+)(?:\.(s|ing))?\}")
_FORMS = {None: 0, "s": 1, "ing": 3}  # places in what `edge.cues.forms` returns
_DOMAIN_SHARE = 0.85  # the rest borrows another domain's words: people mix them, and it widens the vocabulary
_SWAPPED_SHARE = 0.45  # of the queries lose some content words to random ones: meaning, not a word list, must decide
_WORD_LETTERS = 4
_TRIES = 8  # drafts until one has the length asked for
_VOWELS = "aeiouAEIOU"
_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """Which modality should lead and which, if any, be close behind; subject, manner and length. Names, or ""."""

    leading: str
    second: str | None = None
    domain: str = ""
    style: str = ""
    length: str = ""


class Grammar:
    """Composes queries. Reads its data files once; every draw comes from the caller's generator."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        """Raises NoMaterialError if there is no grammar for the taxonomy."""
        self._rules: Mapping[str, Any] = read(taxonomy.name, "templates.json")
        words = json.loads((DATA / "words.json").read_text("utf-8")) | read(taxonomy.name, "words.json")
        self._phrases: Mapping[str, Sequence[str]] = self._rules["phrases"]
        self._words = {name: _entries(listed) for name, listed in words.items()}
        self._domains = sorted({name.partition("@")[2] for name in words if "@" in name})
        self._lengths = {name: _range(description) for name, description in taxonomy.lengths.items()}

    def compose(self, cell: Cell, random: Random) -> str:
        """One query for the cell.

        An unknown domain draws from all of them, an unknown style gives fragments, an unknown length any.
        """
        draft = self._of_length(cell, random)
        if random.random() < _SWAPPED_SHARE:
            draft = swap_words(draft, whole_words(_WORD_LETTERS), random)
        return as_typed(draft, cell.style, random)

    def _of_length(self, cell: Cell, random: Random) -> str:
        """The last draft, where none has the length."""
        low, high = self._lengths.get(cell.length, (0, 99))
        draft = ""
        for _ in range(_TRIES):
            draft = self._draft(cell, random)
            while len(draft.split()) < low:
                draft = self._longer(draft, cell, random)
            if len(draft.split()) <= high:
                break
        return draft

    def _draft(self, cell: Cell, random: Random) -> str:
        if cell.second:
            mixed = self._rules["mixed"]
            templates = mixed.get(f"{cell.leading}+{cell.second}") or mixed[f"{cell.second}+{cell.leading}"]
        else:
            styles = self._rules[cell.leading]
            templates = styles.get(cell.style) or styles["fragment"]
        prefix = random.choice(self._rules["prefixes"].get(cell.style, [""]))
        return prefix + self.fill(random.choice(templates), cell.domain, random)

    def _longer(self, draft: str, cell: Cell, random: Random) -> str:
        end = draft[-1] if draft.endswith((".", "?")) else ""
        tails = self._rules["tails"][random.choice([cell.leading, cell.second or cell.leading])]
        return f"{draft.removesuffix(end)} {self.fill(random.choice(tails), cell.domain, random)}{end}"

    def fill(self, template: str, domain: str, random: Random) -> str:
        """Slots: {name}, {Name} capitalised, {a name}, {A name} with an article, {name.s} and {name.ing} for verbs."""

        def word(slot: re.Match[str]) -> str:
            article, name, form = slot.groups()
            text = self._expand(name.lower(), domain, form, random)
            if article:
                return f"{article}{'n' if text[0] in _VOWELS else ''} {text}"
            return text[0].upper() + text[1:] if name[0].isupper() else text

        return _SLOT.sub(word, template)

    def _expand(self, name: str, domain: str, form: str | None, random: Random) -> str:
        if name in self._phrases:
            return self.fill(random.choice(self._phrases[name]), domain, random)
        if name == "year":
            return str(random.randint(1935, 2026))
        if name == "number":
            return str(random.randint(1, 12))
        return random.choice(self._listed(name, domain, random))[_FORMS[form]]

    def _listed(self, name: str, domain: str, random: Random) -> Sequence[Sequence[str]]:
        if name in self._words:
            return self._words[name]
        if domain not in self._domains or random.random() > _DOMAIN_SHARE:
            domain = random.choice(self._domains)
        return self._words[f"{name}@{domain}"]


def _entries(listed: str) -> list[tuple[str, ...]]:
    """Comma-separated entries, each with the forms of `_FORMS` (alike unless a tilde marks a verb)."""
    return [tuple(forms(entry)) if "~" in entry else (entry,) * 4 for entry in listed.split(", ")]


def _range(description: str) -> tuple[int, int]:
    """The two numbers of words that a length's description names ("two to four words"), or any number."""
    found = [_NUMBERS.index(word) for word in re.findall(r"[a-z]+", description.lower()) if word in _NUMBERS]
    return (found[0], found[1]) if len(found) > 1 else (0, 99)


@cache
def whole_words(shortest: int) -> tuple[str, ...]:
    """Words of at least `shortest` letters in MiniLM's own vocabulary, from names to verbs, frequent ones first."""
    lines = (DATA / "wordpiece.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if len(line) >= shortest and line.isascii() and line.isalpha())
