"""From sharp scores to weights as Nova Premier gives them: a ridge regression on 47 public examples."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from intent.taxonomy import Taxonomy
from intent.weights import Weights, normalise
from local.bedrock.models.encoder import Vectors, encoder
from local.bedrock.models.material import NoMaterialError, material
from local.bedrock.models.ranking import Ranker, Scores

_EXAMPLES = "premier.jsonl"
# Chosen by ten-fold cross-validation on those examples, mean of five shuffles.
_TEMPERATURE = 3.0
_RIDGE = 0.3
_VECTOR_SHARE = 0.5  # weight of the sentence vector beside the softened scores
_SCORE_SHARE = 4.0
# The surer the scores are, the further ahead their leader stands: without this gap students cannot learn who leads.
_LEAD = 0.02
_LEAD_WHEN_SURE = 0.35
_LEAD_TEMPERATURE = 2.0
# Softened share with which the second in the scores is close behind in the weights, too. Below 0.2 the error on
# Premier's examples grows; without it, two modalities that a query needs alike hardly ever get like weights.
_CLOSE_BEHIND = 0.2
Row = NDArray[np.float64]


class Scale:
    """Weights for scored queries. The modality that leads the scores leads the weights."""

    def __init__(self, ranker: Ranker, rows: Sequence[Mapping[str, Any]]) -> None:
        """rows: a `query` and its `weights` each."""
        queries = [row["query"] for row in rows]
        self._modalities = ranker.modalities
        targets = np.array([[row["weights"][name] for name in self._modalities] for row in rows])
        vectors = encoder().encode(queries)
        self._fit(_design(ranker.score(queries, vectors), vectors), targets)

    def weigh(self, scores: Scores, vectors: Vectors) -> list[Weights]:
        """One set of weights per row."""
        raw = (_design(scores, vectors) - self._centre) @ self._slopes + self._mean
        order = np.argsort(-scores, axis=1)
        first, second = np.take_along_axis(softmax(scores / _LEAD_TEMPERATURE, axis=1), order[:, :2], axis=1).T
        leads = _LEAD + _LEAD_WHEN_SURE * (first - second)
        rows = zip(np.clip(raw, 0, 1), order.tolist(), leads.tolist(), (second >= _CLOSE_BEHIND).tolist(), strict=True)
        return [self._weights(row, ranks[: 1 + close], lead) for row, ranks, lead, close in rows]

    def _fit(self, design: Scores, targets: Scores) -> None:
        self._centre, self._mean = design.mean(axis=0), targets.mean(axis=0)
        centred = design - self._centre
        gram = centred.T @ centred + _RIDGE * np.eye(design.shape[1])
        self._slopes = np.linalg.solve(gram, centred.T @ (targets - self._mean))

    def _weights(self, row: Row, leaders: Sequence[int], lead: float) -> Weights:
        """The leaders of the scores take the largest weights: scores rank better than the regression.

        Two that are close in the scores have like weights, but for the lead.
        """
        for place, leader in enumerate(leaders):
            free = [index for index in range(len(row)) if index not in leaders[:place]]
            largest = max(free, key=lambda index: row[index])
            row[leader], row[largest] = row[largest], row[leader]
        if len(leaders) > 1:
            row[list(leaders)] = row[list(leaders)].mean()
        others = np.delete(row, leaders[0]).max()
        row[leaders[0]] = max(row[leaders[0]], others + lead)
        return normalise(dict(zip(self._modalities, row.tolist(), strict=True)), self._modalities)


class Softened:
    """Weights where no large model has given any to learn a scale from: the scores, softened."""

    def __init__(self, modalities: Sequence[str]) -> None:
        self._modalities = tuple(modalities)

    def weigh(self, scores: Scores, vectors: Vectors) -> list[Weights]:  # noqa: ARG002  (as `Scale` does)
        """One set of weights per row."""
        shares = softmax(scores / _TEMPERATURE, axis=1).tolist()
        return [normalise(dict(zip(self._modalities, row, strict=True)), self._modalities) for row in shares]


def scale_of(taxonomy: Taxonomy, ranker: Ranker) -> Scale | Softened:
    """The scale of a taxonomy: fitted to weighed examples if it has any."""
    try:
        lines = material(taxonomy.name, _EXAMPLES).read_text("utf-8").splitlines()
    except NoMaterialError:
        return Softened(taxonomy.modalities)
    return Scale(ranker, [json.loads(line) for line in lines])


def _design(scores: Scores, vectors: Vectors) -> Scores:
    softened = _SCORE_SHARE * softmax(scores / _TEMPERATURE, axis=1)
    return np.hstack([softened, _VECTOR_SHARE * vectors.astype(np.float64)])
