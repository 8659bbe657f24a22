"""The embedded teacher as a writer."""

import json
import re
from collections import Counter

import pytest

from intent.taxonomy import load
from intent.weights import Weights, check, leading
from local.bedrock.models.registry import for_role
from local.bedrock.models.writer import Order, read_order
from tests.unit.models.samples import DATA, MODALITIES, people, write

CELLS = [
    ("visual", "sports", "technical"),
    ("audio", "wildlife", "fragment"),
    ("transcription", "news", "question"),
    ("metadata", "film", "title"),
    ("visual", "user_videos", "typo"),
    ("transcription", "education", "sentence"),
    ("audio", "music", "mood"),
    ("metadata", "archive", "person"),
]


def _weights(line: dict[str, float]) -> Weights:
    found = check(line, MODALITIES)
    assert isinstance(found, dict)
    return found


def test_given_an_order_then_exactly_that_many_lines_with_the_contract_weights_come_back() -> None:
    lines = write(for_role("teacher"), seed=5, count=7, leading="audio", domain="news", style="moment")
    assert len(lines) == 7
    assert all(set(line) == {"query", *MODALITIES} and line["query"].strip() and _weights(line) for line in lines)


@pytest.mark.parametrize(("cell", "domain", "style"), CELLS)
def test_given_a_cell_then_the_lines_lead_with_it(cell: str, domain: str, style: str) -> None:
    lines = write(for_role("teacher"), seed=11, leading=cell, domain=domain, style=style)
    assert sum(leading(_weights(line)) == cell for line in lines) >= 24


def test_given_a_mixed_cell_then_two_modalities_matter_about_equally() -> None:
    lines = write(for_role("teacher"), seed=3, leading="mixed", domain="film", style="moment")
    gaps = [first - second for first, second in (sorted(_weights(line).values())[:1:-1] for line in lines)]
    assert sum(gap <= 0.201 for gap in gaps) >= 20


def test_given_the_same_seed_then_the_same_lines_and_with_another_seed_others() -> None:
    first, again, other = (
        write(for_role("teacher"), seed=seed, leading="visual", domain="film", style="sentence") for seed in (1, 1, 2)
    )
    assert first == again
    assert not {line["query"] for line in first} & {line["query"] for line in other}


def test_given_many_batches_then_they_hardly_repeat_and_use_many_words() -> None:
    queries = [
        line["query"].lower()
        for seed in range(3)
        for cell, domain, style in CELLS
        for line in write(for_role("teacher"), seed=seed, leading=cell, domain=domain, style=style)
    ]
    words = Counter(word for query in queries for word in set(re.findall(r"[a-z']{3,}", query)))
    assert len(set(queries)) >= 0.98 * len(queries)
    assert len(words) >= 1200
    assert not set(queries) & {query.lower() for query, _ in people()}


def test_given_the_taxonomy_then_every_domain_and_style_has_its_own_material() -> None:
    words, rules = (json.loads((DATA / name).read_text("utf-8")) for name in ("words.json", "templates.json"))
    assert {name.partition("@")[2] for name in words if "@" in name} == set(load().domains)
    assert all(set(rules[modality]) == set(load().styles) for modality in MODALITIES)


@pytest.mark.parametrize(
    "user",
    ["a dog", '{"count": 3}', 'x {"count": "a", "leading": "audio", "seed": 1}', "{", '{"count": [1], "seed": 2}'],
)
def test_given_something_else_than_an_order_then_it_is_a_query(user: str) -> None:
    assert read_order(user) is None


def test_given_an_order_after_other_text_then_it_is_read() -> None:
    order = read_order('Write. {"count": 999, "leading": "audio", "domain": "film", "style": "mood", "seed": 4}\n')
    assert order == Order(200, "audio", "film", "mood", 4)
