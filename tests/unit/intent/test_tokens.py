"""The one estimate of tokens, beside the word pieces that the embedded models count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent import prompts
from intent.records import answer
from intent.scoring import RUBRIC
from intent.tokens import tokens
from local.bedrock.models.encoder import count_tokens
from tests.unit.samples import DOMAIN, WEIGHTS

REQUEST = prompts.writer_request({"leading": "visual", "domain": "film", "length": "short"}, count=25, seed=3123456789)


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), (" \n", 0), ("red car", 2), ("transcription", 2), ("0.2169", 4), ("what's up?", 5), ("a_b", 3)],
)
def test_given_a_text_then_its_tokens_are_as_counted_by_hand(text: str, count: int) -> None:
    assert tokens(text) == count


@pytest.mark.parametrize(
    "text",
    [prompts.writer(DOMAIN), prompts.teacher(DOMAIN), prompts.student(DOMAIN), RUBRIC, REQUEST, answer(WEIGHTS)],
    ids=["writer", "teacher", "student", "rubric", "request", "answer"],
)
def test_given_the_projects_own_texts_then_the_estimate_is_within_8_percent_of_word_pieces(text: str) -> None:
    assert tokens(text) == pytest.approx(count_tokens(text), rel=0.08)


@given(st.text(max_size=60), st.text(max_size=60))
def test_given_two_texts_then_together_they_are_as_many(one: str, other: str) -> None:
    assert tokens(f"{one}\n{other}") == tokens(one) + tokens(other)
