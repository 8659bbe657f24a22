"""Metadata filters that a query states: people, genre, years and whatever the taxonomy lists. Rules only.

A filter is read where the query says it, with the words that say it; nothing is inferred or invented. What is not
certain gives no filter: a missing one widens a search, a wrong one empties it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NotRequired

from typing_extensions import TypedDict

from intent.taxonomy import Attribute, Taxonomy

_YEAR = r"(?:18[5-9]\d|19\d\d|20\d\d)"
_DECADE_WORDS = {  # no twenties: there are two of them
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}
_MAY_STATE_YEARS = re.compile(rf"\b{_YEAR}\b|\d0'?s|{'|'.join(_DECADE_WORDS)}")
_NOT = re.compile(r"(?:\bnot|\bno|\bwithout|\bexcept|\bnon|\bn't)[\s-]+(?:an?\s+|the\s+|any\s+)?$")
_TO = r"\s*(?:-|\u2013|to|until|till|through)\s*"
# A number behind one of these is an amount, not a year: "2000 people", "1984 metres".
_AMOUNT = r"(?!\s*(?:people|persons|metres|meters|miles|km|kilometres|kg|dollars|euros|pounds|usd|fans|times|steps|%))"
_BEFORE, _AFTER = r"\b(?:before|prior to|earlier than|until)\s+", r"\b(?:after|later than)\s+"
_SINCE, _TILL = r"\b(?:since|from)\s+", r"\b(?:up to|no later than)\s+"
_Meaning = Callable[[re.Match[str]], Mapping[str, object]]


def _bound(op: str) -> _Meaning:
    return lambda match: {"op": op, "value": int(match[1])}


def _range(match: re.Match[str]) -> Mapping[str, object]:
    return {"op": "between", "values": sorted(int(year) for year in match.groups() if year)}


def _decade(first: Callable[[str], int]) -> _Meaning:
    return lambda match: {"op": "between", "values": [first(match[1]), first(match[1]) + 9]}


_PATTERNS: Mapping[str, _Meaning] = {
    rf"\b(?:between\s+({_YEAR})\s+and\s+({_YEAR})|(?:from\s+)?({_YEAR}){_TO}({_YEAR}))\b": _range,
    rf"{_BEFORE}({_YEAR})\b{_AMOUNT}": _bound("lt"),
    rf"{_TILL}({_YEAR})\b{_AMOUNT}": _bound("lte"),
    rf"{_AFTER}({_YEAR})\b{_AMOUNT}": _bound("gt"),
    rf"{_SINCE}({_YEAR})\s+(?:on|onwards?)\b": _bound("gte"),
    rf"\bsince\s+({_YEAR})\b{_AMOUNT}": _bound("gte"),
    r"\b((?:18|19|20)\d)0'?s\b": _decade(lambda digits: int(digits) * 10),
    r"(?:\b(?:the|early|mid|late)[\s-]+|['\u2019])([3-9])0'?s\b": _decade(lambda digit: 1900 + int(digit) * 10),
    rf"\bthe\s+(?:early\s+|mid\s+|late\s+)?(?:nineteen\s+)?({'|'.join(_DECADE_WORDS)})\b": _decade(
        lambda word: 1900 + _DECADE_WORDS[word]
    ),
}
# One of these stands in whatever the patterns read: without it there are single years at most.
_MAY_BE_MORE = re.compile(
    rf"between|from|before|prior|earlier|until|up to|later|after|since|{_YEAR}{_TO}|\d0'?s|{'|'.join(_DECADE_WORDS)}"
)
_WAYS = [(re.compile(pattern), meaning) for pattern, meaning in _PATTERNS.items()]
_SINGLE = re.compile(rf"(?<![\w.,$\u20ac\u00a3-])({_YEAR})(?![\w%]|[.,:]\d){_AMOUNT}")

# A name: two to four words in capitals, with the small words that names have inside them.
_WORD = r"(?:[^\W\d_a-z][\w'\u2019.-]*)"
_NAME = rf"{_WORD}(?:\s+(?:(?:de|da|di|del|della|van|von|der|den|la|le|bin|ibn|al|el|of)\s+)*{_WORD}){{1,3}}"
_CUE = (
    r"\b(?:directed by|written by|produced by|composed by|hosted by|presented by|narrated by|sung by|played by|"
    r"performed by|filmed by|starring|featuring|interview(?:s|ed)? (?:with|of|by)|speech(?:es)? (?:by|of)|"
    r"by|with)\s+"
)
_AND = re.compile(r"\s*(?:,|\band\b|&|\bor\b)\s+")
_PEOPLE = re.compile(rf"(?i:{_CUE})({_NAME}(?:{_AND.pattern}{_NAME})*)")

Values = tuple[tuple[str, tuple[str, ...]], ...]


class Filter(TypedDict):
    """One filter. `op`: `eq`, `in` (one of several), `between` (both ends included), `lt`, `lte`, `gt` or `gte`.

    `words`: the query's own words for it.
    """

    attribute: str
    op: str
    value: NotRequired[str | int]
    values: NotRequired[list[str] | list[int]]
    words: str


def read(query: str, taxonomy: Taxonomy) -> list[Filter]:
    """The filters of a query, in the taxonomy's order of attributes; empty if it states none."""
    lower = _lower(query)
    readable = (attribute for attribute in taxonomy.attributes if attribute.kind)
    return [found for attribute in readable for found in _READERS[attribute.kind or ""](query, lower, attribute)]


