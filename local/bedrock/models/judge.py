"""The embedded judge: applies the rubric of `intent.scoring` exactly, where a language model would estimate it."""

from collections.abc import Sequence
from dataclasses import dataclass

from intent.scoring import emphasis_right, mean_error, rubric_level
from intent.taxonomy import load
from intent.weights import Rejected, parse

Scale = Sequence[tuple[str, float | str]]


@dataclass(frozen=True, slots=True)
class Rating:
    """One judgement: the chosen entry of the scale (its value and label) and why."""

    value: float | str
    label: str
    explanation: str


def rate(instructions: str, prompt: str, prediction: str, reference: str | None, scale: Scale) -> Rating:
    """Judge one answer against the reference weights.

    `scale` lists the entries of the evaluation job, worst and best in either order; the rubric's levels 1..5 are spread
    over them. `instructions` and `prompt` are what a language model would read; this judge knows the one rubric.
    Raises ValueError without a usable reference, as nothing could be judged.
    """
    del instructions, prompt
    modalities = load().modalities
    expected = parse(reference or "", modalities)
    if isinstance(expected, Rejected):
        raise ValueError(f"the reference is no answer of the contract: {expected.reason}")  # noqa: TRY004  (not its type)
    given = parse(prediction, modalities)
    if isinstance(given, Rejected):
        return _rating(1, scale, f"the answer breaks the contract: {given.reason}")
    level = rubric_level(given.weights, expected.weights)
    emphasis = "right" if emphasis_right(given.weights, expected.weights) else "wrong"
    error = mean_error(given.weights, expected.weights)
    return _rating(level, scale, f"emphasis {emphasis}, mean absolute weight error {error:.3f}")


def _rating(level: int, scale: Scale, explanation: str) -> Rating:
    entries = sorted(scale, key=lambda entry: float(entry[1])) if _numeric(scale) else list(scale)
    label, value = entries[round((level - 1) / 4 * (len(entries) - 1))]
    return Rating(value, label, explanation)


def _numeric(scale: Scale) -> bool:
    return all(isinstance(value, int | float) for _, value in scale)
