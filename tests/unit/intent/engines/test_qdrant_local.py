"""Qdrant's own library executes the payloads, in memory: the ranking follows the weights."""

from collections.abc import Iterator
from typing import Any

import pytest
from qdrant_client import QdrantClient, models

from intent.engines import compile as compiled
from tests.unit.intent.engines.samples import body

MODALITIES = ("visual", "audio", "transcription", "metadata")
FIELDS = {name: f"{name}_vec" for name in MODALITIES}


def one_hot(index: int) -> list[float]:
    return [float(index == position) for position in range(4)]


# Document m is nearest in modality m and farther, by turns, in all others.
DOCUMENTS = [
    models.PointStruct(
        id=number,
        vector={FIELDS[name]: one_hot((number - place) % 4) for place, name in enumerate(MODALITIES)},
        payload={"year": 2020 + number, "people": ["Ann", f"No {number}"], "rating": number / 2},
    )
    for number in range(4)
]
VECTORS = {name: [1.0, 0.3, 0.2, 0.1] for name in MODALITIES}
BINDINGS: dict[str, Any] = {
    "index": "videos",
    "targets": {name: {"field": field} for name, field in FIELDS.items()},
    "filters": {
        "timestamp": {"field": "year"},
        "people": {"field": "people", "many": True},
        "rating": {"field": "rating"},
    },
    "vectors": VECTORS,
}


@pytest.fixture(scope="module")
def client() -> Iterator[QdrantClient]:
    opened = QdrantClient(":memory:")
    vectors = {field: models.VectorParams(size=4, distance=models.Distance.COSINE) for field in FIELDS.values()}
    opened.create_collection("videos", vectors_config=vectors)
    opened.upsert("videos", DOCUMENTS)
    yield opened
    opened.close()


def found(client: QdrantClient, decision: dict[str, Any], engine: str, **more: Any) -> list[int]:
    request = models.QueryRequest.model_validate(body(compiled(decision, engine, {**BINDINGS, **more})))
    answer = client.query_points(
        "videos",
        query=request.query,
        prefetch=request.prefetch,
        using=request.using,
        query_filter=request.filter,
        limit=request.limit or 0,
    )
    return [int(str(point.id)) for point in answer.points]


@pytest.mark.parametrize("engine", ["qdrant", "qdrant-formula"])
@pytest.mark.parametrize("lead", range(4))
def test_the_leading_modality_s_best_document_comes_first(client: QdrantClient, engine: str, lead: int) -> None:
    weights = {name: 0.7 if place == lead else 0.1 for place, name in enumerate(MODALITIES)}
    assert found(client, {"weights": weights}, engine)[0] == lead


@pytest.mark.parametrize("engine", ["qdrant", "qdrant-formula"])
def test_one_modality_is_an_ordinary_search(client: QdrantClient, engine: str) -> None:
    ranking = found(client, {"weights": dict.fromkeys(MODALITIES, 0.0) | {"audio": 1.0}}, engine)
    assert ranking == [1, 2, 3, 0]


def test_with_rank_constant_1_documents_come_in_the_order_of_their_modalities_weights(client: QdrantClient) -> None:
    weights = {"visual": 0.19, "audio": 0.3, "transcription": 0.45, "metadata": 0.06}
    assert found(client, {"weights": weights}, "qdrant", rank_constant=1)[0] == 2
    assert (
        found(client, {"weights": {**weights, "visual": 0.45, "transcription": 0.19}}, "qdrant", rank_constant=1)[0]
        == 0
    )


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        ({"attribute": "timestamp", "op": "eq", "value": 2022}, {2}),
        ({"attribute": "timestamp", "op": "between", "values": [2021, 2022]}, {1, 2}),
        ({"attribute": "timestamp", "op": "in", "values": [2020, 2023]}, {0, 3}),
        ({"attribute": "timestamp", "op": "gt", "value": 2022}, {3}),
        ({"attribute": "people", "op": "eq", "value": "No 1"}, {1}),
        ({"attribute": "people", "op": "in", "values": ["No 1", "No 2"]}, {1, 2}),
        ({"attribute": "rating", "op": "in", "values": [0.5, 1.5]}, {1, 3}),
        ({"attribute": "rating", "op": "eq", "value": 0.5}, {1}),
    ],
)
@pytest.mark.parametrize("modalities", [1, 4])
def test_filters_hold(client: QdrantClient, wish: dict[str, Any], left: set[int], modalities: int) -> None:
    decision = {"weights": dict.fromkeys(MODALITIES[:modalities], 1.0), "filters": [wish]}
    assert set(found(client, decision, "qdrant")) == left
