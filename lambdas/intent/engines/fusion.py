"""Weighted fusion in plain Python, for stores that have none (S3 Vectors, pgvector, FAISS, TwelveLabs)."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

Hit = str | tuple[str, float]
RRF_K = 60  # Cormack, Clarke, Buettcher, SIGIR 2009: https://plg.uwaterloo.ca/~gvcormac/cormacksigir09-rrf.pdf


def fuse(
    weights: Mapping[str, float],
    ranked_lists: Mapping[str, Sequence[Hit]],
    *,
    method: Literal["rrf", "linear"] = "rrf",
    k: int = RRF_K,
) -> list[tuple[str, float]]:
    """Documents with their fused scores, best first; equal scores by id, so that the order is the same everywhere.

    `ranked_lists`: modality -> hits, best first: ids, or (id, score) pairs with higher scores better. `rrf`:
    sum of w / (k + rank), rank from 1. `linear`: sum of w x score, each list scaled to 0..1 by its own minimum and
    maximum (all equal: 1). A document that a list lacks gets nothing from it; of a repeated one the first hit counts.
    ValueError for a list without a weight, k < 0, and `linear` without scores.
    """
    if unweighted := [name for name in ranked_lists if name not in weights]:
        raise ValueError(f"weights: {unweighted[0]} has a ranked list but no weight")
    if k < 0:
        raise ValueError("k: must be 0 or more")
    parts: dict[str, list[float]] = {}
    for name, hits in ranked_lists.items():
        weight = weights[name]
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"weights.{name}: must be finite and 0 or more")
        for document, value in (_reciprocal(hits, k) if method == "rrf" else _scaled(name, hits)).items():
            parts.setdefault(document, []).append(weight * value)
    fused = [(document, math.fsum(values)) for document, values in parts.items()]
    return sorted(fused, key=lambda hit: (-hit[1], hit[0]))


def _reciprocal(hits: Sequence[Hit], k: int) -> dict[str, float]:
    ids = dict.fromkeys(hit if isinstance(hit, str) else hit[0] for hit in hits)
    return {document: 1 / (k + rank) for rank, document in enumerate(ids, start=1)}


def _scaled(name: str, hits: Sequence[Hit]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for hit in hits:
        if isinstance(hit, str) or not math.isfinite(hit[1]):
            raise ValueError(f"ranked_lists.{name}: linear needs (id, finite score) pairs; use method='rrf' for ids")
        scores.setdefault(hit[0], hit[1])
    low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
    return {document: (score - low) / (high - low) if high > low else 1.0 for document, score in scores.items()}
