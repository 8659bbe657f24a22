"""The distilled student: trained by the customization job on the teacher's soft weights, it answers in the contract.

What fine-tuning makes of the base student: the same encoder, and on its sentence vector small networks of the edge
student's kind instead of a description per modality. Their mean answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from edge import container, network
from edge.answer import Parameters
from edge.calibration import calibrate
from edge.container import EdgeModelError
from edge.cues import lexicon
from edge.features import SCHEME, cue_size
from edge.network import Layers, Matrix
from edge.training import Example, design, targets_of
from intent.weights import Parsed, Weights, leading, parse
from local.bedrock.models import answering
from local.bedrock.models.encoder import DIMENSIONS, MODEL_SHA256, encoder
from local.bedrock.models.types import Completion, Model, Request, Weigher

_KIND = "distilled"
_NETWORKS, _HIDDEN = 3, 64  # one network alone leads half a point less often as the teacher does
_VALIDATION_EVERY = 20  # one record in twenty calibrates; customization jobs get no split of their own to choose from
_LEAST = 2
_RISK = 0.05  # sets a threshold that a distilled student does not use


class Student:
    """Answers routing requests from an artefact."""

    def __init__(self, artefact: bytes) -> None:
        """Raises `edge.container.EdgeModelError` (a ValueError) if the artefact is damaged or foreign."""
        meta, payload = container.unpack(artefact)
        if meta.get("kind") != _KIND or meta.get("features") != _feature_id():
            raise EdgeModelError("no distilled student, or one of other features: run the pipeline again")
        self._parameters = Parameters.of(meta)
        self._networks = _networks_in(payload, len(self._parameters.modalities))

    def complete(self, request: Request) -> Completion:
        """Weigh the user's turn as a query. It is encoded anew each time: a measured latency is never a memory's."""
        inputs = design(encoder().encode([request.user]), [request.user])
        answer = self._parameters.answer(_outputs(self._networks, inputs)[0].tolist())
        reasoning = f"{leading(answer.weights)} leads with confidence {answer.confidence:.2f}"
        return answering.complete(request, answering.render(answer.weights, reasoning))


def train(records: Iterable[Mapping[str, Any]], teacher: Model | None, modalities: Sequence[str]) -> bytes:
    """A student's artefact from `bedrock-conversation-2024` records.

    With a teacher (DISTILLATION) it weighs each prompt; without (FINE_TUNING) the records' own answers count. Answers
    outside the contract are left out, as Bedrock filters them. Raises ValueError if fewer than two are left.
    """
    turns = [_turns(record) for record in records]
    labels = (
        _labels(turns, modalities) if teacher is None else _asked([query for query, _ in turns], teacher, modalities)
    )
    examples: list[Example] = [(query, label) for (query, _), label in zip(turns, labels, strict=True) if label]
    if len(examples) < _LEAST:
        raise ValueError("fewer than two records have a usable answer")
    queries = [query for query, _ in examples]
    inputs, targets = design(encoder().recall(queries), queries), targets_of(examples, modalities)
    checked = np.arange(len(examples)) % _VALIDATION_EVERY == 0
    networks = [
        network.train(inputs[~checked], targets[~checked], hidden=_HIDDEN, seed=seed) for seed in range(_NETWORKS)
    ]
    parameters = calibrate(_outputs(networks, inputs[checked]), targets[checked], modalities, _RISK).parameters
    meta = {**parameters.meta(), "kind": _KIND, "features": _feature_id()}
    return container.pack(meta, b"".join(layer.astype("<f4").tobytes() for layers in networks for layer in layers))


def _feature_id() -> str:
    return f"{SCHEME}-{lexicon().fingerprint}-{MODEL_SHA256[:16]}"


def _outputs(networks: Sequence[Layers], inputs: Matrix) -> Matrix:
    return np.mean([network.outputs(layers, inputs) for layers in networks], axis=0)


def _networks_in(payload: bytes, modalities: int) -> list[Layers]:
    """The networks, as `train` wrote them."""
    shapes = network.shapes(DIMENSIONS + cue_size(), _HIDDEN, modalities) * _NETWORKS
    if len(payload) != 4 * sum(map(prod, shapes)):
        raise EdgeModelError("the distilled student's networks do not fit its modalities")
    parts = np.split(np.frombuffer(payload, "<f4"), np.cumsum([prod(shape) for shape in shapes])[:-1])
    layers = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
    return [(into, shift, out, last) for into, shift, out, last in zip(*[iter(layers)] * 4, strict=True)]


def _turns(record: Mapping[str, Any]) -> tuple[str, str | None]:
    """The last user's text and the assistant's, if there is one."""
    texts = {turn["role"]: turn["content"][0]["text"] for turn in record["messages"]}
    return texts["user"], texts.get("assistant")


def _labels(turns: Sequence[tuple[str, str | None]], modalities: Sequence[str]) -> list[Weights | None]:
    return [_read(answer or "", modalities) for _, answer in turns]


def _asked(queries: Sequence[str], teacher: Model, modalities: Sequence[str]) -> Sequence[Weights | None]:
    if isinstance(teacher, Weigher):
        return teacher.weigh(queries)
    return [_read(teacher.complete(Request("", query)).text, modalities) for query in queries]


def _read(answer: str, modalities: Sequence[str]) -> Weights | None:
    found = parse(answer, modalities)
    return found.weights if isinstance(found, Parsed) else None
