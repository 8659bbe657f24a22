"""What the benchmark reads: JSON lines of queries with the modality that should lead, or with weights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from intent.strict import strict_json
from intent.text import MAX_QUERY
from intent.weights import Rejected, Weights, check

_Row = TypeVar("_Row")


class FileError(ValueError):
    """A file that cannot be measured on; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A query and the modalities that may lead it, the preferred one first."""

    query: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighted:
    """A query and the weights that somebody gave it."""

    query: str
    weights: Weights


def read_labelled(path: Path, modalities: Sequence[str]) -> list[Labelled]:
    """Rows `{"query", "label"}`; other fields are ignored. Raises FileError."""
    return _read(path, lambda row: Labelled(_query(row), _labels(row, modalities)))


def read_weighted(path: Path, modalities: Sequence[str]) -> list[Weighted]:
    """Rows `{"query", "weights"}`; other fields are ignored. Raises FileError."""
    return _read(path, lambda row: Weighted(_query(row), _weights(row, modalities)))


def _read(path: Path, row: Callable[[Mapping[str, object]], _Row]) -> list[_Row]:
    try:
        lines = path.read_text("utf-8").split("\n")
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: is not UTF-8 (byte {error.start})") from error
    rows: list[_Row] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(row(_object(line)))
            except FileError as error:
                raise FileError(f"{path}, line {number}: {error}") from None
    if not rows:
        raise FileError(f"{path}: holds no line")
    return rows


def _object(line: str) -> Mapping[str, object]:
    try:
        decoded = strict_json(line)
    except ValueError as error:
        raise FileError(f"is not valid JSON ({error})") from None
    if not isinstance(decoded, dict):
        raise FileError("is not a JSON object")
    return decoded


def _query(row: Mapping[str, object]) -> str:
    query = row.get("query")
    if not isinstance(query, str) or not query.strip():
        raise FileError("field query: must be a text that is not blank")
    if len(query) > MAX_QUERY:
        raise FileError(f"field query: is longer than {MAX_QUERY} characters")
    return query


def _labels(row: Mapping[str, object], modalities: Sequence[str]) -> tuple[str, ...]:
    label = row.get("label")
    labels = label if isinstance(label, list) else [label]
    known = [str(name) for name in labels if name in modalities]
    if not labels or len(known) < len(labels):
        raise FileError(f"field label: must be one of {', '.join(modalities)}, or a list of them")
    return tuple(dict.fromkeys(known))


def _weights(row: Mapping[str, object], modalities: Sequence[str]) -> Weights:
    given = row.get("weights")
    if not isinstance(given, dict) or set(given) != set(modalities):
        raise FileError(f"field weights: must be an object with {', '.join(modalities)}")
    weights = check(given, modalities)
    if isinstance(weights, Rejected):
        raise FileError(f"field weights: {weights.reason.replace('_', ' ')} (each 0 to 1, together 1)")
    return weights
