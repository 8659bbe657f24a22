"""The plain template set, and the gain over it."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import gain, plain
from benchmarks.files import Labelled, read_labelled
from benchmarks.human import QUERIES
from benchmarks.training import settings
from intent.weights import Weights
from tests.unit.samples import MODALITIES, leaning

TINY = {
    "share": {"visual": 0.6, "audio": 0.4},
    "templates": {"visual": ["a {thing}", "the {thing}"], "audio": ["sound of a {thing}"]},
    "words": {"thing": ["car", "dog", "boat"]},
}


class Teacher:
    """Weighs everything alike."""

    def weigh(self, queries: Sequence[str]) -> list[Weights]:
        return [leaning("visual") for _ in queries]


def test_given_a_size_then_the_mix_is_the_published_one_and_no_query_repeats() -> None:
    found = plain.compose(10_000, 7)
    wanted = {"visual": 2500, "audio": 2000, "transcription": 2000, "metadata": 1500, "balanced": 2000}
    assert Counter(family for _, family in found.queries) == wanted
    assert len({query for query, _ in found.queries}) == 10_000 < found.drawn
    assert not any("{" in query or "}" in query for query, _ in found.queries)


def test_given_a_seed_then_the_set_is_the_same_again_and_another_with_another() -> None:
    assert plain.compose(500, 7) == plain.compose(500, 7)
    assert plain.compose(500, 7).queries != plain.compose(500, 8).queries


def test_no_query_that_is_measured_on_is_among_them() -> None:
    measured = {row.query.lower() for row in read_labelled(QUERIES, MODALITIES)}
    assert not measured & {query.lower() for query, _ in plain.compose(10_000, 7).queries}


def test_given_too_few_combinations_then_the_distinct_ones_are_what_there_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "plain.json"
    path.write_text(json.dumps(TINY), "utf-8")
    monkeypatch.setattr(plain, "_DATA", path)
    found = plain.compose(20, 7)
    assert Counter(family for _, family in found.queries) == {"visual": 6, "audio": 3}
    assert found.drawn > 100, "it had tried"


@pytest.mark.parametrize("count", [1, 7, 19, 140])
def test_given_any_size_then_the_parts_sum_to_it(count: int) -> None:
    assert sum(plain.shares({"a": 0.25, "b": 0.2, "c": 0.55}, count).values()) == count


def test_given_queries_then_the_splits_are_as_large_as_a_runs_and_share_nothing() -> None:
    run = settings(140, 7)
    made = plain.splits(plain.compose(140, 7), run, Teacher())
    assert [len(part) for part in made.parts().values()] == [run.training, run.validation, run.holdout]
    assert len({row.query for part in made.parts().values() for row in part}) == 140


def test_given_answers_then_the_gain_is_paired_by_query() -> None:
    labelled = [Labelled(f"q{number}", ("visual",)) for number in range(100)]
    visual, audio = leaning("visual"), leaning("audio")
    ours, other = [visual] * 90 + [audio] * 10, [visual] * 60 + [audio] * 40
    found = gain.gain(ours, other, [audio] * 100, labelled)
    assert (found["top1"], found["agreement"]) == (0.3, -0.3)
    low, high = found["top1_interval"]
    assert low == pytest.approx(0.21, abs=0.02), "thirty differences in a hundred: 0.3 plus or minus 1.96 x 0.046"
    assert high == pytest.approx(0.39, abs=0.02)


def test_given_alike_answers_or_none_then_there_is_no_gain_and_no_answer_is_wrong() -> None:
    labelled = [Labelled("q", ("visual",)), Labelled("r", ("audio",))]
    same = [leaning("visual"), None]
    assert gain.gain(same, same, same, labelled) == {
        "top1": 0.0,
        "top1_interval": [0.0, 0.0],
        "agreement": 0.0,
        "agreement_interval": [0.0, 0.0],
    }
