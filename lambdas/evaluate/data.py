"""A run's answers, judge inputs and judge outputs in the bucket."""

import math
from collections.abc import Iterable
from typing import Any

from bedrock import evaluation
from evaluate.responses import Response
from intent.records import Example, answer
from intent.runs import Keys
from store.objects import Objects

MIN_SCORED = 0.9


def holdout(objects: Objects, keys: Keys) -> list[Example]:
    """The held-out examples, in the file's order."""
    return [Example.model_validate_json(line) for line in objects.read_lines(keys.examples("holdout"))]


def chunk(examples: list[Example], number: int, size: int) -> list[Example]:
    """The examples of chunk `number`, counted from 1; the last ones may be short or empty."""
    return examples[(number - 1) * size : number * size]


def keep_chunk(objects: Objects, keys: Keys, candidate: str, number: int, responses: Iterable[Response]) -> None:
    """Write one candidate's answers to one chunk."""
    objects.write_lines(keys.responses(candidate, number), (response.model_dump_json() for response in responses))


def join_chunks(objects: Objects, keys: Keys, candidate: str, chunks: int) -> list[Response]:
    """Join a candidate's chunks to `responses.jsonl`. botocore's NoSuchKey if one is missing."""
    lines = [line for number in range(1, chunks + 1) for line in objects.read_lines(keys.responses(candidate, number))]
    objects.write_lines(keys.all_responses(candidate), lines)
    return [Response.model_validate_json(line) for line in lines]


def responses(objects: Objects, keys: Keys, candidate: str) -> list[Response]:
    """A candidate's joined answers."""
    return [Response.model_validate_json(line) for line in objects.read_lines(keys.all_responses(candidate))]


def write_judge_input(objects: Objects, keys: Keys, candidate: str, answers: Iterable[Response]) -> None:
    """The answers as the judge job reads them. It refuses blank responses, so a missing text is said in words."""
    objects.write_lines(
        keys.judge_input(candidate),
        (
            evaluation.prompt_line(
                candidate,
                query=given.query,
                reference=answer(given.reference),
                response=answer(given.weights) if given.weights else given.text or "(no answer)",
            )
            for given in answers
        ),
    )


def judge_scores(objects: Objects, keys: Keys, candidate: str, *, asked: int) -> dict[str, Any]:
    """`mean` level 1..5, `scored` and `missing` counts, from what the judge job wrote about `asked` answers.

    The mean is None where fewer than `MIN_SCORED` were scored: a few answers do not speak for all.
    """
    found = [
        score
        for key in objects.keys(keys.judge_output(candidate))
        if key.endswith(".jsonl") and "custom_metrics" not in key
        for _, score in evaluation.scores(objects.read_lines(key))
    ]
    given = [score for score in found if score is not None]
    mean = math.fsum(given) / len(given) if given and len(given) >= MIN_SCORED * asked else None
    return {"mean": mean, "scored": len(given), "missing": max(0, asked - len(given))}
