"""Which modality leads: MiniLM with written examples, and cue words. Sharp and fast; not yet on a scale of weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.cues import Group, lexicon
from edge.features import cue_tokens, tokens
from intent.taxonomy import Taxonomy
from local.bedrock.models.encoder import Vectors, encoder
from local.bedrock.models.material import read
from local.bedrock.models.regression import fit_softmax

Scores = NDArray[np.float64]

_PENALTY = 2.5e-4
_ITERATIONS = 200
_FOLDS = 5
_NEAREST = 3
# What the other two opinions count beside the regression; 0.25 to 1 and 0.5 to 2.5 tried with whole groups left out.
_NEAREST_SHARE = 0.5
_CUES = 1.5


@dataclass(frozen=True, slots=True)
class Examples:
    """Written example queries: unit vectors (rows) and the index of each one's modality."""

    vectors: Vectors
    labels: NDArray[np.int64]


def written_examples(taxonomy: Taxonomy) -> Examples:
    """The written examples of a taxonomy, encoded once for all models. Raises NoMaterialError."""
    groups = read(taxonomy.name, "examples.json")
    listed = [[query for group in groups[modality] for query in group["queries"]] for modality in taxonomy.modalities]
    labels = [index for index, some in enumerate(listed) for _ in some]
    return Examples(encoder().recall([query for some in listed for query in some]), np.array(labels))


def cues_in(query: str) -> list[tuple[Group, str]]:
    """The cue words of a query with their groups, in order."""
    words, table = cue_tokens(tokens(query)), lexicon()
    found = table.find(words)
    return [(table.groups[group], " ".join(words[start : start + count])) for group, start, count in found]


def cue_scores(queries: Sequence[str], modalities: Sequence[str]) -> Scores:
    """Sum of the weights of the cue words found, rows: queries, columns: modalities.

    The cue words are those of one taxonomy: with other modalities than theirs, all scores are 0.
    """
    scores = np.zeros((len(queries), len(modalities)))
    if not {group.modality for group in lexicon().groups} <= set(modalities):
        return scores
    for row, query in enumerate(queries):
        for group, _ in cues_in(query):
            scores[row, modalities.index(group.modality)] += group.weight
    return scores


def nearest_scores(vectors: Vectors, examples: Examples, modalities: int) -> Scores:
    """Mean cosine of the three nearest examples of each modality."""
    cosines = vectors.astype(np.float64) @ examples.vectors.T
    columns = (np.sort(cosines[:, examples.labels == label], axis=1) for label in range(modalities))
    return np.stack([column[:, -_NEAREST:].mean(axis=1) for column in columns], axis=1)


class Ranker:
    """The sum of three opinions, each divided by its own spread over examples that it has not seen."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.modalities = taxonomy.modalities
        self._examples = written_examples(taxonomy)
        self._weights, self._biases = self._regression(self._examples)
        self._spreads = self._out_of_fold_spreads()

    def score(self, queries: Sequence[str], vectors: Vectors) -> Scores:
        """Rows: queries, columns: modalities; the largest leads. A difference of 1 is one spread of an opinion."""
        regression, nearest = self._opinions(vectors, self._examples, self._weights, self._biases)
        cues = _centred(cue_scores(queries, self.modalities))
        return regression / self._spreads[0] + _NEAREST_SHARE * nearest / self._spreads[1] + _CUES * cues / _CUE_SPREAD

    def hint(self, queries: Sequence[str]) -> Scores:
        """What the cue words alone say: a thousandth of the cost."""
        return cue_scores(queries, self.modalities)

    def _regression(self, examples: Examples) -> tuple[Scores, Scores]:
        targets = np.eye(len(self.modalities))[examples.labels]
        return fit_softmax(examples.vectors.astype(np.float64), targets, penalty=_PENALTY, iterations=_ITERATIONS)

    def _opinions(self, vectors: Vectors, examples: Examples, weights: Scores, biases: Scores) -> tuple[Scores, Scores]:
        nearest = nearest_scores(vectors, examples, len(self.modalities))
        return _centred(vectors @ weights + biases), _centred(nearest)

    def _out_of_fold_spreads(self) -> tuple[float, float]:
        vectors, labels = self._examples.vectors, self._examples.labels
        folds = np.arange(len(labels)) % _FOLDS
        found: list[tuple[Scores, Scores]] = []
        for fold in range(_FOLDS):
            rest = Examples(vectors[folds != fold], labels[folds != fold])
            found.append(self._opinions(vectors[folds == fold], rest, *self._regression(rest)))
        regression, nearest = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return float(regression.std()), float(nearest.std())


_CUE_SPREAD = 2.0  # of the cue scores over the written examples


def _centred(scores: Scores) -> Scores:
    return scores - scores.mean(axis=1, keepdims=True)
