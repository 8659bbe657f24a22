"""How a query changes between the head and the search box: case, punctuation, slips of the keyboard, other words."""

import re
from collections.abc import Sequence
from random import Random

_LOWER_SHARE = 0.45
_SLIP_SHARE = 0.06  # of queries in the other styles
_SWAP_SHARE = 0.35  # of the content words of a query that is swapped at all
_CONTENT = re.compile(r"\b[a-z]{4,}\b")
_KEPT = frozenset(
    "about after alone also anyone back because before behind between down each from have into kind looking next over"
    " please right same saying says scene shot showing some something that their them then there these they this"
    " through under until what when where which while whom with without word words your".split()
)
_NEIGHBOURS = {"a": "sq", "e": "wr", "i": "uo", "n": "bm", "o": "ip", "r": "et", "s": "ad", "t": "ry", "l": "k", "h": "gj"}


def as_typed(draft: str, style: str, random: Random) -> str:
    """The draft as somebody types it in this style."""
    text = draft if style in {"sentence", "quote"} and random.random() < 0.7 else draft.rstrip(".?")
    if style not in {"sentence", "title"} and random.random() < _LOWER_SHARE:
        text = text.lower()
    if style == "typo":
        return slip(slip(text.lower(), random), random)
    return slip(text, random) if random.random() < _SLIP_SHARE else text


def slip(text: str, random: Random) -> str:
    """One slip in one longer word: letters swapped, dropped, doubled or hit beside."""
    places = [place for place in range(1, len(text) - 2) if text[place - 1 : place + 3].isalpha()]
    if not places:
        return text
    at = random.choice(places)
    kind = random.randrange(4)
    if kind == 0:
        middle = text[at + 1] + text[at]
        return text[:at] + middle + text[at + 2 :]
    replacement = ("", text[at] * 2, random.choice(_NEIGHBOURS.get(text[at], text[at + 1])))[kind - 1]
    return text[:at] + replacement + text[at + 1 :]


def swap_words(text: str, vocabulary: Sequence[str], random: Random) -> str:
    """About a third of the content words replaced by random ones. Names and short words stay."""

    def other(match: re.Match[str]) -> str:
        word = match.group()
        return word if word in _KEPT or random.random() > _SWAP_SHARE else random.choice(vocabulary)

    return _CONTENT.sub(other, text)
