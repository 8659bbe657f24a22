"""A seeded grammar of search queries: templates over word lists, and the ways in which people type them."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

from edge.cues import forms
from local.bedrock.models.slips import as_typed, swap_words

_DATA = Path(__file__).parent / "data"
_SLOT = re.compile(r"\{(?:(a|A) )?(\w+)(?:\.(s|ing))?\}")
_FORMS = {None: 0, "s": 1, "ing": 3}  # places in what `edge.cues.forms` returns
_DOMAIN_SHARE = 0.85  # the rest borrows another domain's words: people mix them, and it widens the vocabulary
_SWAPPED_SHARE = 0.45  # of the queries lose some content words to random ones: meaning, not a word list, must decide
_WORD_LETTERS = 4
_VOWELS = "aeiouAEIOU"


class Grammar:
    """Composes queries. Reads its data files once; every draw comes from the caller's generator."""

    def __init__(self, modalities: Sequence[str]) -> None:
        rules = json.loads((_DATA / "templates.json").read_text("utf-8"))
        words = json.loads((_DATA / "words.json").read_text("utf-8"))
        self._rules: Mapping[str, Any] = rules
        self._phrases: Mapping[str, Sequence[str]] = rules["phrases"]
        self._words = {name: _entries(listed) for name, listed in words.items()}
        self._domains = sorted({name.partition("@")[2] for name in words if "@" in name})
        self._pairs = ["+".join(pair) for pair in combinations(modalities, 2) if "+".join(pair) in rules["mixed"]]

    def compose(self, *, leading: str, domain: str, style: str, random: Random) -> str:
        """One query that should lead with `leading` ("mixed": two modalities alike).

        An unknown domain draws from all of them, an unknown style gives fragments.
        """
        draft = self._draft(leading, domain, style, random)
        if random.random() < _SWAPPED_SHARE:
            draft = swap_words(draft, _vocabulary(), random)
        return as_typed(draft, style, random)

    def _draft(self, leading: str, domain: str, style: str, random: Random) -> str:
        if leading == "mixed":
            templates = self._rules["mixed"][random.choice(self._pairs)]
        else:
            styles = self._rules[leading]
            templates = styles.get(style) or styles["fragment"]
        prefix = random.choice(self._rules["prefixes"].get(style, [""]))
        return prefix + self._fill(random.choice(templates), domain, random)

    def _fill(self, template: str, domain: str, random: Random) -> str:
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
            return self._fill(random.choice(self._phrases[name]), domain, random)
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


@cache
def _vocabulary() -> tuple[str, ...]:
    """Whole words of MiniLM's own vocabulary: about 18,000, from names to verbs."""
    lines = (_DATA / "wordpiece.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if len(line) >= _WORD_LETTERS and line.isascii() and line.isalpha())
