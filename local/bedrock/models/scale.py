"""From sharp scores to weights as Nova Premier gives them: a ridge regression on 47 public examples."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from intent.weights import Weights, normalise
from local.bedrock.models.encoder import Vectors, encoder
from local.bedrock.models.ranking import Ranker, Scores

_EXAMPLES = Path(__file__).parent / "data" / "premier.jsonl"
# Chosen by ten-fold cross-validation on those examples, mean of five shuffles.
_TEMPERATURE = 3.0
_RIDGE = 0.3
_VECTOR_SHARE = 0.5  # weight of the sentence vector beside the softened scores
_SCORE_SHARE = 4.0
# The surer the scores are, the further ahead their leader stands: without this gap students cannot learn who leads.
_LEAD = 0.02
_LEAD_WHEN_SURE = 0.45
_LEAD_TEMPERATURE = 2.0


class Scale:
    """Weights for scored queries. The modality that leads the scores leads the weights."""

    def __init__(self, ranker: Ranker) -> None:
        rows = [json.loads(line) for line in _EXAMPLES.read_text("utf-8").splitlines()]
        queries = [row["query"] for row in rows]
        self._modalities = ranker.modalities
        targets = np.array([[row["weights"][name] for name in self._modalities] for row in rows])
        vectors = encoder().encode(queries)
        self._fit(_design(ranker.score(queries, vectors), vectors), targets)

    def weigh(self, scores: Scores, vectors: Vectors) -> list[Weights]:
        """One set of weights per row."""
        raw = (_design(scores, vectors) - self._centre) @ self._slopes + self._mean
        first_two = np.sort(softmax(scores / _LEAD_TEMPERATURE, axis=1), axis=1)[:, -2:]
        leads = _LEAD + _LEAD_WHEN_SURE * (first_two[:, 1] - first_two[:, 0])
        rows = zip(np.clip(raw, 0, 1), scores.argmax(axis=1).tolist(), leads.tolist(), strict=True)
        return [self._weights(row, leader, lead) for row, leader, lead in rows]

    def _fit(self, design: Scores, targets: Scores) -> None:
        self._centre, self._mean = design.mean(axis=0), targets.mean(axis=0)
        centred = design - self._centre
        gram = centred.T @ centred + _RIDGE * np.eye(design.shape[1])
        self._slopes = np.linalg.solve(gram, centred.T @ (targets - self._mean))

    def _weights(self, row: NDArray[np.float64], leader: int, lead: float) -> Weights:
        """Swap the largest with the leader's where they differ: the scores rank better than the regression."""
        largest = int(row.argmax())
        row[leader], row[largest] = row[largest], row[leader]
        others = np.delete(row, leader).max()
        row[leader] = max(row[leader], others + lead)
        return normalise(dict(zip(self._modalities, row.tolist(), strict=True)), self._modalities)


def _design(scores: Scores, vectors: Vectors) -> Scores:
    softened = _SCORE_SHARE * softmax(scores / _TEMPERATURE, axis=1)
    return np.hstack([softened, _VECTOR_SHARE * vectors.astype(np.float64)])
