"""What a user would pick instead, taught with the same material and measured on the same queries in the same run."""

import time
from collections.abc import Sequence
from typing import Any

from benchmarks import measuring
from benchmarks.files import Labelled
from benchmarks.install import install_bytes, missing
from benchmarks.peers import anchors, contrastive, semantic, tfidf
from benchmarks.peers.peer import Lessons, Peer
from benchmarks.training import Tell
from evaluate import candidates
from intent import taxonomy
from intent.records import Example

PEERS = (anchors.PEER, *tfidf.PEERS, *semantic.PEERS, contrastive.PEER)


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
    ask = candidates.computed(lambda query: {lead(query): 1.0})
    warm = [example.query for example in lessons.train]
    answers, latency = measuring.timed(ask, [row.query for row in labelled], warm)
    return {
        **measuring.accuracy(answers, labelled),
        "latency_us": latency,
        "install_bytes": install_bytes(peer.packages),
        "train_seconds": round(seconds, 2),
    }
