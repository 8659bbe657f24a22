"""A run and its parts, for tests: the stack's own defaults, changed where a test needs it."""

import json
from array import array
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from edge.model import EdgeModel, Parameters, sizes
from generate import plan as planning
from intent import taxonomy
from intent.plan import Plan, Run
from intent.pointer import Pointer
from intent.records import Example

DOMAIN = taxonomy.load()
MODALITIES = DOMAIN.modalities
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN_ID = "try-12ab34cd"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:pipeline:try"
DEPLOYMENT = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdefghij12"
PROVISIONED = "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghij12"
MODEL = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-micro-v1:0:128k/abcdefghij12"
JOB = "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/amazon.nova-micro-v1:0:128k/abcdefghij12"
CELL = {"leading": "visual", "domain": "sports", "style": "question", "length": "medium"}
WEIGHTS = {"visual": 0.5, "audio": 0.1, "transcription": 0.2, "metadata": 0.2}
ANSWER = json.dumps({**WEIGHTS, "reasoning": "seen"})


def defaults() -> dict[str, Any]:
    """RUN_DEFAULTS as the stack sets them."""
    context = json.loads(Path("cdk.json").read_text("utf-8"))["context"]
    models = dict(context["models"])
    also = models.pop("also_allowed")
    return {
        **context["run"],
        **models,
        "allowed_models": sorted({*models.values(), *also}),
        "serving": context["serving"],
    }


def run(**changed: Any) -> Run:
    return Run.model_validate({**defaults(), **changed})


def plan(**changed: Any) -> Plan:
    """140 examples in 20 batches unless changed: each family has its own."""
    wanted = run(**{"examples": 140, "holdout": 20, "chunk_size": 15, **changed})
    return planning.make(wanted, DOMAIN, run_id=RUN_ID, execution_arn=EXECUTION, estimate={"all": 1.0}, now=NOW)


def pointer(**changed: Any) -> Pointer:
    """An active version; its edge student is `edge_student()`."""
    edge = {"s3_key": "runs/before/edge/model.bin", "sha256": sha256(edge_student().to_bytes()).hexdigest()}
    value = {
        "version": 3,
        "run_id": "before",
        "distilled": {"deployment_arn": f"{DEPLOYMENT}3", "model_arn": MODEL},
        "edge": {**edge, "threshold": 0.9},
        "teacher": "t",
        "dataset_sha256": "b" * 64,
        "promoted_at": NOW,
    }
    return Pointer.model_validate({**value, **changed})


def example(number: int, query: str | None = None, weights: Mapping[str, float] = WEIGHTS) -> Example:
    return Example(id=f"00001-{number:02d}", query=query or f"query number {number}", weights=dict(weights), cell=CELL)


def leaning(modality: str) -> dict[str, float]:
    """Weights that lead with `modality`."""
    return {name: 0.7 if name == modality else 0.1 for name in MODALITIES}


def line(query: str = "red car at night", **changed: object) -> str:
    """One line of a writer's answer."""
    return json.dumps({"query": query, **WEIGHTS, **changed})


def edge_student(leading: str = "audio", modalities: Sequence[str] = MODALITIES) -> EdgeModel:
    """An edge student that learned nothing but to lead with one modality."""
    last = [2.0 if name == leading else 0.0 for name in modalities] * 2
    layers = [array("f", bytes(4 * count)) for count in sizes(len(modalities))[:3]]
    return EdgeModel(Parameters(tuple(modalities), 1.0, -1.1, threshold=0.9), [*layers, array("f", last)])
