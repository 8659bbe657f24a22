"""What an evaluation job is asked to do, out of its request, within what the embedded Bedrock offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from local.bedrock.backend import Scale
from local.bedrock.wire.errors import ApiError, validation
from local.bedrock.wire.messages import Input

_PREDICTION = "{{prediction}}"


@dataclass(frozen=True)
class Metric:
    """One custom metric. The values of `scale` are all numbers or all labels."""

    name: str
    instructions: str
    scale: Scale

    def normalised(self, value: float | str) -> float | str:
        """A rating as the service stores it: numbers within the scale as 0..1, labels as they are."""
        numbers = [entry for _, entry in self.scale if isinstance(entry, float | int)]
        if isinstance(value, str) or not numbers:
            return value
        low, high = min(numbers), max(numbers)
        return (value - low) / (high - low) if high > low else 1.0


@dataclass(frozen=True)
class Dataset:
    """One prompt data set and the metrics that it is judged by."""

    name: str
    task: str
    uri: str
    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class Plan:
    """The judge's model id, whose precomputed responses are judged, and on what."""

    judge: str
    source: str
    datasets: tuple[Dataset, ...]


def plan_of(request: Input) -> Plan:
    """Raises ValidationException for what contradicts itself, or what only the real service offers."""
    automated = cast("Mapping[str, Any]", request["evaluationConfig"]).get("automated")
    if automated is None or request.get("applicationType", "ModelEvaluation") != "ModelEvaluation":
        raise _unsupported("automated model evaluation")
    custom = automated.get("customMetricConfig")
    if custom is None:
        raise _unsupported("custom metrics")
    metrics = [_metric(item["customMetricDefinition"]) for item in custom["customMetrics"]]
    known = {metric.name: metric for metric in metrics}
    if len(known) != len(metrics):
        raise validation("The names of custom metrics must be unique.")
    judge = custom["evaluatorModelConfig"]["bedrockEvaluatorModels"][0]["modelIdentifier"]
    datasets = tuple(_dataset(item, known) for item in automated["datasetMetricConfigs"])
    return Plan(judge, _source(cast("Mapping[str, Any]", request["inferenceConfig"])), datasets)


def _metric(definition: Mapping[str, Any]) -> Metric:
    name, instructions = definition["name"], definition["instructions"]
    if _PREDICTION not in instructions:
        raise validation(f"The instructions of the custom metric {name} must contain {_PREDICTION}.")
    entries: Sequence[Mapping[str, Any]] = definition.get("ratingScale", [])
    if not entries:
        raise _unsupported("custom metrics with a rating scale")
    scale = [(entry["definition"], next(iter(entry["value"].values()))) for entry in entries]
    if len({isinstance(value, str) for _, value in scale}) > 1:
        raise validation(f"The rating scale of {name} must have either only float values or only string values.")
    if len({value for _, value in scale}) != len(scale):
        raise validation(f"The rating scale of {name} has a value twice.")
    return Metric(name, instructions, scale)


def _dataset(config: Mapping[str, Any], metrics: Mapping[str, Metric]) -> Dataset:
    location = config["dataset"].get("datasetLocation")
    if location is None:
        raise _unsupported("data sets of your own (dataset.datasetLocation)")
    if unknown := [name for name in config["metricNames"] if name not in metrics]:
        raise validation(f"The metrics {unknown} are not defined in customMetricConfig.")
    chosen = tuple(metrics[name] for name in config["metricNames"])
    return Dataset(config["dataset"]["name"], config["taskType"], location["s3Uri"], chosen)


def _source(inference: Mapping[str, Any]) -> str:
    models = inference.get("models", [])
    if len(models) != 1 or "precomputedInferenceSource" not in models[0]:
        raise _unsupported("one model with precomputed responses (precomputedInferenceSource)")
    return models[0]["precomputedInferenceSource"]["inferenceSourceIdentifier"]


def _unsupported(offered: str) -> ApiError:
    return validation(f"Evaluation jobs of the embedded Bedrock offer only {offered}.")
