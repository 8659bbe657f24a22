"""The judge applies the rubric."""

import json

import pytest

from intent.scoring import SCALE
from local.bedrock.models.judge import rate

REFERENCE = {"visual": 0.6, "audio": 0.1, "transcription": 0.1, "metadata": 0.2}


@pytest.mark.parametrize(
    ("prediction", "value"),
    [
        ({"visual": 0.6, "audio": 0.1, "transcription": 0.1, "metadata": 0.2}, 5),
        ({"visual": 0.5, "audio": 0.15, "transcription": 0.15, "metadata": 0.2}, 4),
        ({"visual": 0.4, "audio": 0.2, "transcription": 0.2, "metadata": 0.2}, 3),
        ({"visual": 0.3, "audio": 0.2, "transcription": 0.2, "metadata": 0.3}, 2),
        ({"visual": 0.1, "audio": 0.7, "transcription": 0.1, "metadata": 0.1}, 1),
    ],
)
def test_given_an_answer_then_the_rating_is_the_rubrics_level(prediction: dict[str, float], value: float) -> None:
    found = rate("rubric", "a red boat", json.dumps(prediction), json.dumps(REFERENCE), SCALE)
    assert (found.value, found.label) == (value, SCALE[int(value) - 1][0])
    assert "error" in found.explanation


def test_given_a_broken_answer_then_the_lowest_level_and_the_reason() -> None:
    found = rate("rubric", "a red boat", "```json\n{}\n```", json.dumps(REFERENCE), SCALE)
    assert found.value == 1
    assert "breaks the contract" in found.explanation


def test_given_a_scale_of_words_or_in_another_order_then_its_ends_are_kept() -> None:
    perfect = json.dumps(REFERENCE)
    assert rate("", "", perfect, perfect, tuple(reversed(SCALE))).value == 5
    assert rate("", "", perfect, perfect, (("no", "bad"), ("yes", "good"))).value == "good"


def test_given_no_reference_then_nothing_can_be_judged() -> None:
    with pytest.raises(ValueError, match="reference"):
        rate("", "", "{}", None, SCALE)
