"""What judge jobs write: one JSON line per prompt, in one or more files, with a score or without.

The record's shape: https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-report-s3.html, read 2026-11.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from intent.scoring import JUDGE_LEVELS, METRIC, from_normalised


@dataclass(slots=True)
class Scores:
    """Levels 1..5 by prompt, and the count of what is no score.

    `foreign`: records of prompts that nobody asked about. `repeated`: records of a prompt that has a score already; the
    first counts. `malformed`: lines that are no records, as the last one of a file that was cut.
    """

    levels: dict[str, float] = field(default_factory=dict[str, float])
    foreign: int = 0
    repeated: int = 0
    malformed: int = 0


def read(files: Iterable[Iterable[str]], asked: Collection[str]) -> Scores:
    """Read all files of one candidate's jobs for the prompts that were asked. Never raises.

    A bad line costs only itself. Bedrock writes 0..1. Where a score is above 1 all are raw ones, so that their
    1 is the lowest level, not the best.
    """
    found = Scores()
    for line in (line for lines in files for line in lines):
        entry = _entry(line)
        if entry is None:
            found.malformed += 1
        elif entry[0] not in asked:
            found.foreign += 1
        elif entry[0] in found.levels:
            found.repeated += 1
        elif entry[1] is not None:
            found.levels[entry[0]] = entry[1]
    if not any(value > 1 for value in found.levels.values()):
        found.levels = {prompt: from_normalised(value) for prompt, value in found.levels.items()}
    return found


def _entry(line: str) -> tuple[str, float | None] | None:
    """The prompt of a record and its score as it stands there; None for what is no record."""
    try:
        record = json.loads(line)
        return str(record["inputRecord"]["prompt"]), _result(record)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _result(record: dict[str, Any]) -> float | None:
    results = (record.get("automatedEvaluationResult") or {}).get("scores") or ()
    value = next((score.get("result") for score in results if score.get("metricName") == METRIC), None)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value <= JUDGE_LEVELS[-1] else None  # False for NaN