def _lower(query: str) -> str:
    """In lower case, each character in its place: the few that would become two stay as they are."""
    lower = query.lower()
    return lower if len(lower) == len(query) else "".join(low if len(low := one.lower()) == 1 else one for one in query)


def _years(query: str, lower: str, attribute: Attribute) -> Iterator[Filter]:
    """The first that fits: a range, a bound, a decade, or single years (several: one of them)."""
    if not _MAY_STATE_YEARS.search(lower):
        return
    name = attribute.name
    for pattern, meaning in _WAYS if _MAY_BE_MORE.search(lower) else ():
        match = pattern.search(lower)
        if match:
            words = query[match.start() : match.end()].strip()
            yield {"attribute": name, **meaning(match), "words": words}  # type: ignore[misc]
            return
    singles = list(_SINGLE.finditer(lower))
    if len(singles) == 1:
        yield {"attribute": name, "op": "eq", "value": int(singles[0][1]), "words": singles[0][1]}
    elif singles:
        years = list(dict.fromkeys(int(match[1]) for match in singles))
        yield {"attribute": name, "op": "in", "values": years, "words": ", ".join(match[1] for match in singles)}


def _names(query: str, lower: str, attribute: Attribute) -> Iterator[Filter]:
    """Names behind a cue such as "directed by" or "interview with"; several are one of them."""
    if query.isupper() or (query == lower and query.isascii()):  # then capitals say nothing, or there are none
        return
    lists = [match[1] for match in _PEOPLE.finditer(query)]
    names = list(dict.fromkeys(name.rstrip(".'\u2019") for listed in lists for name in _AND.split(listed)))
    if len(names) == 1:
        yield {"attribute": attribute.name, "op": "eq", "value": names[0], "words": names[0]}
    elif names:
        yield {"attribute": attribute.name, "op": "in", "values": names, "words": ", ".join(names)}


def _values(query: str, lower: str, attribute: Attribute) -> Iterator[Filter]:
    """The listed values whose words the query holds, unless it says that they are not wanted."""
    found: dict[str, str] = {}
    listed = attribute.listed
    for match in _listed(listed).finditer(lower):
        if not _NOT.search(lower[: match.start()]):
            found.setdefault(_by_words(listed)[_folded(match[0])], query[match.start() : match.end()])
    if len(found) == 1:
        (value, words), *_ = found.items()
        yield {"attribute": attribute.name, "op": "eq", "value": value, "words": words}
    elif found:
        yield {"attribute": attribute.name, "op": "in", "values": list(found), "words": ", ".join(found.values())}


@cache
def _by_words(listed: Values) -> Mapping[str, str]:
    """Value by each of its phrases, in lower case."""
    return {_folded(phrase): value for value, phrases in listed for phrase in phrases}


@cache
def _listed(values: Values) -> re.Pattern[str]:
    phrases = sorted(_by_words(values), key=len, reverse=True)
    any_of = "|".join(r"[\s-]+".join(map(re.escape, phrase.split())) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{any_of})(?!\w)")


def _folded(text: str) -> str:
    return " ".join(_lower(text).replace("-", " ").split())


_READERS: Mapping[str, Callable[[str, str, Attribute], Iterator[Filter]]] = {
    "years": _years,
    "names": _names,
    "values": _values,
}
