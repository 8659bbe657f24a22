"""Whatever the weights, the floor, the bindings and the filters: the payload fits, adds up, and keeps the order."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qdrant_client import models

from intent.engines import ENGINES
from intent.engines import compile as compiled
from intent.weights import normalise
from tests.unit.intent.engines.samples import body, sent_weights, validator

NAMES = ("visual", "audio", "transcription", "metadata", "faces", "logos", "music")
SHARED = {"opensearch", "opensearch-rrf", "elasticsearch-linear", "milvus", "qdrant-formula", "weights_vector"}
MULTIPLIED = {"elasticsearch", "qdrant", "mongodb"}
OPTIONS = ("visual", "audio", "transcription")
VALUES = st.text(max_size=8) | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
FILTERS = st.lists(
    st.fixed_dictionaries(
        {
            "attribute": st.sampled_from(["people", "genre", "timestamp", "unbound"]),
            "op": st.sampled_from(["eq", "in", "gt", "gte", "lt", "lte", "between", "like"]),
            "values": st.lists(VALUES, max_size=3) | st.just([2024]) | st.just(["2024-05-01"]),
        }
    ),
    max_size=3,
)


@st.composite
def decisions(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    raw = draw(st.lists(st.floats(0, 1), min_size=len(names), max_size=len(names)).filter(lambda found: sum(found) > 0))
    weights = normalise(dict(zip(names, raw, strict=True)), names)
    floor = draw(st.sampled_from([0.0, 0.05, 0.2, 0.5]))
    active = sorted((name for name in names if weights[name] >= floor), key=lambda name: -weights[name])
    return {"query": draw(st.text(min_size=1).map(lambda text: "q" + text)), "weights": weights, "active": active}


@st.composite
def bound(draw: st.DrawFn, engine: str, names: list[str]) -> dict[str, Any]:
    kinds = ENGINES[engine].limits.kinds
    targets: dict[str, Any] = {}
    for name in names:
        kind = draw(st.sampled_from(kinds))
        field = draw(st.sampled_from(OPTIONS)) if engine == "twelvelabs" else f"{name}_field"
        targets[name] = {"kind": kind, "field": field, "k": draw(st.integers(1, 500)), "index": "searches"}
        if draw(st.integers(0, 9)) == 0:
            targets[name] = None
    if not any(targets.values()):
        targets[names[0]] = {"kind": (kinds and kinds[0]) or "vector", "field": "visual", "index": "searches"}
    vectors = {name: [0.5, -1.0] for name in names if draw(st.booleans())}
    date = draw(st.booleans())
    filters = {
        "people": {"field": "people", "many": True},
        "genre": {"field": "genre"},
        "timestamp": {"field": "published", "date": date},
    }
    return {"targets": targets, "vectors": vectors, "filters": filters, "size": draw(st.integers(1, 100))}


@pytest.mark.parametrize("engine", sorted(ENGINES))
@given(decision=decisions(), filters=FILTERS, data=st.data())
def test_a_payload_fits_adds_up_and_keeps_the_order(
    engine: str, decision: dict[str, Any], filters: list[dict[str, Any]], data: st.DataObject
) -> None:
    bindings = data.draw(bound(engine, list(decision["weights"])))
    found = compiled({**decision, "filters": filters}, engine, bindings)

    validator(engine).validate(found["payload"])
    json.dumps(found, allow_nan=False).encode("utf-8")
    if engine.startswith("qdrant"):
        models.QueryRequest.model_validate(body(found))
    sent = sent_weights(found)
    assert all(weight > 0 for weight in sent.values())
    if sent and engine in SHARED:
        assert sum(round(weight * 10_000) for weight in sent.values()) == 10_000
    if sent and engine in MULTIPLIED:
        assert sum(sent.values()) == pytest.approx(len(sent), abs=1e-3)
    _keeps_the_order(sent, decision["weights"])


def _keeps_the_order(sent: dict[str, float], weights: dict[str, float]) -> None:
    """Of two modalities the heavier never gets less."""
    named = [(weights[name.removesuffix("_field")], weight) for name, weight in sent.items()]
    ordered = sorted(named)
    assert [weight for _, weight in ordered] == pytest.approx(sorted(weight for _, weight in named), abs=2e-4)


@pytest.mark.parametrize("engine", sorted(set(ENGINES) - {"weights_vector", "twelvelabs"}))
@given(decision=decisions())
def test_what_is_not_active_is_not_sent(engine: str, decision: dict[str, Any]) -> None:
    names = list(decision["weights"])
    found = compiled(decision, engine, {"targets": {name: {"field": f"{name}_field", "index": "i"} for name in names}})
    sought = json.dumps(body(found))
    positive = [name for name in decision["active"] if decision["weights"][name] > 0] or [
        name for name in names if decision["weights"][name] > 0
    ]
    most = ENGINES[engine].limits.most or len(names)
    searched = [name for name in names if f'"{name}_field"' in sought]
    assert len(searched) == min(most, len(positive))
    assert set(searched) <= set(positive)


@given(decision=decisions())
def test_the_same_decision_compiles_to_the_same_payload(decision: dict[str, Any]) -> None:
    bindings = {"targets": {name: {"field": "f"} for name in decision["weights"]}}
    assert compiled(decision, "opensearch", bindings) == compiled(decision, "opensearch", bindings)
