"""Judge jobs of a run: what they read, which there are, and starting them."""

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bedrock import evaluation
from bedrock.errors import BedrockError, Refused
from bedrock.evaluation import Judging
from evaluate.responses import Response
from intent.plan import MAX_PROMPTS, REPEATED, Plan
from intent.records import answer
from intent.runs import JUDGE, REPEAT, Keys, job_name, judge_job
from intent.weights import leading
from store.objects import Objects

Begin = Callable[[Judging], str]
"""Starts a job, or adopts the one of its name, and gives its ARN. Raises BedrockError."""


@dataclass(frozen=True, slots=True)
class Started:
    """ARNs of jobs by their names within the run, and how many Bedrock would not take yet."""

    jobs: dict[str, str]
    waiting: int


def write_inputs(objects: Objects, keys: Keys, plan: Plan, answers: Mapping[str, Sequence[Response]]) -> None:
    """What the judge is to read: the answers of each judged candidate, and the sample that it reads twice."""
    for name in plan.judged:
        _write(objects, keys, name, answers[name], candidate=name)
    if plan.run.repeated:
        _write(objects, keys, REPEAT, _sample(plan, answers[REPEATED]), candidate=REPEATED)


def parts(objects: Objects, keys: Keys, name: str) -> int:
    """How many jobs read a candidate's answers."""
    folder = keys.judge_input(name).rpartition("/")[0]
    return len(objects.keys(f"{folder}/input-"))


def jobs(objects: Objects, keys: Keys, plan: Plan, role_arn: str) -> dict[str, Judging]:
    """All judge jobs by their names within the run, the repeated one last."""

    def judging(name: str, part: int) -> Judging:
        return Judging(
            name=job_name(plan.run_id, f"{JUDGE}{judge_job(name, part)}", plan.attempt),
            role_arn=role_arn,
            judge=plan.run.judge,
            candidate=REPEATED if name == REPEAT else name,
            input_uri=objects.uri(keys.judge_input(name, part)),
            output_uri=objects.uri(keys.judge_output(name)),
        )

    names = (*plan.judged, *([REPEAT] if plan.run.repeated else ()))
    return {
        judge_job(name, part): judging(name, part)
        for name in names
        for part in range(1, parts(objects, keys, name) + 1)
    }


def start(begin: Begin, wanted: Mapping[str, Judging], started: Mapping[str, str]) -> Started:
    """Start those that are not started yet, until Bedrock takes no more at a time. BedrockError for another refusal.

    The repeated one is no part of the verdict: where it cannot be started it is left out.
    """
    found = dict(started)
    judged = [name for name in wanted if name != REPEAT]
    for name in judged:
        if name in found:
            continue
        try:
            found[name] = begin(wanted[name])
        except Refused as refused:
            if refused.code != evaluation.FULL:
                raise
            return Started(found, sum(other not in found for other in judged))
    if REPEAT in wanted and REPEAT not in found:
        try:
            found[REPEAT] = begin(wanted[REPEAT])
        except BedrockError:
            return Started(found, 0)
    return Started(found, 0)


def texts(lines: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    """Query, reference and response of each line that a job reads."""
    for record in map(json.loads, lines):
        yield record["prompt"], record["referenceResponse"], record["modelResponses"][0]["response"]


def _sample(plan: Plan, answers: Sequence[Response]) -> list[Response]:
    count = min(plan.run.repeated, len(answers))
    return random.Random(plan.run.seed).sample(list(answers), count)  # noqa: S311  (a sample, not a secret)


def _write(objects: Objects, keys: Keys, name: str, answers: Sequence[Response], *, candidate: str) -> None:
    """It refuses blank responses, so a missing text is said in words."""
    lines = [
        evaluation.prompt_line(
            candidate,
            query=given.query,
            reference=answer(given.reference),
            response=answer(given.weights) if given.weights else given.text or "(no answer)",
            category=leading(given.reference),
        )
        for given in answers
    ]
    for part, first in enumerate(range(0, len(lines), MAX_PROMPTS), start=1):
        objects.write_lines(keys.judge_input(name, part), lines[first : first + MAX_PROMPTS])
