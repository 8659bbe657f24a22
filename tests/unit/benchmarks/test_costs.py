"""The two small benchmarks: cold start of the route, and the fit of the edge student."""

import json
from pathlib import Path

import pytest

from benchmarks import cold_start, fit
from tests.unit.samples import MODALITIES, example, leaning


def test_given_fresh_interpreters_then_the_route_loads_no_numpy_and_the_others_are_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = {name: cold_start.STATEMENTS[name] for name in ("bare_boto3_and_numpy", "route")}
    monkeypatch.setattr(cold_start, "STATEMENTS", kept)
    found = cold_start.compare(1)
    assert (found["route"]["numpy"], found["bare_boto3_and_numpy"]["numpy"]) == (False, True)
    assert found["route"]["import_ms"]["min"] > 0
    assert found["route"]["memory_mb"] > 10


def test_given_records_then_a_fit_tells_time_and_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [example(0, f"{name} {number}", leaning(name)) for number in range(30) for name in MODALITIES]
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(row.model_dump_json() for row in rows), "utf-8")
    assert fit.main(["--records", str(path), "--sizes", "100"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["records"] == 100
    assert found["peak_mb"] >= found["base_mb"] > 10
    assert found["agreement"] == 1.0
