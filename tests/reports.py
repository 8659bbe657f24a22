"""What is asked of any report, of a unit fixture or of a run."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema

from local import report_schema


def breaches(report: dict[str, Any]) -> list[str]:
    """Where a report differs from the published schema, keys that it does not name included."""
    schema = json.loads(report_schema.FILE.read_text("utf-8"))
    for kind in _objects(schema):
        kind.setdefault("additionalProperties", False)
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(report)]


def _objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (kind for kind in (schema, *schema["$defs"].values()) if "properties" in kind)
