"""Features of any text."""

import math

from hypothesis import given
from hypothesis import strategies as st

from edge.features import SIZE, features, sparse, tokens


@given(st.text(max_size=300))
def test_given_any_text_then_indices_are_in_range_and_the_hashed_part_has_length_one(query: str) -> None:
    found = features(query)
    assert all(0 <= index < SIZE for index in found)
    assert all(math.isfinite(value) and value > 0 for value in found.values())
    hashed = sparse(query).hashed
    if hashed:
        assert math.isclose(sum(found[index] ** 2 for index in hashed), 1)
    assert features(query) == found


@given(st.text(alphabet="ab c'", max_size=4000))
def test_given_a_very_long_text_then_the_work_is_bounded(query: str) -> None:
    words = tokens(query * 20)
    assert len(words) <= 65
    assert all(len(word) <= 24 for word in words)


def test_given_case_and_typographic_apostrophes_then_the_words_are_the_same() -> None:
    assert tokens("She\u2019ll STAY here") == tokens("she'll stay here") == ["she'll", "stay", "here"]


def test_given_nothing_to_read_then_there_are_no_features() -> None:
    assert features("") == features(" ?! ") == {}
