"""What the judge said: levels by candidate and query, out of the files of its jobs, and how sure it is of itself."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from bedrock import scores
from bedrock.scores import Scores
from evaluate import judging
from evaluate.responses import Response
from intent.plan import REPEATED, Plan
from intent.runs import REPEAT, Keys
from intent.weights import leading
from store.objects import Objects

MIN_SCORED = 0.9
_UNKNOWN = "how much the judge differs from itself is not known: it rated no answer a second time"
_Levels = Mapping[str, float]
_Answers = Mapping[str, Sequence[Response]]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Levels 1..5 by candidate and query; the cascade's are those of the student that answered.

    `jobs`: parts, asked, scored and missing by judged candidate. `repeat`: see `agreement`; `wanted` says whether
    there should be one.
    """

    levels: dict[str, _Levels]
    jobs: dict[str, dict[str, int]]
    repeat: dict[str, Any] | None
    wanted: bool

    @classmethod
    def read(cls, objects: Objects, keys: Keys, plan: Plan, answers: _Answers, sure: Mapping[str, bool]) -> Self:
        """From what the jobs wrote. `sure`: by query, whether the edge student answers it alone."""
        found = {name: _read(objects, keys, name, answers[name]) for name in plan.judged}
        levels: dict[str, _Levels] = {name: own.levels for name, own in found.items()}
        if {"edge", "distilled"} <= set(levels):
            levels["cascade"] = _together(sure, levels["edge"], levels["distilled"])
        jobs = {
            name: {"parts": judging.parts(objects, keys, name), **_account(own, len(answers[name]))}
            for name, own in found.items()
        }
        again = _read(objects, keys, REPEAT, answers[REPEATED]).levels if plan.run.repeated else {}
        return cls(levels, jobs, agreement(levels.get(REPEATED, {}), again), bool(plan.run.repeated))

    def detail(self, name: str, answers: Sequence[Response]) -> dict[str, Any] | None:
        """`mean` level over the answers and by leading modality of the reference; `scored` and `missing` counts.

        None if not judged. A mean is None where fewer than `MIN_SCORED` were scored: they do not speak for all.
        """
        levels = self.levels.get(name)
        if levels is None:
            return None
        scored = sum(given.query in levels for given in answers)
        groups: dict[str, list[Response]] = {}
        for given in answers:
            groups.setdefault(leading(given.reference), []).append(given)
        return {
            "mean": _mean(levels, answers),
            "scored": scored,
            "missing": len(answers) - scored,
            "leading": {modality: _mean(levels, groups[modality]) for modality in sorted(groups)},
        }

    def account(self, judge: str) -> dict[str, Any]:
        """The judging as the report has it."""
        return {"judge": judge, "jobs": self.jobs, "repeat": self.repeat}

    def warnings(self) -> list[str]:
        """What the reader of the report should know."""
        return [_UNKNOWN] if self.wanted and self.repeat is None else []


def agreement(first: _Levels, again: _Levels) -> dict[str, Any] | None:
    """How much the judge differs from itself on answers that it rated twice; None where it rated none.

    `count` of them, `same` share with the same level, `mean_shift` of the second over the first in levels, and `sd`,
    the standard deviation of those differences (a single verdict's own is that over the root of two).
    """
    gaps = [again[query] - first[query] for query in again if query in first]
    if not gaps:
        return None
    return {
        "candidate": REPEATED,
        "count": len(gaps),
        "same": round(sum(gap == 0 for gap in gaps) / len(gaps), 4),
        "mean_shift": round(math.fsum(gaps) / len(gaps), 4),
        "sd": round(statistics.stdev(gaps), 4) if len(gaps) > 1 else None,
    }


def _read(objects: Objects, keys: Keys, name: str, answers: Sequence[Response]) -> Scores:
    found = [key for key in objects.keys(keys.judge_output(name)) if key.endswith(".jsonl")]
    files = (_lines(objects, key) for key in found if "/custom_metrics/" not in key)
    return scores.read(files, {given.query for given in answers})


def _lines(objects: Objects, key: str) -> list[str]:
    """As `Objects.read_lines`, but a file that was cut inside a character still has its other lines."""
    return [line for line in objects.read(key).decode(errors="replace").split("\n") if line.strip()]


def _together(sure: Mapping[str, bool], edge: _Levels, distilled: _Levels) -> dict[str, float]:
    chosen = {query: edge if alone else distilled for query, alone in sure.items()}
    return {query: levels[query] for query, levels in chosen.items() if query in levels}


def _account(found: Scores, asked: int) -> dict[str, int]:
    scored = len(found.levels)
    strange = {"foreign": found.foreign, "repeated": found.repeated, "malformed": found.malformed}
    return {"asked": asked, "scored": scored, "missing": asked - scored, **strange}


def _mean(levels: _Levels, answers: Sequence[Response]) -> float | None:
    given = [levels[one.query] for one in answers if one.query in levels]
    return math.fsum(given) / len(given) if given and len(given) >= MIN_SCORED * len(answers) else None
