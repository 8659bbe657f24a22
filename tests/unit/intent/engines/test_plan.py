"""What is planned before any engine is asked: which modalities, and what a caller is told to put right."""

from typing import Any

import pytest

from intent.engines import BindingError, DecisionError
from intent.engines import compile as compiled

from .samples import DECISION, bindings, sent_weights


def _fields(weights: dict[str, float]) -> dict[str, Any]:
    return {"targets": {name: {"field": name} for name in weights}}


def test_given_as_many_clauses_as_an_engine_takes_then_all_are_sent_and_of_more_the_heaviest() -> None:
    five = dict.fromkeys("abcde", 0.2)
    assert compiled({"weights": five}, "opensearch", _fields(five))["warnings"] == []
    seven = {"a": 0.06, "b": 0.16, "c": 0.06, "d": 0.16, "e": 0.16, "f": 0.2, "g": 0.2}
    found = compiled({"weights": seven}, "opensearch", _fields(seven))
    assert found["warnings"] == ["weights: the engine takes 5 clauses at most; left out: a, c"]
    assert [*sent_weights(found)] == ["b", "d", "e", "f", "g"]


def test_given_a_weight_that_rounds_to_nothing_then_it_is_not_sent() -> None:
    weights = {"visual": 1.0, "audio": 1e-6}
    found = compiled({"weights": weights, "active": ["visual", "audio"]}, "weights_vector")
    assert found["payload"] == {"order": ["visual"], "values": [1.0], "sum": 1.0}


def test_given_weights_that_have_no_sum_then_the_decision_is_refused() -> None:
    with pytest.raises(DecisionError, match=r"^decision\.weights: weights must be"):
        compiled({"weights": {"visual": 1e308, "audio": 1e308}}, "weights_vector")


def test_given_modalities_bound_to_nothing_then_each_is_named() -> None:
    targets = {**bindings("opensearch")["targets"], "visual": None, "audio": None}
    found = compiled({**DECISION, "filters": []}, "opensearch", {**bindings("opensearch"), "targets": targets})
    assert found["warnings"] == ["targets: bound to null, so left out of this search: visual, audio"]
    targets |= {"transcription": None, "metadata": {"field": "m"}}
    decision = {**DECISION, "active": ["audio"], "filters": []}
    found = compiled(decision, "opensearch", {**bindings("opensearch"), "targets": targets})
    assert found["warnings"] == [
        "targets: bound to null, so left out of this search: audio",
        "targets: no active modality has an index here; the others are searched, by their weights",
    ]


@pytest.mark.parametrize(
    ("engine", "target", "told"),
    [
        (
            "opensearch",
            {},
            'visual: is missing; add {"kind": "vector", "field": "<vector field>"} or null to leave the modality out',
        ),
        (
            "qdrant",
            {"visual": {"kind": "text", "field": "title"}},
            "visual.kind: text cannot be searched by this engine; use vector, or bind the modality to null",
        ),
    ],
)
def test_given_a_modality_that_is_not_bound_for_the_engine_then_the_fix_is_told(
    engine: str, target: dict[str, Any], told: str
) -> None:
    with pytest.raises(BindingError) as error:
        compiled({"weights": {"visual": 1.0}, "query": "q"}, engine, {"targets": target})
    assert str(error.value) == f"bindings.targets.{told}"


@pytest.mark.parametrize("engine", ["opensearch", "twelvelabs"])
def test_given_a_decision_without_its_query_then_what_searches_words_says_so(engine: str) -> None:
    decision = {name: value for name, value in DECISION.items() if name != "query"}
    with pytest.raises(DecisionError, match=r"^decision\.query: is missing"):
        compiled(decision, engine, bindings(engine))


@pytest.mark.parametrize(
    ("engine", "wrong", "fix"),
    [
        (
            "milvus",
            "metadata.field: names several fields; Milvus searches one, ",
            "so bind the sparse field of a BM25 function over them",
        ),
        (
            "twelvelabs",
            "transcription.field: speech_vec is no search option; ",
            "use visual, audio, transcription, or bind the modality to null",
        ),
    ],
)
def test_given_fields_that_an_engine_has_not_then_the_whole_fix_is_told(engine: str, wrong: str, fix: str) -> None:
    with pytest.raises(BindingError) as error:
        compiled(DECISION, engine, bindings("opensearch"))
    assert str(error.value) == f"bindings.targets.{wrong}{fix}"


def test_given_no_words_then_twelvelabs_has_nothing_to_embed() -> None:
    with pytest.raises(DecisionError) as error:
        compiled({**DECISION, "query": " "}, "twelvelabs", bindings("twelvelabs"))
    assert str(error.value) == "decision.query: is missing; TwelveLabs embeds the query's words itself"
