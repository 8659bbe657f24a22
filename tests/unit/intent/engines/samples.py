"""One decision, and bindings in which every engine can be asked for it."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from intent.engines import ENGINES

HERE = Path(__file__).parent
QUERY = "find where the coach shouts time out over crowd noise, 2024 finals"
FILTERS: list[dict[str, Any]] = [
    {"attribute": "timestamp", "op": "between", "values": [2023, 2024], "words": "2024"},
    {"attribute": "genre", "op": "in", "values": ["match report", "coach's cut"], "words": "finals"},
    {"attribute": "people", "op": "eq", "value": 'Ann "Ace" Lee', "words": "coach"},
]
DECISION: dict[str, Any] = {
    "query": QUERY,
    "weights": {"visual": 0.1, "audio": 0.3, "transcription": 0.45, "metadata": 0.15},
    "active": ["transcription", "audio", "metadata", "visual"],
    "filters": FILTERS,
    "source": "edge",  # an answer of POST /route has more than `compile` reads
}
CASES: dict[str, dict[str, Any]] = {
    "all modalities": DECISION,
    "one below the floor": {**DECISION, "active": ["transcription", "audio", "metadata"], "filters": []},
    "one modality": {**DECISION, "active": ["transcription"], "filters": FILTERS[:1]},
}
_FILTERS = {
    "timestamp": {"field": "year"},
    "genre": {"field": "genre"},
    "people": {"field": "people", "many": True},
}
_METADATA: dict[str, dict[str, Any] | None] = {
    "qdrant": {"field": "metadata_sparse"},
    "qdrant-formula": {"field": "metadata_vec"},
    "milvus": {"kind": "text", "field": "caption_bm25"},
    "twelvelabs": None,
}


def base(engine: str) -> str:
    """`opensearch-rrf@3.1` -> `opensearch-rrf`."""
    return engine.partition("@")[0]


def bindings(engine: str) -> dict[str, Any]:
    """Three vectors and a text index, or whatever of them the engine has."""
    name = base(engine)
    vectors = {"visual": "visual_vec", "audio": "audio_vec", "transcription": "speech_vec"}
    if name == "twelvelabs":
        vectors = dict.fromkeys(vectors)  # its search options have the modalities' names
    targets: dict[str, Any] = {
        modality: {"field": field or modality, "index": "vectors"} for modality, field in vectors.items()
    }
    targets["metadata"] = _METADATA.get(name, {"kind": "text", "field": ["title", "caption"]})
    return {"targets": targets, "filters": _FILTERS, "index": "videos"}


def every_form() -> list[str]:
    """Each engine at each version that has a form of its own."""
    return [f"{name}@{version}" for name, engine in ENGINES.items() for version in engine.versions]


@cache
def validator(engine: str) -> Draft202012Validator:
    """The schema of an engine's payloads."""
    return Draft202012Validator(json.loads(schema_file(engine).read_text("utf-8")))


def schema_file(engine: str) -> Path:
    """One file for all forms of an engine."""
    name = base(engine).removesuffix("-rrf").removesuffix("-linear").removesuffix("-formula")
    return HERE / "schemas" / f"{name}.json"


def golden(engine: str) -> Path:
    """The file with an engine's recorded payloads."""
    return HERE / "golden" / f"{engine.replace('@', '-')}.json"


def body(compiled: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the search request."""
    return compiled["payload"]["search"]["body"]


def sent_weights(compiled: Mapping[str, Any]) -> dict[str, float]:
    """Modality or field -> weight, as the payload has them; empty for a plain query and for engines without weights."""
    if compiled["engine"] == "weights_vector":
        return dict(zip(compiled["payload"]["order"], compiled["payload"]["values"], strict=True))
    read = _READERS.get(compiled["engine"], _no_weights)
    try:
        names, weights = read(compiled)
    except KeyError:  # a plain query
        return {}
    return dict(zip(names, weights, strict=True))


_Weights = tuple[Iterable[str], Iterable[float]]


def _no_weights(_: Mapping[str, Any]) -> _Weights:
    return [], []


def _opensearch(compiled: Mapping[str, Any]) -> _Weights:
    found = body(compiled)
    pipeline = found.get("search_pipeline") or compiled["payload"]["pipeline"]["body"]
    (processor,) = pipeline["phase_results_processors"][0].values()
    return map(_field, found["query"]["hybrid"]["queries"]), processor["combination"]["parameters"]["weights"]


def _elasticsearch(compiled: Mapping[str, Any]) -> _Weights:
    (combined,) = body(compiled)["retriever"].values()
    entries = combined["retrievers"]
    return [_field(entry["retriever"]) for entry in entries], [entry["weight"] for entry in entries]


def _qdrant(compiled: Mapping[str, Any]) -> _Weights:
    found = body(compiled)
    names = [entry["using"] for entry in found["prefetch"]]
    if "rrf" in found["query"]:
        return names, found["query"]["rrf"]["weights"]
    return names, [term["mult"][0] for term in found["query"]["formula"]["sum"]]


def _mongodb(compiled: Mapping[str, Any]) -> _Weights:
    weights = body(compiled)["pipeline"][0]["$rankFusion"]["combination"]["weights"]
    return weights.keys(), weights.values()


def _azure(compiled: Mapping[str, Any]) -> _Weights:
    queries = body(compiled)["vectorQueries"]
    return [query["fields"] for query in queries], [query["weight"] for query in queries]


def _weaviate(compiled: Mapping[str, Any]) -> _Weights:
    target = body(compiled)["target_vector"]
    weights = target["weights"] if isinstance(target, dict) else {}
    return weights.keys(), weights.values()


def _milvus(compiled: Mapping[str, Any]) -> _Weights:
    found = body(compiled)
    return [entry["annsField"] for entry in found["search"]], found["rerank"]["params"]["weights"]


_READERS: dict[str, Callable[[Mapping[str, Any]], _Weights]] = {
    "opensearch": _opensearch,
    "opensearch-rrf": _opensearch,
    "elasticsearch": _elasticsearch,
    "elasticsearch-linear": _elasticsearch,
    "qdrant": _qdrant,
    "qdrant-formula": _qdrant,
    "mongodb": _mongodb,
    "azure-ai-search": _azure,
    "weaviate": _weaviate,
    "milvus": _milvus,
}


def _field(clause: dict[str, Any]) -> str:
    """The field of an OpenSearch or Elasticsearch clause, of a text clause its first."""
    if "knn" in clause:
        knn = clause["knn"]
        return knn.get("field") or next(iter(knn))
    query = clause.get("standard", {}).get("query") or clause
    (words,) = query.get("bool", {}).get("must", [query])
    return words["multi_match"]["fields"][0]
