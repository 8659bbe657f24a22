"""The known words and what they mean."""

import pytest

from edge import vocabulary
from edge.features import SCHEME
from edge.vocabulary import DIMENSIONS, bases, meaning, place, places, vectors

_LISTED = {3: "0736059c5a5bb41d"}


def _cosine(one: str, other: str) -> float:
    return sum(a * b for a, b in zip(meaning(one.split()), meaning(other.split()), strict=True))


def test_given_the_list_then_every_word_is_there_once_and_has_its_vector() -> None:
    rows = places()
    assert sorted(rows.values()) == list(range(len(rows)))
    assert all(word.isalpha() and word == word.lower() for word in rows)
    assert len(vectors()) == len(rows) * DIMENSIONS


def test_given_other_files_then_the_scheme_of_the_features_must_be_another() -> None:
    assert vocabulary.fingerprint() == _LISTED[SCHEME]


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("dogs", "dog"),
        ("dog's", "dog"),
        ("kisses", "kiss"),
        ("stories", "story"),
        ("barked", "bark"),
        ("moving", "move"),
        ("running", "run"),
        ("gas", "gas"),
        ("news", "news"),
    ],
)
def test_given_a_regular_form_then_it_has_the_place_of_its_base(word: str, base: str) -> None:
    assert place(word) == places()[base]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("dog's", ["dog", "dog'"]),
        ("carried", ["carry", "carri", "carrie"]),
        ("stories", ["story", "storie", "stori", "storie"]),
        ("boxes", ["boxe", "box", "boxe"]),
        ("moved", ["mov", "move"]),
        ("running", ["runn", "runne", "run"]),
        ("glass", []),
        ("river", []),
    ],
)
def test_given_a_form_then_what_it_may_be_a_form_of_comes_likeliest_first(word: str, expected: list[str]) -> None:
    assert list(bases(word)) == expected


@pytest.mark.parametrize("word", ["qwrtzp", "s", "es", "ing", "'s", ""])
def test_given_no_word_of_the_list_then_it_has_no_place(word: str) -> None:
    assert word in places() or place(word) is None


@pytest.mark.parametrize(
    ("one", "near", "far"),
    [
        ("violin", "cello", "tax"),
        ("inflation", "economy", "bark"),
        ("a man in a hat", "woman with gloves", "1990s jazz"),
    ],
)
def test_given_words_of_like_meaning_then_their_directions_are_near(one: str, near: str, far: str) -> None:
    assert _cosine(one, near) > _cosine(one, far) + 0.3


def test_given_no_known_word_then_it_means_nothing() -> None:
    assert meaning(["qwrtzp", "<quoted>"]) == (0.0,) * DIMENSIONS
