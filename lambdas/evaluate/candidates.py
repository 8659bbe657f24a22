"""The candidates, each as one function from a query to an answer, through the same prompts and parser as the route."""

import time
from collections.abc import Callable, Mapping

from bedrock.converse import Ask, Question, Reply
from bedrock.errors import BedrockError, forbidden
from edge.cues import lexicon
from edge.features import cue_tokens, tokens
from edge.model import EdgeModel
from evaluate.responses import Answered, meaning
from intent import prompts
from intent.records import answer
from intent.taxonomy import Taxonomy
from intent.weights import Weights, normalise, parse

Candidate = Callable[[str], Answered]
_PRIOR = 1.0  # what each modality counts before any cue word: without cues the keyword rules weigh all alike


def model(ask: Ask, model_id: str, system: str, taxonomy: Taxonomy) -> Candidate:
    """A model behind Bedrock. An error of the service is an answer without weights, named by its code."""

    def candidate(query: str) -> Answered:
        question = Question(model_id, system, query, stop=(prompts.STOP,))
        try:
            reply = ask(question)
        except BedrockError as error:
            return Answered(text="", weights=None, reason=error.code)
        weights, reason = meaning(parse(reply.text, taxonomy.modalities))
        return Answered(
            text=reply.text,
            weights=weights,
            reason=reason,
            latency_ms=reply.latency_ms,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
        )

    return candidate


def noting(ask: Ask, refusals: list[BedrockError]) -> Ask:
    """The same; `refusals` gets what Bedrock said to each call that it refused."""

    def asked(question: Question) -> Reply:
        try:
            return ask(question)
        except BedrockError as error:
            if forbidden(error):
                refusals.append(error)
            raise

    return asked


def computed(weigh: Callable[[str], Weights]) -> Candidate:
    """Anything that answers in this process: no tokens, and the time that it takes here."""

    def candidate(query: str) -> Answered:
        started = time.perf_counter()
        return _computed(weigh(query), started)

    return candidate


def _computed(weights: Weights, started: float, confidence: float | None = None) -> Answered:
    elapsed = (time.perf_counter() - started) * 1000
    return Answered(text=answer(weights), weights=weights, confidence=confidence, latency_ms=round(elapsed, 4))


def edge(blob: bytes) -> Candidate:
    """The edge student, with its confidence."""
    student = EdgeModel.from_bytes(blob)

    def candidate(query: str) -> Answered:
        started = time.perf_counter()
        found = student.predict(query)
        return _computed(found.weights, started, confidence=found.confidence)

    return candidate


def static(weights: Mapping[str, float], taxonomy: Taxonomy) -> Candidate:
    """The same weights for every query: the mean of the training set, the best that ignores the query."""
    fixed = normalise(weights, taxonomy.modalities)
    return computed(lambda _: fixed)


def keyword(taxonomy: Taxonomy) -> Candidate:
    """Keyword rules over the edge student's cue words: what one would write without a model."""

    def weigh(query: str) -> Weights:
        scores = dict.fromkeys(taxonomy.modalities, _PRIOR)
        cues = lexicon()
        for group, _, _ in cues.find(cue_tokens(tokens(query))):
            found = cues.groups[group]
            if found.modality in scores:
                scores[found.modality] += found.weight
        return normalise(scores, taxonomy.modalities)

    return computed(weigh)
