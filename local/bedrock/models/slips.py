"""How a query changes between the head and the search box: case, punctuation, slips of the keyboard, other words."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

_DATA = json.loads((Path(__file__).parent / "data" / "typing.json").read_text("utf-8"))
_NEIGHBOURS: dict[str, str] = _DATA["neighbours"]
_KEPT = frozenset(_DATA["kept"].split())
_CONTENT = re.compile(r"\b[a-z]{4,}\b")
_LETTERS = re.compile(r"(?=[a-zA-Z]{4})")  # a place with three more letters after it
_PUNCTUATED = {"sentence": 0.7, "quote": 0.7}  # shares that keep their full stop or question mark
_CASED = frozenset({"sentence", "title"})
_LOWER_SHARE = 0.45
_SLIP_SHARE = 0.06  # of queries in the other styles
_SWAP_SHARE = 0.35  # of the content words of a query that is swapped at all


def as_typed(draft: str, style: str, random: Random) -> str:
    """The draft as somebody types it in this style."""
    text = draft if random.random() < _PUNCTUATED.get(style, 0) else draft.rstrip(".?")
    if style == "typo":
        return slip(slip(text.lower(), random), random)
    if style not in _CASED and random.random() < _LOWER_SHARE:
        text = text.lower()
    return slip(text, random) if random.random() < _SLIP_SHARE else text


def slip(text: str, random: Random) -> str:
    """One slip in one longer word: two letters swapped, or one dropped, doubled or hit beside."""
    places = [match.start() + 1 for match in _LETTERS.finditer(text)]
    if not places:
        return text
    at = random.choice(places)
    letter, following = text[at], text[at + 1]
    slips = (
        following + letter,
        following,
        letter * 2 + following,
        random.choice(_NEIGHBOURS[letter.lower()]) + following,
    )
    return text[:at] + random.choice(slips) + text[at + 2 :]


def swap_words(text: str, vocabulary: Sequence[str], random: Random) -> str:
    """About a third of the content words replaced by random ones. Names and short words stay."""

    def other(match: re.Match[str]) -> str:
        word = match.group()
        return word if word in _KEPT or random.random() > _SWAP_SHARE else random.choice(vocabulary)

    return _CONTENT.sub(other, text)
