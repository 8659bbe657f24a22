"""Near duplicates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generate.near import THRESHOLD, jaccard, repeats, shingles

LONG = "the coach shouts time out over the noise of the crowd in the last minute of the final game"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {""}),
        ("Red car.", {"red car"}),
        ("a b c", {"a b c"}),
        ("a b c d", {"a b c", "b c d"}),
    ],
)
def test_given_a_query_then_its_word_triples_are_found(query: str, found: set[str]) -> None:
    assert shingles(query) == found


def test_given_sets_then_the_shared_share_is_exact() -> None:
    assert jaccard(frozenset("abc"), frozenset("abc")) == 1
    assert jaccard(frozenset("ab"), frozenset("bc")) == pytest.approx(1 / 3)
    assert jaccard(frozenset("a"), frozenset("b")) == 0


def test_given_a_query_that_differs_in_its_last_word_then_the_later_one_repeats() -> None:
    assert list(repeats([LONG, LONG.replace("game", "match"), "something else entirely to look for"])) == [
        False,
        True,
        False,
    ]


def test_given_short_queries_then_only_the_same_words_repeat() -> None:
    assert list(repeats(["red car", "red cars", "Red car!"])) == [False, False, True]


def test_given_nothing_then_nothing_repeats() -> None:
    assert list(repeats([])) == []


WORDS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=12).map(" ".join)


@given(st.lists(WORDS, max_size=12))
def test_given_any_queries_then_no_repeat_is_without_a_near_original(queries: list[str]) -> None:
    flags = list(repeats(queries))
    kept: list[str] = []
    for query, repeated in zip(queries, flags, strict=True):
        near = any(jaccard(shingles(query), shingles(other)) >= THRESHOLD for other in kept)
        exact = any(shingles(query) == shingles(other) for other in kept)
        assert not repeated or near
        assert repeated or not exact
        if not repeated:
            kept.append(query)
