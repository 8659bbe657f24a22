"""What a user would pick instead, taught with the same material and measured on the same queries in the same run."""

import gc
import time
from collections.abc import Sequence
from typing import Any

from benchmarks import measuring
from benchmarks.files import Labelled
from benchmarks.peers import anchors, contrastive, semantic, tfidf
from benchmarks.peers.install import install_bytes, missing
from benchmarks.peers.peer import Lessons, Peer
from benchmarks.training import Tell
from intent import taxonomy
from intent.records import Example
from intent.weights import Weights

PEERS = (anchors.PEER, *tfidf.PEERS, *semantic.PEERS, contrastive.PEER)
_WARM = 50  # calls before the first that is timed


def compare(
    train: Sequence[Example], labelled: Sequence[Labelled], tell: Tell, some: Sequence[Peer] = PEERS
) -> dict[str, dict[str, Any]]:
    """Figures by peer; `{"skipped": why}` for one whose packages are not installed."""
    lessons, found = Lessons(train, taxonomy.load()), dict[str, dict[str, Any]]()
    for done, peer in enumerate(some, start=1):
        lacking = missing(peer.packages)
        found[peer.name] = (
            {"skipped": f"not installed: {', '.join(lacking)}"} if lacking else _measure(peer, lessons, labelled)
        )
        tell("peers", done, len(some))
    return found


def _measure(peer: Peer, lessons: Lessons, labelled: Sequence[Labelled]) -> dict[str, Any]:
    """Top-1, latency and recall as for our own; a peer has no weights, so all weight is on what it leads with."""
    started = time.perf_counter()
    lead = peer.learn(lessons)
    seconds = time.perf_counter() - started
    for example in lessons.train[:_WARM]:
        lead(example.query)
    gc.collect()
    gc.freeze()
    answers: list[Weights | None] = []
    elapsed: list[float] = []
    for row in labelled:
        started = time.perf_counter()
        answer = lead(row.query)
        elapsed.append((time.perf_counter() - started) * 1000)
        answers.append({answer: 1.0})
    gc.unfreeze()
    return {
        **measuring.accuracy(answers, labelled),
        "latency_us": measuring.percentiles(elapsed),
        "install_bytes": install_bytes(peer.packages),
        "train_seconds": round(seconds, 2),
    }
