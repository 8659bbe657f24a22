"""The embedded teacher as a writer."""

import re
from collections import Counter

import pytest

from intent.weights import Weights, check, leading
from local.bedrock.models.grammar import Cell
from local.bedrock.models.registry import for_role
from local.bedrock.models.writer import Order, read_order
from tests.unit.models.samples import MODALITIES, people, write

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


@pytest.mark.parametrize(
    ("first", "second"),
    [("audio", "visual"), ("transcription", "visual"), ("metadata", "visual"), ("audio", "metadata")],
)
def test_given_a_mixed_cell_then_the_first_leads_and_the_second_is_close_behind(first: str, second: str) -> None:
    lines = write(
        for_role("teacher"), seed=3, leading=first, second=second, domain="film", style="moment", length="medium"
    )
    weighed = [_weights(line) for line in lines]
    ranked = [sorted(weights, key=lambda name: -weights[name])[:2] for weights in weighed]
    gaps = [weights[first] - weights[second] for weights in weighed]
    assert sum(pair == [first, second] and gap <= 0.2 for pair, gap in zip(ranked, gaps, strict=True)) >= 20


@pytest.mark.parametrize(("length", "low", "high"), [("short", 2, 4), ("medium", 5, 9), ("long", 10, 20)])
def test_given_a_length_then_nearly_all_queries_have_so_many_words(length: str, low: int, high: int) -> None:
    lines = write(for_role("teacher"), seed=5, leading="visual", domain="news", style="fragment", length=length)
    counts = [len(line["query"].split()) for line in lines]
    assert sum(low <= count <= high for count in counts) >= 22


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


@pytest.mark.parametrize(
    "user",
    [
        "a dog",
        '{"count": 3}',
        'x {"count": "a", "leading": "audio", "seed": 1}',
        "{",
        '{"count": [1], "seed": 2}',
        '{"count": 2, "leading": "smell", "seed": 2}',
    ],
)
def test_given_something_else_than_an_order_then_it_is_a_query(user: str) -> None:
    assert read_order(user, MODALITIES) is None


def test_given_an_order_after_other_text_then_it_is_read() -> None:
    text = (
        'Write. {"count": 999, "leading": "audio", "second": "visual", "domain": "film", "style": "mood", "seed": 4}\n'
    )
    assert read_order(text, MODALITIES) == Order(200, Cell("audio", "visual", "film", "mood"), 4)
