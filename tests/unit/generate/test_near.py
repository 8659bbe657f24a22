"""Near duplicates: what the sketches find, against looking at every pair."""

import itertools
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generate.near import Sketches, digest, jaccard, shingles

LONG = "the coach shouts time out over the noise of the crowd in the last minute of the final game"


def found(queries: list[str], threshold: float = 0.5) -> dict[tuple[int, int], float]:
    sketches = Sketches()
    for query in queries:
        sketches.add(query)
    assert len(sketches) == len(queries)
    pairs = list(sketches.pairs(np.arange(len(queries)), threshold))
    reported = {(earlier, later): shared for earlier, later, shared in pairs}
    assert len(reported) == len(pairs), "each pair once"
    return reported


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {""}),
        ("Red car.", {"red car"}),
        ("a b c", {"a b c"}),
        ("a b c d", {"a b c", "b c d"}),
    ],
)
def test_given_a_query_then_its_word_triples_are_found(query: str, expected: set[str]) -> None:
    assert shingles(query) == expected


def test_given_sets_then_the_shared_share_is_exact() -> None:
    assert jaccard(frozenset("abc"), frozenset("abc")) == 1
    assert jaccard(frozenset("ab"), frozenset("bc")) == pytest.approx(1 / 3)
    assert jaccard(frozenset("a"), frozenset("b")) == 0


def test_given_a_text_then_its_digest_is_the_same_on_every_machine() -> None:
    assert digest("red car") == 2672228660538616010


def test_given_a_query_that_differs_in_its_last_word_then_the_pair_is_found() -> None:
    queries = [LONG, "something else entirely to look for", LONG.replace("game", "match")]
    assert found(queries) == {(0, 2): pytest.approx(16 / 18)}


def test_given_short_queries_then_only_the_same_words_are_alike() -> None:
    assert found(["red car", "red cars", "Red car!"]) == {(0, 2): 1}


def test_given_one_query_or_none_then_there_is_no_pair() -> None:
    assert found([]) == {}
    assert found(["alone"]) == {}


def test_given_some_of_the_queries_then_pairs_are_looked_for_among_them_alone() -> None:
    sketches = Sketches()
    for query in ("a b c", "a b c", "x", "a b c"):
        sketches.add(query)
    assert list(sketches.pairs(np.array([1, 2, 3]))) == [(1, 3, 1.0)]


def test_given_many_alike_and_a_reach_of_one_then_only_neighbours_are_looked_at() -> None:
    sketches = Sketches()
    for _ in range(50):
        sketches.add("a b c")
    assert [pair[:2] for pair in sketches.pairs(np.arange(50), reach=1)] == [(at, at + 1) for at in range(49)]


def test_given_hundreds_of_alike_queries_then_no_pair_above_the_threshold_is_missed() -> None:
    dice = random.Random(5)  # noqa: S311  (no secret)
    words = [f"w{number}" for number in range(40)]
    queries = [" ".join(dice.choices(words, k=dice.randint(3, 14))) for _ in range(150)]
    for _ in range(200):
        changed = dice.choice(queries).split()
        changed[dice.randrange(len(changed))] = dice.choice(words)
        queries.append(" ".join(changed))
    sets = [shingles(query) for query in queries]
    truth = {
        (one, other): jaccard(sets[one], sets[other]) for one, other in itertools.combinations(range(len(sets)), 2)
    }
    reported = found(queries)
    assert {pair for pair, shared in truth.items() if shared >= 0.7} <= set(reported)
    assert all(truth[pair] == shared >= 0.5 for pair, shared in reported.items())
    alike = [pair for pair, shared in truth.items() if shared >= 0.5]
    assert len(reported) >= 0.94 * len(alike), "what 21 bands of 3 promise for the least alike"


WORDS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=12).map(" ".join)


@given(st.lists(WORDS, max_size=12))
def test_given_any_queries_then_every_pair_reported_is_alike_and_the_same_ones_are_reported(queries: list[str]) -> None:
    reported = found(queries)
    sets = [shingles(query) for query in queries]
    assert all(shared == jaccard(sets[one], sets[other]) >= 0.5 for (one, other), shared in reported.items())
    same = {pair for pair in itertools.combinations(range(len(sets)), 2) if sets[pair[0]] == sets[pair[1]]}
    assert same <= set(reported)
