"""MiniLM: vectors, memory and tokens."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.bedrock.models import encoder as module
from local.bedrock.models.encoder import DIMENSIONS, Encoder, EncoderError, Vectors, count_tokens, cut_tokens, encoder


def _watch(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are really encoded from now on."""
    encoded: list[str] = []
    encode = Encoder.encode

    def watched(self: Encoder, texts: Sequence[str]) -> Vectors:
        encoded.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(Encoder, "encode", watched)
    return encoded


def test_given_texts_then_each_has_a_unit_vector_near_its_like() -> None:
    vectors = encoder().encode(["a dog barking", "puppy barks", "interest rates", ""])
    assert vectors.shape == (4, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_given_a_text_seen_before_then_its_vector_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    first = encoder().recall(["a lake at dawn", "a lake at dusk"])
    encoded = _watch(monkeypatch)
    assert np.array_equal(encoder().recall(["a lake at dusk"])[0], first[1])
    assert not encoded


def test_given_more_texts_than_it_holds_then_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    own = Encoder()
    own.recall([f"text {number}" for number in range(5)])
    encoded = _watch(monkeypatch)
    own.recall(["text 0", "text 4"])
    assert encoded == ["text 0"]


def test_given_another_model_file_then_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MODEL_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match="not the expected file"):
        Encoder()


@given(st.text(max_size=80), st.integers(1, 30))
def test_given_any_text_then_a_cut_stays_within_its_tokens(text: str, limit: int) -> None:
    cut, used, was_cut = cut_tokens(text, limit)
    assert text.startswith(cut)
    assert used <= limit
    assert was_cut == (count_tokens(text) > limit)
