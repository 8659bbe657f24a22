"""Filters are what the query says, in its own words, and nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intent.attributes import read
from intent.taxonomy import Attribute, Taxonomy, load

DOMAIN = load()


def found(query: str) -> dict[str, tuple[str, Any]]:
    """Attribute -> (op, value or values)."""
    return {one["attribute"]: (one["op"], one.get("value", one.get("values"))) for one in read(query, DOMAIN)}


YEARS = {
    "find the 2024 finals": ("eq", 2024),
    "match of 1998 or 2002": ("in", [1998, 2002]),
    "films between 1960 and 1975": ("between", [1960, 1975]),
    "episodes 1999-2003": ("between", [1999, 2003]),
    "from 2010 to 2015 news": ("between", [2010, 2015]),
    "news before 1990": ("lt", 1990),
    "interviews after 2015": ("gt", 2015),
    "goals since 2012": ("gte", 2012),
    "archive up to 1995": ("lte", 1995),
    "no later than 1980": ("lte", 1980),
    "Between 1960 And 1975": ("between", [1960, 1975]),
    "NEWS SINCE 2012": ("gte", 2012),
    "The Eighties": ("between", [1980, 1989]),
    "from 2005 onwards": ("gte", 2005),
    "comedies of the 90s": ("between", [1990, 1999]),
    "1980s music": ("between", [1980, 1989]),
    "songs from the eighties": ("between", [1980, 1989]),
    "the '70s": ("between", [1970, 1979]),
    "the 2010s": ("between", [2010, 2019]),
}
NO_YEARS = [
    "2000 people on a square",
    "climb of 1984 metres",
    "costs $1999",
    "room 19845",
    "version 2.2024",
    "no year here",
    "1,999 steps",
    "the twenties",
    "in his 90 years",
]


@pytest.mark.parametrize("query", YEARS)
def test_given_a_year_then_its_filter(query: str) -> None:
    assert found(query)["timestamp"] == YEARS[query]


@pytest.mark.parametrize("query", NO_YEARS)
def test_given_a_number_that_is_no_year_then_no_filter(query: str) -> None:
    assert "timestamp" not in found(query)


PEOPLE = {
    "episodes directed by Agnes Varda from 1962": ("eq", "Agnes Varda"),
    "interview with Ursula von der Leyen": ("eq", "Ursula von der Leyen"),
    "a film with Anna Karina and Jean-Paul Belmondo": ("in", ["Anna Karina", "Jean-Paul Belmondo"]),
    "starring Penélope Cruz": ("eq", "Penélope Cruz"),
    "a song sung by Sammy Davis Jr.": ("eq", "Sammy Davis Jr"),
}
NO_PEOPLE = [
    "a house by the sea",
    "man with red hair",
    "Red Car Chase At Night",
    "directed by someone",
    "WITH YOU",
    "walking by",
    "coach shouting over noise",
]


@pytest.mark.parametrize("query", PEOPLE)
def test_given_names_behind_a_cue_then_their_filter(query: str) -> None:
    assert found(query)["people"] == PEOPLE[query]


@pytest.mark.parametrize("query", NO_PEOPLE)
def test_given_no_name_behind_a_cue_then_no_filter(query: str) -> None:
    assert "people" not in found(query)


@pytest.mark.parametrize(
    ("query", "attribute", "expected"),
    [
        ("comedies about lawyers", "genre", ("eq", "comedy")),
        ("SCI-FI or westerns", "genre", ("in", ["science fiction", "western"])),
        ("drone  footage of a harbour", "camera", ("eq", "aerial")),
        ("Close Up of a hand in slow-mo", "camera", ("in", ["close-up", "slow motion"])),
    ],
)
def test_given_listed_phrases_then_their_values(query: str, attribute: str, expected: tuple[str, Any]) -> None:
    assert found(query)[attribute] == expected


@pytest.mark.parametrize(
    "query", ["not a comedy", "anything except documentaries", "no close-up", "horror on her face", "the western coast"]
)
def test_given_what_is_not_wanted_or_means_something_else_then_no_filter(query: str) -> None:
    assert found(query) == {}


KNOWN = st.sampled_from([*YEARS, *PEOPLE])


@given(st.text(max_size=80) | st.tuples(st.text(max_size=9), KNOWN).map("".join))
def test_given_any_query_then_every_word_of_a_filter_stands_in_it(query: str) -> None:
    for one in read(query, DOMAIN):
        for words in one["words"].split(", "):
            assert words in query
        assert ("value" in one) != ("values" in one)
        if one["op"] == "between":
            assert list(one.get("values", [])) == sorted(one.get("values", []))  # type: ignore[type-var]


ALIKE = str.maketrans({"i": "\u0131", "I": "\u0130", "s": "\u017f", "k": "\u212a"})  # equal to re.IGNORECASE, not to us
PHRASES = [*YEARS, *(words for one in DOMAIN.attributes for listed in one.values.values() for words in listed)]


@pytest.mark.parametrize("query", PHRASES)
def test_given_letters_that_only_look_alike_then_no_error_and_no_words_of_our_own(query: str) -> None:
    for written in (query.translate(ALIKE), query.upper().translate(ALIKE), f"\u0130stanbul {query}"):
        assert all(words in written for one in read(written, DOMAIN) for words in one["words"].split(", "))
    assert found(f"\u0130stanbul, {query}") == found(f"Istanbul, {query}")


def test_given_a_taxonomy_with_other_attributes_then_they_are_read_without_new_code() -> None:
    rights = {
        "name": "rights",
        "description": "who may show it",
        "kind": "values",
        "values": {"free": ["royalty free"]},
    }
    whole = Taxonomy.model_validate({**DOMAIN.model_dump(by_alias=True), "attributes": [rights]})
    assert read("royalty-free shots of rain", whole) == [
        {"attribute": "rights", "op": "eq", "value": "free", "words": "royalty-free"}
    ]


def test_given_an_attribute_without_rules_then_it_is_not_read() -> None:
    whole = Taxonomy.model_validate(
        {**DOMAIN.model_dump(by_alias=True), "attributes": [{"name": "author", "description": "who wrote it"}]}
    )
    assert read("by Jane Austen", whole) == []


@pytest.mark.parametrize("changed", [{"kind": "values"}, {"values": {"a": ["b"]}}, {"kind": "guess"}])
def test_given_a_kind_without_its_values_then_the_taxonomy_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Attribute.model_validate({"name": "a", "description": "b", **changed})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "match of 1998 or 2002",
            {"attribute": "timestamp", "op": "in", "values": [1998, 2002], "words": "1998, 2002"},
        ),
        (
            "speech by Ursula von der Leyen",
            {"attribute": "people", "op": "eq", "value": "Ursula von der Leyen", "words": "Ursula von der Leyen"},
        ),
        (
            "starring Anna Karina and Jean Seberg",
            {
                "attribute": "people",
                "op": "in",
                "values": ["Anna Karina", "Jean Seberg"],
                "words": "Anna Karina, Jean Seberg",
            },
        ),
        (
            "SCI-FI or Westerns",
            {"attribute": "genre", "op": "in", "values": ["science fiction", "western"], "words": "SCI-FI, Westerns"},
        ),
    ],
)
def test_given_a_filter_then_the_querys_own_words_for_it_are_kept(query: str, expected: dict[str, Any]) -> None:
    assert read(query, DOMAIN) == [expected]
