"""The model file, and prediction from it."""

import hashlib
import statistics
import struct
import subprocess
import sys
import time
from array import array
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import container, network, vocabulary
from edge import model as edge_model
from edge.model import HIDDEN, EdgeModel, EdgeModelError, Parameters
from edge.training import inputs_of, targets_of
from tests.unit.edge.toy import MODALITIES, examples, fitted

BLOB = fitted().model.to_bytes()


def read_at_serving() -> int:
    """Bytes of the data files beside the code."""
    folder = Path(edge_model.__file__).parent
    return sum((folder / name).stat().st_size for name in ("words.csv", "words.int8", "cues.json"))


def _sealed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def test_given_a_file_then_reading_it_gives_the_same_answers_and_the_same_bytes() -> None:
    again = EdgeModel.from_bytes(BLOB)
    assert again.to_bytes() == BLOB
    assert all(again.predict(query) == fitted().model.predict(query) for query, _ in examples())
    assert len(BLOB) + read_at_serving() <= 500_000


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


@pytest.mark.parametrize(
    ("blob", "message"),
    [
        (b"IREDGE", "not an edge model file"),
        (b"XX" + BLOB[2:], "not an edge model file"),
        (BLOB + b"x", "the edge model file is cut short or too long"),
        (BLOB[:-1] + bytes([BLOB[-1] ^ 1]), "the edge model file is damaged: its checksum does not match"),
        (_sealed(struct.pack("<6sHII", b"IREDGE", 2, 0, 0)), "the edge model file has no readable description"),
        (
            container.pack({"kind": "x"}, b""),
            "no edge model, or one trained for other features: run the pipeline again",
        ),
    ],
    ids=["short", "foreign", "long", "damaged", "empty", "other"],
)
def test_given_a_file_that_is_refused_then_the_message_says_why(blob: bytes, message: str) -> None:
    with pytest.raises(EdgeModelError) as refused:
        EdgeModel.from_bytes(blob)
    assert str(refused.value) == message


def test_given_a_model_of_other_features_then_it_says_to_run_the_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_model, "feature_id", lambda: "other")
    with pytest.raises(EdgeModelError, match="run the pipeline"):
        EdgeModel.from_bytes(BLOB)


@given(st.text(max_size=200))
def test_given_any_text_then_the_weights_are_a_contract_answer(query: str) -> None:
    answer = fitted().model.predict(query)
    assert tuple(answer.weights) == MODALITIES
    assert sum(round(weight * 10_000) for weight in answer.weights.values()) == 10_000
    assert 0 <= answer.confidence <= 1


def test_given_an_edge_students_file_for_other_code_then_its_size_is_checked() -> None:
    meta, payload = container.unpack(BLOB)
    with pytest.raises(EdgeModelError, match=r"^the edge model's payload does not fit its modalities$"):
        EdgeModel.from_bytes(container.pack(meta, payload[:-4]))
    with pytest.raises(EdgeModelError, match="no edge model"):
        EdgeModel.from_bytes(container.pack({**meta, "kind": "distilled"}, payload))


def test_given_a_query_then_plain_python_and_numpy_compute_the_same() -> None:
    inputs = inputs_of([query for query, _ in examples()])
    layers = network.train(inputs, targets_of(examples(), MODALITIES), hidden=HIDDEN, seed=1)
    model = EdgeModel(Parameters(MODALITIES, 1.0, 0.0, 1.0), [array("f", layer.tobytes()) for layer in layers])
    computed = network.outputs(layers, inputs)
    served = np.array([model.outputs(query) for query, _ in examples()])
    assert np.abs(computed - served).max() < 1e-4


def test_given_a_typical_query_then_half_the_answers_come_within_half_a_millisecond() -> None:
    """The budget is 150 us at the median; a shared test machine gets three times that."""
    model, times = fitted().model, list[float]()
    for number in range(300):
        begin = time.perf_counter()
        model.predict(f"find where coach number {number} shouts time out over crowd noise, 2024 finals")
        times.append(time.perf_counter() - begin)
    assert statistics.median(times) < 450e-6


def test_given_the_serving_modules_then_neither_numpy_nor_scipy_is_imported() -> None:
    code = (
        "import sys, edge.model, edge.features; edge.features.features('a cat')\n"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'scipy', 'pydantic')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd="lambdas", check=False).returncode == 0


def test_given_a_cold_start_then_the_words_are_read_within_milliseconds() -> None:
    """About 3 ms on a quiet machine; a shared test machine gets more."""
    times: list[float] = []
    for _ in range(5):
        for cached in (vocabulary.places, vocabulary.vectors):
            cached.cache_clear()
        begin = time.perf_counter()
        vocabulary.meaning(["cat"])
        times.append(time.perf_counter() - begin)
    assert min(times) < 15e-3
