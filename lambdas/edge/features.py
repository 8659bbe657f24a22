"""A query as numbers: what its words mean, and its cue words. Plain Python, one code to train and serve."""

import re
from dataclasses import dataclass
from functools import cache

from edge import vocabulary
from edge.cues import Lexicon, lexicon

SCHEME = 3
"""Raise it when the same query would give other features."""

# How large the parts of the features are beside each other: the meaning's direction has length 3, a cue counts 0.5.
MEANING = 3.0
_CUE, _SCORE, _LEADER = 0.5, 0.3, 0.5
_CUE_LIMIT = 4  # what a cue group counts at most
_MAX_WORDS = 64  # what bounds the time for the longest query that the API takes
_MAX_LETTERS = 24
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_QUOTED = re.compile(r"[\"\u201c\u201d][^\"\u201c\u201d]{3,}[\"\u201c\u201d]")
_CAPITAL = r"[A-Z0-9][\w'\u2019-]*"
_TITLED = re.compile(rf"{_CAPITAL}(?:,? (?:[a-z]{{1,4}} ){{0,2}}{_CAPITAL}){{1,8}}")
# Up to six words, then to the end a title: three words in title case, or an article and one.
_ASKED_FOR = re.compile(
    r"\S+(?: [a-z']\S*){0,5} (?:(?:The|A|An)|[A-Z][\w'\u2019-]*(?: [a-z]{1,4}){0,2} [A-Z][\w'\u2019-]*)"
    r"(?:(?: [a-z]{1,4}){0,2} [A-Z][\w'\u2019-]*)+[.?!]?"
)
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_DECADE = re.compile(r"(?:(?:18|19|20)?\d0)'?s")


@dataclass(frozen=True, slots=True)
class Features:
    """Of one query. `meaning`: a direction of length 1, or zeros; `cues`: (place, value) pairs, all others are 0."""

    meaning: tuple[float, ...]
    cues: tuple[tuple[int, float], ...]


def features(query: str) -> Features:
    """All that the edge student reads of a query."""
    words = tokens(query)
    return Features(vocabulary.meaning(words), cue_features(words))


@cache
def feature_id() -> str:
    """Names the features that this code computes: a model trained on others must not be used with it."""
    return f"{SCHEME}-{lexicon().fingerprint}-{vocabulary.fingerprint()}"


def tokens(query: str) -> list[str]:
    """Lower-case words, at most 64 of them; quoted words or a title in title case add a token of their own."""
    words = [word.replace("\u2019", "'")[:_MAX_LETTERS] for word in _WORD.findall(query.lower())[:_MAX_WORDS]]
    if _QUOTED.search(query):
        words.append("<quoted>")
    elif _TITLED.fullmatch(query) or _ASKED_FOR.fullmatch(query):
        words.append("<titled>")
    return words


def cue_tokens(words: list[str]) -> list[str]:
    """The words as the cue lexicon knows them: a year is `<year>`, a decade `<decade>`."""
    return [_kind(word) if word[0].isdigit() else word for word in words]


def cue_size() -> int:
    """Places that the cue features have: groups, scores of modalities, the leading one, the leading two."""
    groups, modalities = len(lexicon().groups), len(lexicon().modalities)
    return groups + modalities + (modalities + 1) + (modalities + 1) ** 2


def cue_features(words: list[str]) -> tuple[tuple[int, float], ...]:
    """How often each cue group occurs, what that speaks for each modality, and which two it speaks for most."""
    table = lexicon()
    counts: dict[int, int] = {}
    for group, _, _ in table.find(cue_tokens(words)):
        counts[group] = counts.get(group, 0) + 1
    scores = _scores(table, counts)
    ranked = sorted((-score, place) for place, score in scores.items())
    first, second = [place + 1 for _, place in ranked[:2]] + [0] * (2 - len(ranked[:2]))
    groups, modalities = len(table.groups), len(table.modalities)
    leaders = groups + modalities
    pairs = leaders + modalities + 1
    return (
        *((group, _CUE * min(count, _CUE_LIMIT)) for group, count in sorted(counts.items())),
        *((groups + place, _SCORE * score) for place, score in sorted(scores.items())),
        (leaders + first, _LEADER),
        (pairs + first * (modalities + 1) + second, _LEADER),
    )


def _scores(table: Lexicon, counts: dict[int, int]) -> dict[int, float]:
    """The weights of the cues found, summed by the place of their modality."""
    scores: dict[int, float] = {}
    for group, count in counts.items():
        place = table.modalities.index(table.groups[group].modality)
        scores[place] = scores.get(place, 0.0) + count * table.groups[group].weight
    return scores


def _kind(word: str) -> str:
    if _YEAR.fullmatch(word):
        return "<year>"
    return "<decade>" if _DECADE.fullmatch(word) else word
