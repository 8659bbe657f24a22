"""The embedded teacher as a router."""

import json
from typing import cast

import pytest

from intent.weights import Parsed, leading, parse
from local.bedrock.models.encoder import encoder
from local.bedrock.models.material import NoMaterialError
from local.bedrock.models.ranking import Ranker
from local.bedrock.models.registry import for_role
from local.bedrock.models.scale import Scale
from local.bedrock.models.teacher import Teacher
from local.bedrock.models.types import Request
from tests.unit.models.samples import MODALITIES, OWN, TAXONOMY, ask, people


@pytest.fixture(scope="module")
def teacher() -> Teacher:
    return cast("Teacher", for_role("teacher"))


def test_given_queries_of_people_then_it_leads_with_the_right_modality(teacher: Teacher) -> None:
    rows = people()
    weighed = teacher.weigh([query for query, _ in rows])
    right = [leading(weights) == label for weights, (_, label) in zip(weighed, rows, strict=True)]
    assert sum(right) / len(right) >= 0.94


def test_given_the_examples_of_nova_premier_then_it_weighs_on_that_scale(teacher: Teacher) -> None:
    rows = [json.loads(line) for line in (OWN / "premier.jsonl").read_text("utf-8").splitlines()]
    weighed = teacher.weigh([row["query"] for row in rows])
    errors = [abs(found[n] - row["weights"][n]) for found, row in zip(weighed, rows, strict=True) for n in MODALITIES]
    assert sum(errors) / len(errors) <= 0.06


def test_given_examples_of_nova_premier_that_it_has_not_seen_then_it_weighs_and_leads_alike() -> None:
    """Ten-fold: what is fitted to Premier's weights is fitted without the fold. Either of two equals leads."""
    rows = [json.loads(line) for line in (OWN / "premier.jsonl").read_text("utf-8").splitlines()]
    errors, led = list[float](), list[bool]()
    ranker = Ranker(TAXONOMY)
    for fold in range(10):
        scale = Scale(ranker, [row for index, row in enumerate(rows) if index % 10 != fold])
        queries = [row["query"] for row in rows[fold::10]]
        vectors = encoder().encode(queries)
        found = scale.weigh(ranker.score(queries, vectors), vectors)
        given = [row["weights"] for row in rows[fold::10]]
        errors += [abs(one[name] - other[name]) for one, other in zip(found, given, strict=True) for name in MODALITIES]
        led += [other[leading(one)] == max(other.values()) for one, other in zip(found, given, strict=True)]
    assert sum(errors) / len(errors) <= 0.08
    assert sum(led) / len(led) >= 0.85


def test_given_a_query_then_the_answer_obeys_the_contract_and_names_its_cues(teacher: Teacher) -> None:
    done = teacher.complete(Request("", "a podcast about the gold standard"))
    found = parse(done.text, MODALITIES)
    assert isinstance(found, Parsed)
    assert leading(found.weights) == "transcription"
    assert found.reasoning
    assert "'podcast'" in found.reasoning
    assert done.stop_reason == "end_turn"
    assert 0 < done.output_tokens < 100


def test_given_a_stop_sequence_then_the_reasoning_is_never_made(teacher: Teacher) -> None:
    done = ask(teacher, "a podcast about the gold standard")
    assert done.stop_reason == "stop_sequence"
    assert "reasoning" not in done.text
    assert isinstance(parse(done.text, MODALITIES), Parsed)
    assert done.input_tokens > 20


def test_given_few_tokens_then_the_answer_is_cut_there(teacher: Teacher) -> None:
    done = teacher.complete(Request("", "a red boat", max_tokens=5))
    assert (done.stop_reason, done.output_tokens) == ("max_tokens", 5)


@pytest.mark.parametrize("query", ["", "?", "\u65e5\u672c\u306e\u5c71", "{}", '{"count": 3}', "x" * 3000])
def test_given_odd_queries_then_the_answer_still_obeys_the_contract(teacher: Teacher, query: str) -> None:
    assert isinstance(parse(teacher.complete(Request("", query)).text, MODALITIES), Parsed)


def test_given_the_data_then_every_example_group_says_why_and_none_is_of_the_sample() -> None:
    groups = json.loads((OWN / "examples.json").read_text("utf-8"))
    assert set(groups) == set(MODALITIES)
    written = [query.lower() for listed in groups.values() for group in listed for query in group["queries"]]
    assert all(group["why"] for listed in groups.values() for group in listed)
    assert len(written) == len(set(written))
    assert not {query.lower() for query, _ in people()} & set(written)


def test_given_a_taxonomy_that_nothing_is_written_for_then_the_teacher_says_what_there_is() -> None:
    with pytest.raises(NoMaterialError, match=r"no examples.json for the taxonomy 'recipes', only for: .*video-search"):
        Teacher(TAXONOMY.model_copy(update={"name": "recipes"}))
