"""Answers of candidates, and a whole evaluated run in a bucket."""

import json
from typing import Any

from evaluate.responses import Answered, Response, join
from intent.records import Example
from intent.scoring import METRIC
from tests.unit.samples import CELL, MODALITIES, leaning


def held(number: int, modality: str | None = None) -> Example:
    leading = modality or MODALITIES[number % 4]
    return Example(id=f"h{number}", query=f"held out {number}", weights=leaning(leading), cell=CELL)


def response(number: int, weights: dict[str, float] | None, **changed: Any) -> Response:
    reason = None if weights else "not_json"
    text = json.dumps(weights) if weights else "Sure!"
    return join(held(number), Answered.model_validate({"text": text, "weights": weights, "reason": reason, **changed}))


def judged(query: str, score: float | None) -> str:
    result = {"scores": [{"metricName": METRIC, "result": score}]}
    return json.dumps({"automatedEvaluationResult": result, "inputRecord": {"prompt": query}})
