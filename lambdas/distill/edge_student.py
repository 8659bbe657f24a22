"""The edge student of a run: fitted to the teacher's weights, written beside the data it learned from."""

from hashlib import sha256
from typing import Any

from edge.model import EdgeModel
from edge.training import Example as Labelled
from edge.training import fit as fit_model
from intent import taxonomy
from intent.records import Example
from intent.runs import Keys
from intent.weights import leading
from store.objects import Objects


def fit(objects: Objects, keys: Keys) -> dict[str, Any]:
    """Train; write `edge/model.bin`, `edge/metrics.json` and `edge/validation.json`, to choose the threshold from.

    Gives what the active pointer needs to name it, with the threshold of the fit until the evaluation has its own.
    """
    seed = objects.read_json(keys.plan)["run"]["seed"]
    train, validation = _examples(objects, keys, "train"), _examples(objects, keys, "validation")
    fitted = fit_model(train, validation, taxonomy.load().modalities, seed)
    blob = fitted.model.to_bytes()
    objects.write(keys.edge_model, blob)
    objects.write_json(keys.edge_metrics, fitted.metrics)
    objects.write_json(keys.edge_validation, _checked(fitted.model, validation))
    threshold = fitted.model.parameters.threshold
    return {"s3_key": keys.edge_model, "sha256": sha256(blob).hexdigest(), "threshold": threshold}


def _examples(objects: Objects, keys: Keys, name: str) -> list[Labelled]:
    examples = (Example.model_validate_json(line) for line in objects.read_lines(keys.examples(name)))
    return [(example.query, example.weights) for example in examples]


def _checked(model: EdgeModel, validation: list[Labelled]) -> dict[str, list[float] | list[bool]]:
    """Confidence, and whether the student leads as the teacher does, per query of the validation split."""
    answers = [model.predict(query) for query, _ in validation]
    right = [
        leading(answer.weights) == leading(weights) for answer, (_, weights) in zip(answers, validation, strict=True)
    ]
    return {"confidence": [answer.confidence for answer in answers], "right": right}
