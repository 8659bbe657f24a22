"""Writes the report's JSON Schema, from the types in `evaluate.contract`.

`python -m local.report_schema` writes `docs/report.schema.json`; a test fails while that file differs.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from evaluate.contract import VERSION, Report

FILE = Path(__file__).parents[1] / "docs" / "report.schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document() -> dict[str, Any]:
    """JSON Schema 2020-12. Keys that it does not name are allowed: a later minor version may add some."""
    schema = TypeAdapter(Report).json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:intent-router:report:{VERSION}", "version": VERSION, **schema}


def text() -> str:
    """As it is written to the file."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
