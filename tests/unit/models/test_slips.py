"""How drafts become what people type."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from local.bedrock.models.slips import as_typed, slip, swap_words

RANDOM = st.integers(0, 10**6).map(Random)


@given(st.text(max_size=60), RANDOM)
def test_given_any_text_then_a_slip_changes_at_most_two_letters(text: str, random: Random) -> None:
    found = slip(text, random)
    assert abs(len(found) - len(text)) <= 1
    same = next((at for at, pair in enumerate(zip(text, found, strict=False)) if pair[0] != pair[1]), len(text))
    assert found[same:].endswith(text[same + 2 :])


@given(RANDOM)
def test_given_a_typo_style_then_it_is_lower_case_and_differs(random: Random) -> None:
    assert as_typed("Wonderful Mountain Landscapes?", "typo", random).islower()


@given(RANDOM)
def test_given_a_swap_then_names_and_short_words_stay(random: Random) -> None:
    words = swap_words("Ada sees the enormous lighthouse", ["banana"], random).split()
    assert words[0] == "Ada"
    assert words[2] == "the"
    assert set(words) <= {"Ada", "sees", "the", "enormous", "lighthouse", "banana"}
