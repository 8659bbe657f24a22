"""Reading what judge jobs wrote: documented records, and everything that may be wrong with a file."""

import json
from typing import Any

import pytest

from bedrock.scores import Scores, read
from intent.scoring import METRIC


def record(result: object, prompt: str = "q", name: str = METRIC) -> str:
    """An output record as documented."""
    detail = [{"modelIdentifier": "judge", "explanation": "so"}]
    score = {"metricName": name, "result": result, "evaluatorDetails": detail}
    return json.dumps(
        {
            "automatedEvaluationResult": {"scores": [score]},
            "inputRecord": {"prompt": prompt, "referenceResponse": "r", "category": "visual"},
            "modelResponses": [{"response": "a", "modelIdentifier": "edge"}],
        }
    )


def levels(*results: object) -> list[float | None]:
    asked = [f"q{number}" for number in range(len(results))]
    found = read([[record(result, prompt) for prompt, result in zip(asked, results, strict=True)]], asked).levels
    return [found.get(prompt) for prompt in asked]


def test_given_normalised_scores_then_levels_one_to_five_come_back() -> None:
    assert levels(0.0, 0.25, 0.75, 1.0, 1) == [1, 2, 4, 5, 5]


def test_given_raw_scores_then_they_are_kept_and_one_is_the_lowest() -> None:
    assert levels(1.0, 3.0, 5) == [1, 3, 5]


def test_given_raw_scores_in_several_files_then_a_file_of_ones_is_not_taken_for_perfect() -> None:
    assert read([[record(1, "a")], [record(4, "b")]], ["a", "b"]).levels == {"a": 1.0, "b": 4.0}


@pytest.mark.parametrize("result", [None, "0.5", True, float("nan"), float("inf"), -0.5, 5.5, [1], {}])
def test_given_no_usable_score_then_it_is_missing_and_the_others_stay(result: object) -> None:
    assert levels(result, 0.5) == [None, 3]


def test_given_no_scores_at_all_then_each_record_is_missing() -> None:
    bare = json.dumps({"inputRecord": {"prompt": "q"}})
    empty = json.dumps({"inputRecord": {"prompt": "q"}, "automatedEvaluationResult": {"scores": None}})
    assert read([[bare, empty, record(1.0, name="Builtin.Coherence")]], ["q"]) == Scores()


@pytest.mark.parametrize("files", [[], [[]], [[], []]])
def test_given_nothing_written_then_nothing_is_scored(files: list[list[str]]) -> None:
    assert read(files, ["q"]) == Scores()


def test_given_prompts_that_nobody_asked_then_they_are_foreign() -> None:
    assert read([[record(1.0), record(0.5, "elsewhere")]], ["q"]) == Scores({"q": 5.0}, foreign=1)


def test_given_a_prompt_twice_then_the_first_score_counts() -> None:
    assert read([[record(1.0)], [record(0.0)]], ["q"]) == Scores({"q": 5.0}, repeated=1)
    assert read([[record(None), record(0.5)]], ["q"]) == Scores({"q": 3.0}), "a null is no score"


def test_given_a_file_that_was_cut_then_its_last_line_is_counted_and_the_others_stay() -> None:
    whole = record(1.0, "b")
    for end in range(1, len(whole) - 1):
        found = read([[record(0.5, "a"), whole[:end]]], ["a", "b"])
        assert (found.levels, found.malformed) == ({"a": 3.0}, 1)


@pytest.mark.parametrize(
    "line",
    ["null", "3", "[]", '"text"', "{}", '{"inputRecord": null}', '{"inputRecord": {}}', "[" * 100_000, "{]"],
)
def test_given_a_line_that_is_no_record_then_it_costs_only_itself(line: str) -> None:
    assert read([[line, record(1.0)]], ["q"]) == Scores({"q": 5.0}, malformed=1)


@pytest.mark.parametrize("results", [[3], 3, [[]], "text"])
def test_given_scores_of_another_shape_then_the_line_is_no_record(results: Any) -> None:
    odd = json.dumps({"inputRecord": {"prompt": "q"}, "automatedEvaluationResult": {"scores": results}})
    assert read([[odd]], ["q"]) == Scores(malformed=1)
