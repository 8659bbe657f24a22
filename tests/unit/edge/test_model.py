"""The model file, and prediction from it."""

import hashlib
import statistics
import struct
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import model as edge_model
from edge.model import EdgeModel, EdgeModelError
from tests.unit.edge.toy import MODALITIES, examples, fitted

BLOB = fitted().model.to_bytes()


def _sealed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def test_given_a_file_then_reading_it_gives_the_same_answers_and_the_same_bytes() -> None:
    again = EdgeModel.from_bytes(BLOB)
    assert again.to_bytes() == BLOB
    assert all(again.predict(query) == fitted().model.predict(query) for query, _ in examples())
    assert len(BLOB) <= 500_000


@given(st.integers(0, len(BLOB) - 1), st.integers(1, 255))
def test_given_one_changed_byte_then_the_file_is_refused(position: int, change: int) -> None:
    damaged = bytearray(BLOB)
    damaged[position] ^= change
    with pytest.raises(EdgeModelError):
        EdgeModel.from_bytes(bytes(damaged))


@given(st.integers(0, len(BLOB) - 1))
def test_given_a_file_cut_short_then_it_is_refused(length: int) -> None:
    with pytest.raises(EdgeModelError):
        EdgeModel.from_bytes(BLOB[:length])


@given(st.binary(max_size=200))
def test_given_a_foreign_file_then_it_is_called_one(blob: bytes) -> None:
    with pytest.raises(EdgeModelError, match="not an edge model"):
        EdgeModel.from_bytes(blob)


def test_given_another_format_version_then_the_message_names_it() -> None:
    body = BLOB[:6] + struct.pack("<H", 9) + BLOB[8:-32]
    with pytest.raises(EdgeModelError, match="version 9"):
        EdgeModel.from_bytes(_sealed(body))


def test_given_a_model_of_other_features_then_it_says_to_run_the_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_model, "feature_id", lambda: "other")
    with pytest.raises(EdgeModelError, match="run the pipeline"):
        EdgeModel.from_bytes(BLOB)


@given(st.text(max_size=200))
def test_given_any_text_then_the_weights_are_a_contract_answer(query: str) -> None:
    answer = fitted().model.predict(query)
    assert tuple(answer.weights) == MODALITIES
    assert sum(round(weight * 10_000) for weight in answer.weights.values()) == 10_000
    assert 0.25 - 1e-9 <= answer.confidence <= 1


def test_given_a_typical_query_then_half_the_answers_come_within_half_a_millisecond() -> None:
    """The budget is 150 us at the median; a shared test machine gets three times that."""
    model, times = fitted().model, list[float]()
    for number in range(300):
        begin = time.perf_counter()
        model.predict(f"find where coach number {number} shouts time out over crowd noise, 2024 finals")
        times.append(time.perf_counter() - begin)
    assert statistics.median(times) < 450e-6


def test_given_the_serving_modules_then_neither_numpy_nor_scipy_is_imported() -> None:
    code = "import sys, edge.model; sys.exit(any(name in sys.modules for name in ('numpy', 'scipy', 'pydantic')))"
    assert subprocess.run([sys.executable, "-c", code], cwd="lambdas", check=False).returncode == 0
