"""The report on a terminal, and its copies."""

import io
from typing import Any

import pytest
from rich.console import Console

from cli import report

REPORT: dict[str, Any] = {
    "run_id": "cli-1",
    "verdict": "discarded",
    "reason": "the distilled student is too far from the teacher",
    "embedded": True,
    "note": "Measured with embedded models.",
    "candidates": [
        {"name": "distilled", "top1": 0.9123, "mae": 0.04567, "judge": 3.91, "latency_ms": {"p50": 41.6}}
        | {"cost_per_million_usd": 7.694},
        {
            "name": "edge",
            "top1": 0.88,
            "mae": 0.05,
            "judge": None,
            "latency_ms": {"p50": 0.41},
            "cost_per_million_usd": 0,
        },
        {"name": "static", "top1": 0.25, "mae": 0.2, "judge": None, "latency_ms": None, "cost_per_million_usd": 0.0},
    ],
    "gate": {
        "passed": False,
        "rules": [
            {"rule": "top1", "figure": 0.9, "bound": 0.95, "passed": False, "applies": True, "note": None},
            {"rule": "valid", "figure": 1.0, "bound": 0.98, "passed": True, "applies": True, "note": None},
            {"rule": "judge", "figure": None, "bound": -0.2, "passed": False, "applies": True, "note": "missing: x"},
            {"rule": "active", "figure": None, "bound": 0, "passed": True, "applies": False, "note": "nobody"},
        ],
    },
    "bill": {
        "items": [
            {"what": "teacher writes", "estimate_usd": 2.004, "receipt_usd": 2.126, "basis": "reported"},
            {"what": "student kept", "estimate_usd": 1.95, "receipt_usd": 0.0, "basis": None},
        ],
        "estimate_usd": 3.954,
        "receipt_usd": 2.126,
        "cap_usd": 60.0,
    },
}


def shown(content: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=100)
    report.show(console, content)
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


@pytest.mark.parametrize(
    "cell", ["distilled", "91.2%", "0.0457", "3.91", "42 ms", "$7.69", "0.41 ms", "top1: 0.9 (bound 0.95)"]
)
def test_given_a_report_then_its_figures_are_on_the_table(cell: str) -> None:
    assert cell in shown(REPORT)


def test_given_a_lost_gate_then_verdict_reason_and_provenance_are_said() -> None:
    text = shown(REPORT)
    assert "Verdict: discarded. the distilled student is too far from the teacher" in text
    assert "Measured with embedded models." in text
    assert "valid: " not in text
    assert "Gate: 1 of 3 rules hold; 1 do not apply." in text
    assert "not met: judge: missing: x (bound -0.2)" in text
    assert "not met: active" not in text


def test_given_a_bill_then_estimate_and_receipt_stand_side_by_side() -> None:
    rows = [line.split() for line in shown(REPORT).splitlines()]
    assert ["teacher", "writes", "2.00", "2.13", "reported"] in rows
    assert ["student", "kept", "1.95", "0.00", "not", "used"] in rows
    assert ["in", "all", "3.95", "2.13", "of", "at", "most", "60.00"] in rows


def test_given_figures_that_nobody_measured_then_they_stay_empty() -> None:
    row = next(line for line in shown(REPORT).splitlines() if "static" in line)
    assert row.count(" - ") == 2
