"""How much the words vary."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from generate.diversity import Diversity


def figures(*queries: str) -> dict[str, float]:
    counted = Diversity()
    for query in queries:
        counted.add(query)
    return counted.figures()


def test_given_queries_then_content_words_and_distinct_pairs_are_counted() -> None:
    assert figures("The red car", "a red Car.", "red") == {"content_words": 2, "distinct_2": 0.75}


def test_given_nothing_then_nothing_varies() -> None:
    assert figures() == {"content_words": 0, "distinct_2": 0.0}


@given(st.lists(st.lists(st.sampled_from(["red", "car", "dog", "moon"]), min_size=1, max_size=5), max_size=20))
def test_given_any_queries_then_the_figures_are_those_of_sets(queries: list[list[str]]) -> None:
    pairs = [pair for query in queries for pair in pairwise(query)]
    found = figures(*(" ".join(query) for query in queries))
    assert found["content_words"] == len({word for query in queries for word in query})
    assert found["distinct_2"] == round(len(set(pairs)) / max(1, len(pairs)), 4)
