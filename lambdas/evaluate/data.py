"""A run's held-out examples and the answers to them in the bucket."""

from collections.abc import Iterable

from evaluate.responses import Response
from intent.records import Example
from intent.runs import Keys
from store.objects import Objects


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
