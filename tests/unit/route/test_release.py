"""The edge student that ships with the release: it loads, it fits the taxonomy, and it knows its trade."""

import json
from pathlib import Path

from edge.model import EdgeModel
from intent.weights import leading
from tests.unit.samples import MODALITIES

ROOT = Path(__file__).parents[3]
FILE = ROOT / "lambdas" / "route" / "release.bin"
QUERIES = ROOT / "benchmarks" / "data" / "human_queries_dev.jsonl"
AGAIN = "run: python -m benchmarks.release"


def test_given_this_code_then_the_releases_student_loads_and_leads_as_people_would() -> None:
    student = EdgeModel.from_bytes(FILE.read_bytes())  # raises for features of other code: AGAIN
    assert student.parameters.modalities == MODALITIES, AGAIN
    rows = [json.loads(line) for line in QUERIES.read_text("utf-8").splitlines()]
    right = sum(leading(student.predict(row["query"]).weights) == row["label"] for row in rows)
    assert right / len(rows) >= 0.9, AGAIN
