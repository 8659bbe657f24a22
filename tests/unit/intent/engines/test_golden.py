"""The recorded payloads: nobody changes what an engine is sent without a diff, and all of it fits the schemas."""

import json
from typing import Any

import pytest

from intent.engines import ENGINES
from intent.engines import compile as compiled
from tests.unit.intent.engines.record import recorded
from tests.unit.intent.engines.samples import (
    CASES,
    HERE,
    base,
    bindings,
    body,
    every_form,
    golden,
    schema_file,
    sent_weights,
    validator,
)

EVERY = every_form()


@pytest.mark.parametrize("engine", EVERY)
def test_every_form_of_every_engine_is_recorded(engine: str) -> None:
    assert golden(engine).read_text("utf-8") == recorded(engine)


def test_nothing_else_is_recorded() -> None:
    assert {path.name for path in (HERE / "golden").iterdir()} == {golden(engine).name for engine in EVERY}


@pytest.mark.parametrize("engine", EVERY)
def test_the_recorded_payloads_fit_the_documentation(engine: str) -> None:
    for case, found in json.loads(golden(engine).read_text("utf-8")).items():
        validator(engine).validate(found["payload"])
        assert (found["engine"], found["version"]) == (base(engine), engine.partition("@")[2]), case


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_schema_names_the_page_that_it_was_written_from(engine: str) -> None:
    schema: dict[str, Any] = json.loads(schema_file(engine).read_text("utf-8"))
    assert ("https://" in schema["$comment"]) != (engine == "weights_vector")


@pytest.mark.parametrize(
    ("engine", "broken"),
    [
        ("opensearch", {"query": {"hybrid": {"queries": []}}}),
        ("elasticsearch", {"retriever": {"rrf": {"retrievers": []}}}),
        ("qdrant", {"query": {"rrf": {"weights": [0, 1]}}}),
        ("mongodb", {"pipeline": []}),
        ("azure-ai-search", {"vectorQueries": [{"weight": 0}]}),
        ("weaviate", {"alpha": 2}),
        ("milvus", {"rerank": {}}),
        ("twelvelabs", {"search_options": ["metadata"]}),
    ],
)
def test_a_schema_refuses_what_the_engine_would(engine: str, broken: dict[str, Any]) -> None:
    found: dict[str, Any] = json.loads(golden(every(engine)).read_text("utf-8"))["all modalities"]["payload"]
    assert validator(engine).is_valid(found)
    found["search"]["body"] |= broken
    assert not validator(engine).is_valid(found)


def every(engine: str) -> str:
    return f"{engine}@{ENGINES[engine].versions[-1]}"


SHARES = {"visual": 0.1, "audio": 0.3, "transcription": 0.45, "metadata": 0.15}
MULTIPLIERS = {"visual": 0.4, "audio": 1.2, "transcription": 1.8, "metadata": 0.6}


@pytest.mark.parametrize(
    ("engine", "weights"),
    [
        ("opensearch", SHARES),
        ("opensearch-rrf", SHARES),
        ("elasticsearch-linear", SHARES),
        ("milvus", SHARES),
        ("qdrant-formula", SHARES),
        ("weights_vector", SHARES),
        ("elasticsearch", MULTIPLIERS),
        ("mongodb", MULTIPLIERS),
        ("qdrant", MULTIPLIERS),
    ],
)
def test_engines_that_add_up_get_shares_and_engines_that_multiply_get_multiples(
    engine: str, weights: dict[str, float]
) -> None:
    sent = sent_weights(compiled(CASES["all modalities"], engine, bindings(engine)))
    assert list(sent.values()) == list(weights.values())


def test_azure_weighs_vectors_relative_to_its_text_query_which_always_counts_1() -> None:
    sent = sent_weights(compiled(CASES["all modalities"], "azure-ai-search", bindings("azure-ai-search")))
    assert sent == {"visual_vec": 0.6667, "audio_vec": 2.0, "speech_vec": 3.0}
    only_vectors = {**bindings("azure-ai-search")}
    only_vectors["targets"] = {**only_vectors["targets"], "metadata": {"field": "meta_vec"}}
    assert list(sent_weights(compiled(CASES["all modalities"], "azure-ai-search", only_vectors)).values()) == [
        *MULTIPLIERS.values()
    ]


def test_weaviate_shares_out_the_vectors_and_leaves_the_text_to_alpha() -> None:
    found = compiled(CASES["all modalities"], "weaviate", bindings("weaviate"))
    assert body(found)["alpha"] == 0.85
    assert round(sum(sent_weights(found).values()), 9) == 1


def test_twelvelabs_gets_options_in_the_order_of_their_weights_and_says_that_it_has_no_weights() -> None:
    found = compiled(CASES["all modalities"], "twelvelabs", bindings("twelvelabs"))
    assert body(found)["search_options"] == ["transcription", "audio", "visual"]
    assert any(warning.startswith("weights: the engine takes none") for warning in found["warnings"])


def test_one_modality_is_a_plain_query() -> None:
    for engine in EVERY:
        found = compiled(CASES["one modality"], engine, bindings(engine))
        assert not sent_weights(found) or engine.startswith("weights_vector")
        assert not any(word in json.dumps(found["payload"]) for word in ('"hybrid"', "rrf", "rankFusion", "rerank"))


def test_a_stored_pipeline_makes_two_requests() -> None:
    payload = compiled(DECIDED, "opensearch", {**bindings("opensearch"), "pipeline": "p"})["payload"]
    assert list(payload) == ["pipeline", "search"]
    assert "search_pipeline" not in payload["search"]["body"]


DECIDED = CASES["all modalities"]


@pytest.mark.parametrize(
    ("engine", "place", "value"),
    [
        (
            "opensearch-rrf",
            ["search_pipeline", "phase_results_processors", 0, "score-ranker-processor", "combination"],
            "rank_constant",
        ),
        ("elasticsearch", ["retriever", "rrf"], "rank_constant"),
        ("qdrant", ["query", "rrf"], "k"),
    ],
)
def test_a_rank_constant_goes_where_the_engine_wants_it(engine: str, place: list[str | int], value: str) -> None:
    found: Any = compiled(DECIDED, engine, {**bindings(engine), "rank_constant": 7})
    validator(engine).validate(found["payload"])
    inner = body(found)
    for step in place:
        inner = inner[step]  # pyright: ignore[reportArgumentType]
    assert inner[value] == 7
