"""What single engines make of filters, sizes and texts that the golden files do not have."""

from typing import Any

import pytest

from intent.engines import compile as compiled

from .samples import DECISION, bindings, body

ONE: dict[str, Any] = {"attribute": "genre", "op": "eq", "value": "comedy"}


def search(engine: str, *filters: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The body of a search for one modality."""
    bound = {**bindings(engine), **changed}
    return body(compiled({**DECISION, "active": ["audio"], "filters": filters}, engine, bound))


def _qdrant(found: dict[str, Any]) -> Any:
    return found["filter"]["must"]


@pytest.mark.parametrize(
    ("engine", "path", "expected"),
    [
        ("opensearch@3.0", ("query", "knn", "audio_vec", "filter"), {"term": {"genre": "comedy"}}),
        ("elasticsearch", ("retriever", "knn", "filter"), {"term": {"genre": "comedy"}}),
        ("mongodb", ("pipeline", 0, "$vectorSearch", "filter"), {"genre": {"$eq": "comedy"}}),
        ("qdrant", ("filter", "must"), [{"key": "genre", "match": {"value": "comedy"}}]),
        ("weaviate", ("filters",), [{"property": "genre", "operator": "equal", "value": "comedy"}]),
        ("milvus", ("filter",), 'genre == "comedy"'),
        ("azure-ai-search", ("filter",), "genre eq 'comedy'"),
        ("twelvelabs", ("filter",), '{"genre": "comedy"}'),
    ],
)
def test_given_a_single_filter_then_it_stands_alone(engine: str, path: tuple[Any, ...], expected: object) -> None:
    found: Any = search(engine, ONE)
    for key in path:
        found = found[key]
    assert found == expected


def test_given_fractions_then_qdrant_is_asked_for_ranges_and_for_any_of_several() -> None:
    half, third = ({"key": "genre", "range": {"gte": value, "lte": value}} for value in (0.5, 0.25))
    assert _qdrant(search("qdrant", {**ONE, "value": 0.5})) == [half]
    assert _qdrant(search("qdrant", {"attribute": "genre", "op": "in", "values": [0.5, 0.25]})) == [
        {"should": [half, third]}
    ]


def test_given_a_list_field_then_milvus_is_asked_whether_any_of_the_values_is_in_it() -> None:
    several = {"attribute": "people", "op": "in", "values": ["Ann Lee", "Zoë"]}
    assert search("milvus", several)["filter"] == 'array_contains_any(people, ["Ann Lee", "Zoë"])'


def test_given_a_value_in_another_script_then_it_is_sent_as_it_is() -> None:
    assert search("twelvelabs", {**ONE, "value": "喜劇"})["filter"] == '{"genre": "喜劇"}'


@pytest.mark.parametrize("engine", ["elasticsearch", "elasticsearch-linear"])
def test_given_more_results_than_candidates_then_elasticsearchs_window_holds_them(engine: str) -> None:
    found = body(compiled({**DECISION, "filters": []}, engine, {**bindings(engine), "size": 500}))
    assert next(iter(found["retriever"].values()))["rank_window_size"] == 500


@pytest.mark.parametrize(("size", "warned"), [(50, False), (51, True)])
def test_given_more_results_than_a_page_then_twelvelabs_callers_are_told(size: int, warned: bool) -> None:  # noqa: FBT001
    found = compiled({**DECISION, "filters": []}, "twelvelabs", {**bindings("twelvelabs"), "size": size})
    assert body(found)["page_limit"] == 50
    told = "size: a page has 50 results at most; ask for the next page by its token"
    assert (told in found["warnings"]) == warned


def _texts(engine: str, *names: str) -> dict[str, Any]:
    targets: dict[str, Any] = {**bindings(engine)["targets"]}
    return {**bindings(engine), "targets": {**targets, **{n: {"kind": "text", "field": n} for n in names}}}


def test_given_two_texts_then_weaviate_searches_them_as_one_and_says_so() -> None:
    told = "weights: the engine takes one text query; the text modalities share one by the sum"
    both = compiled({**DECISION, "filters": []}, "weaviate", _texts("weaviate", "transcription", "metadata"))
    assert both["warnings"] == [told]
    assert (body(both)["query_properties"], body(both)["alpha"]) == (["transcription", "metadata"], 0.4)
    assert compiled({**DECISION, "filters": []}, "weaviate", _texts("weaviate", "metadata"))["warnings"] == []


def test_given_two_texts_then_azure_searches_them_as_one_and_weighs_vectors_by_their_sum() -> None:
    told = "weights: the engine takes one text query; the text modalities share one by the sum"
    both = compiled(
        {**DECISION, "filters": []}, "azure-ai-search", _texts("azure-ai-search", "transcription", "metadata")
    )
    assert both["warnings"] == [told]
    assert body(both)["searchFields"] == "transcription,metadata"
    assert [query["weight"] for query in body(both)["vectorQueries"]] == [0.1667, 0.5]
    one = compiled({**DECISION, "filters": []}, "azure-ai-search", _texts("azure-ai-search", "metadata"))
    assert one["warnings"] == []


def test_given_two_vectors_then_both_have_weights_for_azure_and_a_single_one_has_none() -> None:
    found = compiled({**DECISION, "active": ["audio", "visual"], "filters": []}, "azure-ai-search", bindings("azure"))
    assert [query["weight"] for query in body(found)["vectorQueries"]] == [0.5, 1.5]
    (single,) = search("azure-ai-search")["vectorQueries"]
    assert "weight" not in single


def test_given_a_truth_value_then_azure_reads_it_in_lower_case() -> None:
    assert search("azure-ai-search", {**ONE, "value": True})["filter"] == "genre eq true"


@pytest.mark.parametrize("unusable", [{**ONE, "attribute": "mood"}, {**ONE, "op": "like"}])
def test_given_a_filter_that_cannot_be_carried_over_then_those_behind_it_still_count(unusable: dict[str, Any]) -> None:
    assert search("azure-ai-search", unusable, ONE)["filter"] == "genre eq 'comedy'"


def test_given_one_of_a_single_value_then_it_is_that_value() -> None:
    found = search("azure-ai-search", {"attribute": "genre", "op": "in", "values": ["comedy"]})
    assert found["filter"] == "genre eq 'comedy'"
