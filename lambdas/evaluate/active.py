"""The active version as a candidate: as POST /route answers with it while this run is evaluated.

Its edge student where that one is sure, else its distilled student, and where that one cannot answer the edge student
again. What is gone of it is left out; with neither there is no answer.
"""

import time
from hashlib import sha256

from bedrock.converse import Ask
from edge.answer import Answer
from edge.model import EdgeModel
from evaluate import candidates
from evaluate.candidates import Candidate
from evaluate.responses import Answered
from intent import prompts
from intent.pointer import Pointer
from intent.records import answer
from intent.taxonomy import Taxonomy


def active(ask: Ask, pointer: Pointer, blob: bytes | None, taxonomy: Taxonomy) -> Candidate:
    """`blob`: the edge file that the pointer names, None if it is gone. Latency is that of all of it together."""
    student = usable(blob, pointer, taxonomy)
    distilled = candidates.model(ask, pointer.distilled.deployment_arn, prompts.student(taxonomy), taxonomy)

    def candidate(query: str) -> Answered:
        started = time.perf_counter()
        quick = student.predict(query) if student else None
        if quick and quick.confidence >= pointer.edge.threshold:
            return _timed(_said(quick), started)
        said = distilled(query)
        if said.weights is None and quick:
            paid = said.model_dump(include={"input_tokens", "output_tokens"})
            return _timed(_said(quick).model_copy(update={**paid, "confidence": None}), started)
        return said if said.latency_ms is None else _timed(said, started)

    return candidate


def usable(blob: bytes | None, pointer: Pointer, taxonomy: Taxonomy) -> EdgeModel | None:
    """The edge student that the pointer names; None if its file is gone, damaged, or of another taxonomy or release."""
    if blob is None or sha256(blob).hexdigest() != pointer.edge.sha256:
        return None
    try:
        student = EdgeModel.from_bytes(blob)
    except ValueError:
        return None
    return student if student.parameters.modalities == taxonomy.modalities else None


def _said(quick: Answer) -> Answered:
    return Answered(text=answer(quick.weights), weights=quick.weights, confidence=quick.confidence)


def _timed(said: Answered, started: float) -> Answered:
    return said.model_copy(update={"latency_ms": round((time.perf_counter() - started) * 1000, 4)})
