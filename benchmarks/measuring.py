"""Ask every contender every query, one call at a time, and turn the answers into the figures of the report."""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import metrics
from benchmarks.contenders import Contender
from benchmarks.files import Labelled, Weighted
from benchmarks.metrics import Answer
from benchmarks.training import Tell
from evaluate.candidates import Candidate
from intent.records import Example
from intent.weights import Weights

_WARM = 50  # calls before the first that is timed
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Material:
    """What is measured on. `held_out`: synthetic queries with the teacher's weights; `warm`: queries to warm up with.

    `threshold`: the confidence from which the edge answers alone.
    """

    labelled: Sequence[Labelled]
    weighted: Sequence[Weighted]
    held_out: Sequence[Example]
    warm: Sequence[str]
    threshold: float


def measure(contenders: Mapping[str, Contender], on: Material, tell: Tell) -> dict[str, dict[str, Any]]:
    """Figures by contender. The one named `teacher` comes first: those with a confidence are compared with it."""
    queries, taught = [row.query for row in on.labelled], list[Weights]()
    found: dict[str, dict[str, Any]] = {}
    for done, (name, contender) in enumerate(contenders.items(), start=1):
        answers, latency = timed(contender.ask, queries, on.warm)
        taught = taught or _all(answers)
        found[name] = {
            **accuracy(answers, on.labelled),
            "latency_us": latency,
            "size_bytes": contender.size,
            **({} if contender.install is None else {"install_bytes": contender.install}),
            **_weighed(contender, on.weighted),
            **_trusted(contender, answers, taught, on),
        }
        tell("measure", done, len(contenders))
    return found


def timed(ask: Candidate, queries: Sequence[str], warm: Sequence[str]) -> tuple[list[Answer], dict[str, float]]:
    """Answers, and p50 and p99 of the time to each in microseconds: each query once, after warming up on others."""
    for query in warm[:_WARM]:
        ask(query)
    gc.collect()
    gc.freeze()  # the training data is not the router's garbage to search
    answered = [ask(query) for query in queries]
    gc.unfreeze()
    micros = [(answer.latency_ms or 0.0) * 1000 for answer in answered]
    latency = {name: round(metrics.percentile(micros, part), 1) for name, part in (("p50", 0.5), ("p99", 0.99))}
    return [answer.weights for answer in answered], latency


def accuracy(answers: Sequence[Answer], labelled: Sequence[Labelled]) -> dict[str, Any]:
    """`top1` with its 95 % interval, recall by modality, and the share of answers that obeyed the contract."""
    labels = [row.labels for row in labelled]
    flags = metrics.right(answers, labels)
    return _rounded(
        {
            "top1": metrics.share(flags),
            "top1_interval": list(metrics.wilson(sum(flags), len(flags))),
            "recall": metrics.recall(flags, labels),
            "valid": metrics.share([answer is not None for answer in answers]),
        }
    )


def _weighed(contender: Contender, weighted: Sequence[Weighted]) -> dict[str, Any]:
    if not weighted:
        return {}
    answers = [contender.ask(row.query).weights for row in weighted]
    return _rounded(metrics.against(answers, [row.weights for row in weighted]))


def _trusted(contender: Contender, answers: list[Answer], taught: list[Weights], on: Material) -> dict[str, Any]:
    """A student against the teacher: on people's queries and, under `synthetic`, on those that were held out."""
    if contender.confidence is None:
        return {}
    sure = [contender.confidence(row.query) for row in on.labelled]
    right = metrics.right(answers, [row.labels for row in on.labelled])
    covered = [flag for flag, confidence in zip(right, sure, strict=True) if confidence >= on.threshold]
    held = [contender.ask(row.query).weights for row in on.held_out]
    held_sure = [contender.confidence(row.query) for row in on.held_out]
    return _rounded(
        {
            **metrics.trust(answers, taught, sure, on.threshold),
            "ece_label": metrics.calibration_error(sure, right),
            "covered_top1": metrics.share(covered) if covered else None,
            "synthetic": metrics.trust(held, [row.weights for row in on.held_out], held_sure, on.threshold),
        }
    )


def _all(answers: Sequence[Answer]) -> list[Weights]:
    valid = [answer for answer in answers if answer is not None]
    assert len(valid) == len(answers), "the embedded teacher obeys its own contract"
    return valid


def _rounded(value: Any) -> Any:  # noqa: ANN401  (nested figures)
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, _DIGITS) if isinstance(value, float) else value
