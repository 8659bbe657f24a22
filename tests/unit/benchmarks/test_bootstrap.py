"""The report function has 1,024 MB: what its intervals take of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_given_nine_candidates_on_five_hundred_queries_then_a_report_has_time_and_memory_to_spare(
    tmp_path: Path,
) -> None:
    out = tmp_path / "found.json"
    command = [
        sys.executable,
        "-m",
        "benchmarks.bootstrap",
        "--queries",
        "500",
        "--candidates",
        "9",
        "--json",
        str(out),
    ]
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'lambdas'}", "PATH": "", **one_thread}
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
    found = json.loads(out.read_text("utf-8"))
    assert found["candidates"] == 9
    assert found["interval"][0] < found["right"] < found["interval"][1]
    assert found["cpu_seconds"] < 10
    assert found["peak_mb"] < 512
