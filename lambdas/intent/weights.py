"""Weights of the modalities: finite, 0..1, four decimals, sum exactly 1; and the strict reading of a model's answer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intent.strict import strict_json

Weights = dict[str, float]
"""One number per modality, in the taxonomy's order."""

UNITS = 10_000  # weights are whole ten-thousandths, so that they add up exactly
MAX_ANSWER = 4_000  # characters; an honest answer has under 600
SUM_TOLERANCE = 0.02  # a model's own rounding: what AWS's sample accepts (0.01), doubled for four terms
REASONING = "reasoning"


@dataclass(frozen=True, slots=True)
class Parsed:
    """An answer that obeys the contract."""

    weights: Weights
    reasoning: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer that does not, and the first rule that it breaks (a short code, safe to log and to count)."""

    reason: str


class _Broken(Exception):
    pass


def normalise(raw: Mapping[str, float], modalities: Sequence[str]) -> Weights:
    """Scale `raw` to sum exactly 1 with four decimals, by largest remainder (ties: the earlier modality).

    `raw` holds a finite number >= 0 for each modality, with a finite sum above 0; otherwise ValueError.
    """
    try:
        values = [float(raw[modality]) for modality in modalities]
        total = math.fsum(values)
    except (KeyError, OverflowError, ValueError):  # fsum refuses inf - inf
        raise ValueError("weights must be there for every modality, and finite in all") from None
    if not all(math.isfinite(value) and value >= 0 for value in values) or not 0 < total < math.inf:
        raise ValueError("weights must be finite, none below 0, and more than 0 in all")
    shares = [value / total * UNITS for value in values]
    units = [math.floor(share) for share in shares]
    by_remainder = sorted(range(len(units)), key=lambda index: (units[index] - shares[index], index))
    for index in by_remainder[: UNITS - sum(units)]:
        units[index] += 1
    return {modality: unit / UNITS for modality, unit in zip(modalities, units, strict=True)}


def leading(weights: Mapping[str, float]) -> str:
    """The modality with the largest weight (ties: the earlier one)."""
    return max(weights, key=lambda modality: weights[modality])


def parse(text: str, modalities: Sequence[str]) -> Parsed | Rejected:
    """Read a model's answer: exactly the JSON object of the contract, optionally cut before `"reasoning"`.

    Anything else is a `Rejected` with its reason, never an exception.
    """
    if len(text) > MAX_ANSWER:
        return Rejected("too_long")
    try:
        answer = _decode(text.strip())
        return Parsed(_weights(answer, modalities), _reasoning(answer))
    except _Broken as broken:
        return Rejected(str(broken))


def check(answer: Mapping[str, object], modalities: Sequence[str]) -> Weights | Rejected:
    """The weights of an object that was decoded already (other keys are the caller's); same rules as `parse`."""
    try:
        return _weights({modality: answer[modality] for modality in modalities if modality in answer}, modalities)
    except _Broken as broken:
        return Rejected(str(broken))


def _decode(text: str) -> dict[str, object]:
    if not text.startswith("{"):
        raise _Broken("not_an_object")
    try:
        answer = strict_json(_close(text))
    except ValueError:
        raise _Broken("not_json") from None
    if not isinstance(answer, dict):
        raise _Broken("not_an_object")
    return {str(key): value for key, value in answer.items()}


def _close(text: str) -> str:
    """Close an answer that the stop sequence cut at its reasoning key.

    The comma before the key must be there: without it the last weight itself may be cut (0.2 of 0.25).
    """
    if text.endswith("}"):
        return text
    head = text.removesuffix(f'"{REASONING}"').rstrip()
    if not head.endswith(","):
        raise _Broken("cut_short")
    return head[:-1] + "}"


def _weights(answer: Mapping[str, object], modalities: Sequence[str]) -> Weights:
    if set(answer) - {REASONING} != set(modalities):
        raise _Broken("wrong_keys")
    raw = {modality: _number(answer[modality]) for modality in modalities}
    if abs(math.fsum(raw.values()) - 1) > SUM_TOLERANCE:
        raise _Broken("wrong_sum")
    return normalise(raw, modalities)


def _number(value: object) -> float:
    if type(value) not in (int, float):  # `bool` is an `int` to isinstance
        raise _Broken("not_a_number")
    assert isinstance(value, int | float)
    if not 0 <= value <= 1:  # False for NaN; huge integers compare exactly
        raise _Broken("out_of_range")
    return float(value)


def _reasoning(answer: Mapping[str, object]) -> str | None:
    value = answer.get(REASONING)
    if value is None:
        return None
    if not isinstance(value, str) or any("\ud800" <= character <= "\udfff" for character in value):
        raise _Broken("reasoning_not_text")  # a lone surrogate (an escape of half a pair) cannot be sent on as UTF-8
    return value
