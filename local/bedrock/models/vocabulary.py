"""Makes the edge student's words and their vectors: `python -m local.bedrock.models.vocabulary`, about four minutes.

The recipe, run once; its results are kept in `lambdas/edge/`. The words are MiniLM's own whole words in their order
(frequent first), without the regular forms of another one that mean the same. Their vectors are such that, summed over
the words of a text, they come close to MiniLM's vector of the whole text: a ridge regression on the grammar's texts,
most of whose content words are random ones, from MiniLM's vectors of the single words. Kept are the first principal
components. No label went into them, and no query that a person wrote.
"""

from array import array
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import lsqr

import edge
from edge.features import tokens
from edge.vocabulary import DIMENSIONS, SHORTEST, bases
from intent.taxonomy import Taxonomy, load
from local.bedrock.models.encoder import Vectors, encoder
from local.bedrock.models.grammar import Cell, Grammar, whole_words
from local.bedrock.models.slips import swap_words

Matrix = NDArray[np.float64]

WORDS = 13_312
_SHORTEST = 2
_SAME = 0.7  # cosine from which a form means what its base means: "dogs" does, "news" does not
_TEXTS = 48_000
_SWAPS = 2  # rounds of swapped words at most: about a third of the content words in each
_BARE = 0.25  # share of the texts that are one to four words and no sentence: how people search, too
_RIDGE = 3.0
_STEPS = 40
_INT8_MAX = 127
_CLIPPED = 0.4  # share of the largest number at which the others are cut off: finer steps for the rest


def main() -> None:
    """Write both files anew."""
    candidates = whole_words(_SHORTEST)
    alone = encoder().encode(candidates)
    chosen = _without_forms(candidates, alone)[:WORDS]
    words = [candidates[row] for row in chosen]
    written = texts(load(), _TEXTS, Random(5))  # noqa: S311  (texts, no secrets)
    vectors = fit(words, alone[chosen], written, encoder().encode(written))
    step = _CLIPPED * np.abs(vectors).max() / _INT8_MAX
    numbers = np.clip(np.rint(vectors / step), -_INT8_MAX, _INT8_MAX).astype(np.int8)
    folder = Path(edge.__path__[0])
    (folder / "words.csv").write_text("\n".join(words) + "\n", "ascii")
    (folder / "words.int8").write_bytes(array("b", numbers.tobytes()).tobytes())


def texts(taxonomy: Taxonomy, count: int, random: Random) -> list[str]:
    """Different texts of the grammar, and bare words."""
    grammar, vocabulary = Grammar(taxonomy), whole_words(SHORTEST)
    domains, styles = list(taxonomy.domains), list(taxonomy.styles)
    found: dict[str, None] = {}
    while len(found) < count:
        if random.random() < _BARE:
            text = " ".join(random.sample(vocabulary, random.randint(1, 4)))
        else:
            leading, domain, style = map(random.choice, (taxonomy.modalities, domains, styles))
            text = grammar.compose(Cell(leading, domain=domain, style=style), random)
            for _ in range(random.randint(0, _SWAPS)):
                text = swap_words(text, vocabulary, random)
        found[text] = None
    return list(found)


def fit(words: Sequence[str], alone: Vectors, written: Sequence[str], encoded: Vectors) -> Matrix:
    """Vectors of the words (rows) in the first `DIMENSIONS` principal components of the texts.

    `alone`: MiniLM's vectors of the single words, the start; `encoded`: those of the texts.
    """
    texts, start = encoded - encoded.mean(axis=0), alone - alone.mean(axis=0)
    components = np.linalg.eigh((texts.T @ texts).astype(np.float64))[1][:, ::-1][:, :DIMENSIONS]
    targets, before = texts @ components, start @ components
    design = _design(words, written)
    before *= (targets * (plain := design @ before)).sum() / (plain**2).sum()
    residues = targets - design @ before
    changes = [lsqr(design, column, damp=_RIDGE**0.5, iter_lim=_STEPS)[0] for column in residues.T]
    return before + np.array(changes).T


def _design(words: Sequence[str], written: Sequence[str]) -> csr_array:
    """Rows: texts, columns: words; each row has length 1, as a sentence vector has."""
    known = {word: column for column, word in enumerate(words)}
    rows = [sorted({column for word in tokens(text) for column in _column(word, known)}) for text in written]
    counts = np.array([len(row) for row in rows])
    values = np.repeat(np.maximum(counts, 1) ** -0.5, counts)
    columns = np.fromiter((column for row in rows for column in row), dtype=np.int32)
    return csr_array((values, columns, np.concatenate([[0], np.cumsum(counts)])), shape=(len(rows), len(words)))


def _column(word: str, known: dict[str, int]) -> list[int]:
    likely = (word, *(base for base in bases(word) if len(base) >= SHORTEST))
    return [known[base] for base in likely if base in known][:1]


def _without_forms(words: tuple[str, ...], vectors: Vectors) -> list[int]:
    """Rows of the words that are no form of a kept word."""
    rows = {word: row for row, word in enumerate(words)}
    kept: set[str] = set()
    for word in sorted(words, key=len):
        likes = (base for base in bases(word) if len(base) >= SHORTEST and base in kept)
        if not any(vectors[rows[word]] @ vectors[rows[base]] >= _SAME for base in likes):
            kept.add(word)
    return [row for row, word in enumerate(words) if word in kept]


if __name__ == "__main__":
    main()
