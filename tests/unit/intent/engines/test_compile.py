"""The public side: names, versions, errors that say what to do, and warnings for what was left out."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from intent import engines
from intent.engines import BindingError, DecisionError, EngineError, UnknownEngine
from intent.engines import compile as compiled
from tests.unit.intent.engines.samples import DECISION, bindings, body, sent_weights, validator

LAMBDAS = Path(__file__).parents[4] / "lambdas"


def changed(**parts: Any) -> dict[str, Any]:
    return {**bindings("opensearch"), **parts}


def target(modality: str, value: Any) -> dict[str, Any]:
    return changed(targets={**bindings("opensearch")["targets"], modality: value})


def test_every_public_name_is_there_and_no_other() -> None:
    assert len(engines.__all__) == len(set(engines.__all__))
    assert all(hasattr(engines, name) for name in engines.__all__)
    with pytest.raises(AttributeError, match="Engine"):
        _ = engines.Engine


def test_importing_the_package_loads_no_engine_and_no_models() -> None:
    code = "import intent.engines, sys; print(*(name for name in sys.modules if name.startswith('intent.engines.')))"
    for more, loaded in (
        ("", []),
        ("; intent.engines.ENGINES", ["conditions", "errors", "models", "plan", "registry"]),
    ):
        run = [sys.executable, "-c", code.replace(", sys;", f", sys{more};")]
        found = subprocess.run(run, cwd=LAMBDAS, capture_output=True, text=True, check=True)
        assert sorted(found.stdout.split()) == [f"intent.engines.{name}" for name in loaded]


@pytest.mark.parametrize(
    ("asked", "form"),
    [("opensearch", "3.0"), ("opensearch@2.19", "2.10"), ("opensearch@2.10", "2.10"), ("opensearch@3.4", "3.0")],
)
def test_a_version_gets_the_newest_form_that_it_accepts(asked: str, form: str) -> None:
    found = compiled(DECISION, asked, bindings("opensearch"))
    assert (found["engine"], found["version"]) == ("opensearch", form)


def test_before_3_0_the_filter_stands_in_every_clause() -> None:
    old = body(compiled(DECISION, "opensearch@2.10", bindings("opensearch")))["query"]["hybrid"]
    new = body(compiled(DECISION, "opensearch", bindings("opensearch")))["query"]["hybrid"]
    assert "filter" not in old
    assert [clause.get("bool", {}).get("filter") for clause in old["queries"]][-1] == [new["filter"]]
    assert old["queries"][0]["knn"]["visual_vec"]["filter"] == new["filter"]


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        ("solr", "engine: 'solr' is not known; use one of azure-ai-search"),
        ("opensearch@1.3", "engine: opensearch is compiled for 2.10 and later, not for '1.3'"),
        ("opensearch@latest", "engine: the version 'latest' is not of the form 3.1"),
    ],
)
def test_an_unknown_engine_is_answered_with_the_known_ones(engine: str, message: str) -> None:
    with pytest.raises(UnknownEngine, match="engine:") as error:
        compiled(DECISION, engine, bindings("opensearch"))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("engine", "given", "message"),
    [
        ("opensearch", {}, "bindings.targets.visual: is missing; add"),
        ("opensearch", target("visual", {"field": ""}), "bindings.targets.visual.field"),
        (
            "opensearch",
            target("visual", {"kind": "image", "field": "f"}),
            "bindings.targets.visual.kind: Input should be 'vector' or 'text'",
        ),
        (
            "opensearch",
            target("visual", {"field": ["a", "b"]}),
            "bindings.targets.visual: a vector target has exactly one field",
        ),
        ("opensearch", target("visual", {"field": "f", "k": 0}), "bindings.targets.visual.k: "),
        ("opensearch", target("visual", {"field": "f", "boost": 2}), "bindings.targets.visual.boost: Extra inputs"),
        ("opensearch", changed(index="a/b?c"), "bindings.index"),
        ("opensearch", changed(size=0), "bindings.size"),
        ("opensearch", changed(vectors={"visual": [float("nan")]}), "bindings.vectors.visual"),
        (
            "opensearch",
            changed(vectors={"visual": {"indices": [1], "values": [0.5]}}),
            "bindings.vectors.visual: is sparse",
        ),
        ("opensearch", changed(targets=dict.fromkeys(DECISION["weights"])), "bindings.targets: no modality is bound"),
        (
            "qdrant",
            bindings("opensearch"),
            "bindings.targets.metadata.kind: text cannot be searched by this engine; use vector",
        ),
        ("mongodb", target("visual", {"field": "f"}), "bindings.targets.visual.index: is missing"),
        (
            "mongodb",
            target("metadata", {"kind": "text", "field": "title^2"}),
            "bindings.targets.metadata.field: title^2 has a boost",
        ),
        (
            "azure-ai-search",
            target("metadata", {"kind": "text", "field": "title^2"}),
            "bindings.targets.metadata.field: title^2 has a boost",
        ),
        ("milvus", bindings("opensearch"), "bindings.targets.metadata.field: names several fields"),
        ("weaviate", target("visual", {"field": "audio_vec"}), "bindings.targets: two modalities name one vector"),
        ("twelvelabs", bindings("opensearch"), "bindings.targets.transcription.field: speech_vec is no search option"),
    ],
)
def test_bad_bindings_name_the_field_and_the_fix(engine: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(BindingError) as error:
        compiled(DECISION, engine, given)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"weights": {}}, "decision.weights"),
        ({"weights": {"visual": -1}}, "decision.weights.visual"),
        ({"weights": {"visual": float("inf")}}, "decision.weights.visual"),
        ({"weights": {"{{x}}": 1.0}}, "decision.weights"),
        ({"weights": {"visual": 0.0}, "active": []}, "decision.weights: are all 0"),
        ({"active": ["smell"]}, "decision: active: smell has no weight"),
        ({"query": " "}, "decision.query: is missing"),
        ({"filters": [{"op": "eq"}]}, "decision.filters.0.attribute"),
        ({"filters": [{"attribute": "genre", "value": float("inf")}]}, "decision.filters.0.value"),
    ],
)
def test_a_bad_decision_names_the_field(broken: dict[str, Any], message: str) -> None:
    with pytest.raises(DecisionError) as error:
        compiled({**DECISION, **broken}, "opensearch", bindings("opensearch"))
    assert str(error.value).startswith(message)
    assert isinstance(error.value, EngineError)


def test_models_may_be_given_instead_of_mappings() -> None:
    decision = engines.Decision.model_validate(DECISION)
    bound = engines.Bindings.model_validate(bindings("milvus"))
    assert compiled(decision, "milvus", bound) == compiled(DECISION, "milvus", bindings("milvus"))


def test_real_vectors_take_the_placeholders_place() -> None:
    found = body(compiled(DECISION, "opensearch", changed(vectors={"visual": [0.25, 0.5]})))["query"]["hybrid"][
        "queries"
    ]
    assert found[0]["knn"]["visual_vec"]["vector"] == [0.25, 0.5]
    assert found[1]["knn"]["audio_vec"]["vector"] == "{{vector.audio}}"


def test_a_sparse_vector_goes_to_qdrant_as_it_is() -> None:
    sparse = {"indices": [3, 9], "values": [0.5, 1.5]}
    found = body(compiled(DECISION, "qdrant", {**bindings("qdrant"), "vectors": {"metadata": sparse}}))
    assert found["prefetch"][-1]["query"] == sparse


def test_without_active_the_floor_is_5_in_a_hundred() -> None:
    weights = {"visual": 0.04, "audio": 0.05, "transcription": 0.91}
    assert compiled({"weights": weights}, "weights_vector")["payload"] == {
        "order": ["audio", "transcription"],
        "values": [0.0521, 0.9479],
        "sum": 1.0,
    }


def test_a_floor_that_nothing_reaches_searches_everything_and_says_so() -> None:
    found = compiled({**DECISION, "active": []}, "opensearch", bindings("opensearch"))
    assert list(sent_weights(found).values()) == [0.1, 0.3, 0.45, 0.15]
    assert found["warnings"] == ["weights: no modality reaches the floor; all with a weight are searched"]


def test_an_engine_without_the_active_modality_searches_the_others_and_says_so() -> None:
    decision = {
        **DECISION,
        "weights": {"visual": 0.04, "audio": 0.01, "transcription": 0, "metadata": 0.95},
        "active": ["metadata"],
        "filters": [],
    }
    found = compiled(decision, "twelvelabs", bindings("twelvelabs"))
    assert body(found)["search_options"] == ["visual", "audio"]
    assert "targets: bound to null, so left out of this search: metadata" in found["warnings"]
    assert any("the others are searched" in warning for warning in found["warnings"])


def test_clauses_over_the_limit_are_the_lightest_and_are_named() -> None:
    weights = {"a": 0.1, "b": 0.2, "c": 0.2, "d": 0.2, "e": 0.2, "f": 0.1}
    found = compiled({"weights": weights}, "opensearch", {"targets": {name: {"field": name} for name in weights}})
    assert sent_weights(found) == {"a": 0.1111, "b": 0.2223, "c": 0.2222, "d": 0.2222, "e": 0.2222}
    assert found["warnings"] == ["weights: the engine takes 5 clauses at most; left out: f"]


def filtered(engine: str, *filters: dict[str, Any], date: bool = False) -> dict[str, Any]:
    bound = {**bindings(engine), "filters": {"timestamp": {"field": "published", "date": date}}}
    return compiled({**DECISION, "active": ["audio"], "filters": filters}, engine, bound)  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize(
    ("wish", "warning"),
    [
        ({"attribute": "mood", "op": "eq", "value": "sad"}, "filters: mood is not bound to a field and was left out"),
        (
            {"attribute": "timestamp", "op": "like", "value": 1},
            "filters: timestamp like is not a filter that can be compiled; left out",
        ),
        (
            {"attribute": "timestamp", "op": "between", "values": [1]},
            "filters: timestamp between is not a filter that can be compiled; left out",
        ),
        (
            {"attribute": "timestamp", "op": "eq"},
            "filters: timestamp eq is not a filter that can be compiled; left out",
        ),
        (
            {"attribute": "timestamp", "op": "gt", "value": True},
            "filters: timestamp gt is not a filter that can be compiled; left out",
        ),
    ],
)
def test_a_filter_that_cannot_be_carried_over_is_left_out_with_a_warning(wish: dict[str, Any], warning: str) -> None:
    found = filtered("opensearch", wish)
    assert found["warnings"] == [warning]
    assert "filter" not in str(body(found))


def test_a_year_on_a_date_field_is_its_first_to_its_last_second() -> None:
    year = {"attribute": "timestamp", "op": "eq", "value": 2024}
    assert body(filtered("azure-ai-search", year, date=True))["filter"] == (
        "published ge 2024-01-01T00:00:00Z and published le 2024-12-31T23:59:59Z"
    )
    found = body(filtered("mongodb", year, date=True))["pipeline"][0]["$vectorSearch"]["filter"]
    assert found["$and"][0] == {"published": {"$gte": {"$date": "2024-01-01T00:00:00Z"}}}


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("lte", "2024-05-01", "published le 2024-05-01T23:59:59Z"),
        ("lt", "2024-05-01", "published lt 2024-05-01T00:00:00Z"),
        ("gt", 2024, "published gt 2024-12-31T23:59:59Z"),
        ("gte", "2024-05-01T10:00:00+02:00", "published ge 2024-05-01T10:00:00+02:00"),
    ],
)
def test_days_and_moments(op: str, value: object, expected: str) -> None:
    found = filtered("azure-ai-search", {"attribute": "timestamp", "op": op, "value": value}, date=True)
    assert body(found)["filter"] == expected


@pytest.mark.parametrize(
    "value", ["2024 or 1 eq 1", "yesterday", "2024-05-01T10:00:00Z) or (1 eq 1", "2024\n", "2024-02-31", "0000"]
)
def test_what_is_no_date_never_reaches_an_expression(value: str) -> None:
    found = filtered("azure-ai-search", {"attribute": "timestamp", "op": "eq", "value": value}, date=True)
    assert "filter" not in body(found)
    assert found["warnings"] == ["filters: timestamp eq is not a date filter that can be compiled; left out"]


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("azure-ai-search", "published eq 'x'' or \"1\" eq ''1'"),
        ("milvus", 'published == "x\' or \\"1\\" eq \'1"'),
        ("twelvelabs", '{"published": "x\' or \\"1\\" eq \'1"}'),
    ],
)
def test_a_value_cannot_end_its_own_quotes(engine: str, expected: str) -> None:
    found = body(filtered(engine, {"attribute": "timestamp", "op": "eq", "value": "x' or \"1\" eq '1"}))
    assert found.get("filter") == expected


def test_twelvelabs_filters_by_equality_and_number_ranges_only() -> None:
    between = {"attribute": "timestamp", "op": "between", "values": [2023, 2024]}
    assert body(filtered("twelvelabs", between))["filter"] == '{"published": {"gte": 2023, "lte": 2024}}'
    found = filtered("twelvelabs", {"attribute": "timestamp", "op": "gt", "value": 2023})
    assert "filters: published gt cannot be said to this engine; left out" in found["warnings"]


@pytest.mark.parametrize("engine", sorted(set(engines.ENGINES) - {"weights_vector"}))
def test_without_bindings_each_modality_is_a_field_of_its_own_name(engine: str) -> None:
    found = compiled(DECISION, engine)
    validator(engine).validate(found["payload"])
    assert all(name in str(body(found)) for name in ("visual", "audio", "transcription"))
    assert any(warning.startswith("bindings: none given") for warning in found["warnings"])


def test_qdrant_has_no_ranges_over_words() -> None:
    found = filtered("qdrant", {"attribute": "timestamp", "op": "gte", "value": "b"})
    assert found["warnings"] == ["filters: published gte a text cannot be said to this engine; left out"]
