"""Five seconds of load on the route function: no wrong answer; and answers that are wrong are found."""

import json
import os
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load import Seen, summary
from benchmarks.load_targets import outcome, wrong
from benchmarks.load_wire import fails, query_of
from tests.unit.samples import MODALITIES, WEIGHTS, edge_student

ROOT = Path(__file__).parents[3]
EDGE = edge_student()


def test_given_load_and_failing_calls_then_no_answer_is_wrong_and_memory_stays_flat(tmp_path: Path) -> None:
    file = tmp_path / "load.json"
    command = [sys.executable, "-m", "benchmarks.load", "--seconds", "5", "--json", str(file)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "lambdas")))}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(file.read_text())
    assert found["requests"] + found["unsent"] == 1000
    assert (found["wrong_answers"], found["wrong"]) == (0, [])
    assert found["requests"] > 200, "a busy machine sends less; what it sends is answered well"
    failed = sum(count for name, count in found["outcomes"].items() if name.startswith("fallback"))
    assert 0.19 < failed / found["requests"] < 0.21
    assert failed + found["outcomes"]["distilled"] == found["requests"]
    assert found["growth_mb"] < 5


def body(**changed: Any) -> dict[str, Any]:
    names = ("ranked", "active", "confidence", "model", "latency_ms", "usage", "request_id")
    return {**dict.fromkeys(names), "query": "q", "weights": WEIGHTS, "source": "distilled", "warnings": [], **changed}


@pytest.mark.parametrize(
    "changed",
    [
        {"query": "another"},
        {"weights": {**WEIGHTS, "audio": 0.2}},
        {"weights": dict.fromkeys(MODALITIES, 0.25)},
        {"source": "fallback"},
        {"source": "cache"},
    ],
)
def test_given_a_wrong_answer_then_it_is_found(changed: dict[str, Any]) -> None:
    assert wrong(200, body(), "q", EDGE, WEIGHTS) is None
    assert wrong(200, body(**changed), "q", EDGE, WEIGHTS)
    assert wrong(500, {}, "q", EDGE, WEIGHTS) == "status 500"


def test_given_the_edge_students_weights_then_a_fallback_is_right() -> None:
    weights = EDGE.predict("q").weights
    assert wrong(200, body(source="fallback", weights=weights), "q", EDGE, WEIGHTS) is None
    assert outcome(200, body(source="fallback", warnings=["no answer (not_json); the edge"])) == "fallback: not_json"


def test_every_fifth_call_fails() -> None:
    assert [fails(query_of(number)) for number in range(6)] == [True, False, False, False, False, True]


def test_given_what_was_seen_then_shares_and_growth_are_told() -> None:
    seen = Seen(latencies=array("d", range(100)), seconds=2.0)
    seen.memory = [(float(number), 10.0 + number) for number in range(8)]
    found = summary(seen, 50)
    assert found["latency_ms"] == {"p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 99.0}
    assert (found["growth_mb"], found["slope_mb_per_minute"], found["answered_per_second"]) == (4.0, 60.0, 50.0)
