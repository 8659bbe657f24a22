"""The judge's verdicts: parts of a large set, files as they may be, and how far it agrees with itself."""

import math
from typing import Any

import pytest

from evaluate import judging
from evaluate.responses import Response
from evaluate.verdicts import Verdicts, agreement
from intent.plan import MAX_PROMPTS, Plan
from intent.runs import job_name
from store.objects import Objects
from tests.unit.conftest import BUCKET
from tests.unit.samples import RUN_ID, leaning, plan

from .conftest import KEYS
from .samples import judged, response

ONE = plan(judged=["distilled"], judge_repeat=0)


@pytest.fixture
def objects(aws: dict[str, Any]) -> Objects:
    return Objects(aws["s3"], BUCKET)


def answers(count: int) -> list[Response]:
    return [response(number, leaning("visual")) for number in range(count)]


def written(objects: Objects, *files: str | bytes, made: Plan = ONE, count: int = 20) -> Verdicts:
    """What comes of these output files of the job over `count` answers."""
    given = {name: answers(count) for name in made.candidates}
    judging.write_inputs(objects, KEYS, made, given)
    for number, body in enumerate(files):
        folder = (
            f"{KEYS.judge_output('distilled')}job-{number}/uuid/models/distilled/taskTypes/General/datasets/holdout"
        )
        objects.write(f"{folder}/x_output.jsonl", body if isinstance(body, bytes) else body.encode())
    return Verdicts.read(objects, KEYS, made, given, {})


def lines(*numbers: int, score: float = 1.0) -> str:
    return "".join(f"{judged(f'held out {number}', score)}\n" for number in numbers)


@pytest.mark.parametrize(("count", "parts"), [(1, 1), (MAX_PROMPTS, 1), (MAX_PROMPTS + 1, 2), (5000, 5)])
def test_given_more_answers_than_a_job_takes_then_they_are_judged_in_parts(
    objects: Objects, count: int, parts: int
) -> None:
    made = plan(examples=6000, holdout=5000, judged=["distilled", "edge"], judge_repeat=40)
    given = {name: answers(count) for name in made.candidates}
    judging.write_inputs(objects, KEYS, made, given)
    jobs = judging.jobs(objects, KEYS, made, "role")
    assert len(jobs) == 2 * parts + 1
    assert [job.name for name, job in jobs.items() if name.startswith("distilled")] == [
        job_name(RUN_ID, "judge-distilled" if part == 1 else f"judge-distilled-p{part}") for part in range(1, parts + 1)
    ]
    read: list[str] = []
    for part in range(1, parts + 1):
        batch = [query for query, _, _ in judging.texts(objects.read_lines(KEYS.judge_input("distilled", part)))]
        assert len(batch) <= MAX_PROMPTS
        read += batch
    assert read == [answer.query for answer in given["distilled"]]
    again = [query for query, _, _ in judging.texts(objects.read_lines(KEYS.judge_input("repeat")))]
    assert len(again) == len(set(again)) == min(40, count)
    assert jobs["repeat"].candidate == "distilled"


def test_given_the_same_seed_then_the_same_answers_are_judged_twice(objects: Objects) -> None:
    def sample(seed: int) -> list[str]:
        made = plan(judge_repeat=5, seed=seed)
        judging.write_inputs(objects, KEYS, made, {name: answers(20) for name in made.candidates})
        return [query for query, _, _ in judging.texts(objects.read_lines(KEYS.judge_input("repeat")))]

    assert sample(1) == sample(1) != sample(2)


def test_given_the_outputs_of_several_parts_then_they_are_joined_by_query(objects: Objects) -> None:
    found = written(objects, lines(*range(1000, 1200)), lines(*range(1000), score=0.5), count=1200)
    assert found.jobs["distilled"] == {
        "parts": 2,
        "asked": 1200,
        "scored": 1200,
        "missing": 0,
        "foreign": 0,
        "repeated": 0,
        "malformed": 0,
    }
    detail = found.detail("distilled", answers(1200))
    assert detail is not None
    assert detail["mean"] == pytest.approx((200 * 5 + 1000 * 3) / 1200)


def test_given_files_with_all_that_may_be_wrong_then_it_is_counted_and_nothing_fails(objects: Objects) -> None:
    cut = judged("held out 3 é", 1.0).encode()[:-1]
    half = "é".encode()[:1]
    found = written(
        objects, lines(0, 1) + judged("held out 2", None) + "\n", lines(1, 77), b"", cut, b'{"inputRecord": "' + half
    )
    assert found.jobs["distilled"] == {
        "parts": 1,
        "asked": 20,
        "scored": 2,
        "missing": 18,
        "foreign": 1,
        "repeated": 1,
        "malformed": 2,
    }
    detail = found.detail("distilled", answers(20))
    assert detail is not None
    assert (detail["mean"], detail["scored"], detail["missing"]) == (None, 2, 18)


def test_given_nothing_written_then_everything_is_missing(objects: Objects) -> None:
    assert written(objects).jobs["distilled"]["missing"] == 20
    assert written(objects).detail("edge", answers(20)) is None


def test_given_two_ratings_then_the_spread_is_as_computed_by_hand() -> None:
    first, again = {"a": 5.0, "b": 4.0, "c": 3.0, "d": 2.0}, {"a": 5.0, "b": 5.0, "c": 2.0, "x": 1.0}
    assert agreement(first, again) == {
        "candidate": "distilled",
        "count": 3,
        "same": 0.3333,
        "mean_shift": 0.0,
        "sd": round(math.sqrt((0 + 1 + 1) / 2), 4),
    }
    assert agreement(first, {"b": 3.0}) == {
        "candidate": "distilled",
        "count": 1,
        "same": 0.0,
        "mean_shift": -1.0,
        "sd": None,
    }
    assert agreement(first, {}) is agreement({}, again) is None
