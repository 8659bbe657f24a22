"""Features of any text."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.cues import lexicon
from edge.features import cue_features, cue_size, cue_tokens, features, tokens
from edge.vocabulary import DIMENSIONS


@given(st.text(max_size=300))
def test_given_any_text_then_the_meaning_is_a_direction_or_nothing_and_the_places_are_in_range(query: str) -> None:
    found = features(query)
    assert len(found.meaning) == DIMENSIONS
    length = math.hypot(*found.meaning)
    assert length == 0 or math.isclose(length, 1)
    places = [place for place, _ in found.cues]
    assert len(set(places)) == len(places)
    assert all(0 <= place < cue_size() and math.isfinite(value) and value > 0 for place, value in found.cues)
    assert features(query) == found


@given(st.text(alphabet="ab c'", max_size=4000))
def test_given_a_very_long_text_then_the_work_is_bounded(query: str) -> None:
    words = tokens(query * 20)
    assert len(words) <= 65
    assert all(len(word) <= 24 for word in words)


def test_given_case_and_typographic_apostrophes_then_the_words_are_the_same() -> None:
    assert tokens("She\u2019ll STAY here") == tokens("she'll stay here") == ["she'll", "stay", "here"]


@pytest.mark.parametrize(
    ("query", "last"),
    [
        ('who said "the sea is cold"', "<quoted>"),
        ("The Wolf and the Sea", "<titled>"),
        ("please find me The Wolf and the Sea", "<titled>"),
        ("pull up Twelve Quiet Men", "<titled>"),
        ("Anna walks into the room", "room"),
        ("a wolf by the sea", "sea"),
    ],
)
def test_given_quotation_marks_or_a_title_then_a_token_says_so(query: str, last: str) -> None:
    assert tokens(query)[-1] == last


def test_given_a_word_twice_then_it_means_what_it_means_once() -> None:
    assert features("cat").meaning == features("cat, cats!").meaning != features("cat dog").meaning


def test_given_cues_then_what_they_favour_is_there_and_without_them_that_nothing_is() -> None:
    assert len(features("qwrtzp").cues) == 2, "no modality leads, and none is second"
    assert len(features("song of the movie").cues) == 6, "two groups, two scores, the leader, the leading two"
    assert features("song of the movie").cues != features("song of the song").cues


def test_given_nothing_to_read_then_nothing_is_meant() -> None:
    assert features("") == features(" ?! ")
    assert not any(features("").meaning)


def test_given_years_and_decades_then_the_cues_know_them_as_such_and_no_other_numbers() -> None:
    words = ["in", "1994", "1990s", "90s", "20's", "3d", "1750"]
    assert cue_tokens(words) == ["in", "<year>", "<decade>", "<decade>", "<decade>", "3d", "1750"]


def test_given_cues_of_three_modalities_then_the_two_with_the_most_weight_lead() -> None:
    found = dict(cue_features(tokens("an interview about the song of the movie")))
    groups, count = len(lexicon().groups), len(lexicon().modalities)
    scores = {place: found[groups + place] for place in range(count) if groups + place in found}
    first, second, *_ = sorted(scores, key=lambda place: (-scores[place], place))
    assert len(scores) == 3
    assert max(found) == groups + 2 * count + 1 + (first + 1) * (count + 1) + second + 1
