"""TF-IDF and logistic regression (scikit-learn) on the synthetic queries, by cell or by the teacher's leader."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from benchmarks.peers.peer import Lead, Lessons, Peer


def _fit(queries: Sequence[str], labels: Sequence[str]) -> Lead:
    text: Any = import_module("sklearn.feature_extraction.text")
    linear: Any = import_module("sklearn.linear_model")
    pipeline: Any = import_module("sklearn.pipeline")
    model = pipeline.make_pipeline(
        text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), linear.LogisticRegression(max_iter=1000)
    )
    model.fit(list(queries), list(labels))
    return lambda query: str(model.predict([query])[0])


def on_cells(lessons: Lessons) -> Lead:
    """What the writer was asked for; mixed cells have no label."""
    kept = [row for row in lessons.train if row.cell["leading"] in lessons.taxonomy.modalities]
    return _fit([row.query for row in kept], [row.cell["leading"] for row in kept])


def on_teacher(lessons: Lessons) -> Lead:
    """What the teacher leads with, as hard labels."""
    return _fit([row.query for row in lessons.train], [row.leading for row in lessons.train])


PEERS = (
    Peer("TF-IDF + LR (cells)", ("scikit-learn",), on_cells),
    Peer("TF-IDF + LR (teacher)", ("scikit-learn",), on_teacher),
)
