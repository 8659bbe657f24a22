"""Two stand-ins that are weaker on purpose, as the models are that they stand for.

`base` (a small model that was not trained for the task): MiniLM against one description per modality, nothing else;
it also breaks the format in the ways that such models do. `baseline` (a larger model that was only prompted): the
same encoder and the nearest of the teacher's written examples, but no regression on them, no cue words and no scale of
weights; it rarely breaks the format. Both answer alike for the same query, and neither sleeps: their latency is what
they take.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from scipy.special import softmax

from intent.taxonomy import Taxonomy
from intent.weights import Weights, leading, normalise
from local.bedrock.models import answering
from local.bedrock.models.encoder import Vectors, encoder
from local.bedrock.models.ranking import Examples, nearest_scores, written_examples
from local.bedrock.models.types import Completion, Request

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Habits:
    """How often (in percent of the queries) an answer breaks the format, and in which way."""

    fenced: int
    chatty: int
    extra_key: int

    def apply(self, query: str, answer: str, weights: Mapping[str, float]) -> str:
        """The answer as this model gives it; the query alone decides."""
        draw = crc32(query.encode(), 7) % _PERCENT
        if draw < self.fenced:
            return f"```json\n{answer}\n```"
        if draw < self.fenced + self.chatty:
            return f"Sure! Here are the weights for your query:\n\n{answer}"
        if draw < self.fenced + self.chatty + self.extra_key:
            return answering.render({**weights, "confidence": 0.9}, "estimated")
        return answer


BASE_HABITS = Habits(fenced=5, chatty=3, extra_key=2)
BASELINE_HABITS = Habits(fenced=2, chatty=0, extra_key=0)


class NearestRouter:
    """Weighs by the cosine to a few reference texts per modality."""

    def __init__(self, modalities: Sequence[str], references: Examples, temperature: float, habits: Habits) -> None:
        self._modalities = tuple(modalities)
        self._references = references
        self._temperature = temperature
        self._habits = habits

    def complete(self, request: Request) -> Completion:
        """Weigh the user's turn as a query."""
        weights = self._weigh(encoder().encode([request.user]))[0]
        plain = answering.render(weights, f"the query is closest to what {leading(weights)} covers")
        return answering.complete(request, self._habits.apply(request.user, plain, weights))

    def weigh(self, queries: Sequence[str]) -> list[Weights]:
        """Weights of many queries at once."""
        return self._weigh(encoder().recall(queries)) if queries else []

    def _weigh(self, vectors: Vectors) -> list[Weights]:
        scores = nearest_scores(vectors, self._references, len(self._modalities))
        shares = softmax(scores / self._temperature, axis=1)
        return [normalise(dict(zip(self._modalities, row.tolist(), strict=True)), self._modalities) for row in shares]


def base(taxonomy: Taxonomy) -> NearestRouter:
    """The base student: one description per modality."""
    vectors = encoder().encode(list(taxonomy.descriptions.values()))
    described = Examples(vectors, np.arange(len(taxonomy.modalities)))
    return NearestRouter(taxonomy.modalities, described, 0.1, BASE_HABITS)


def baseline(taxonomy: Taxonomy) -> NearestRouter:
    """The baseline router: the nearest written examples."""
    return NearestRouter(taxonomy.modalities, written_examples(taxonomy), 0.1, BASELINE_HABITS)
