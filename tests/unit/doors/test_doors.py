"""The frame of every pipeline function."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from aws_lambda_powertools import Metrics
from pydantic import BaseModel, ConfigDict, ValidationError

from doors import count, door, emf
from doors.clients import client, environment


class Payload(BaseModel):
    model_config = ConfigDict(extra="forbid")
    run_id: str
    secret: str = ""


class Context:
    aws_request_id = "lambda-1"


@door(Payload)
def double(request: Payload) -> Mapping[str, Any]:
    count("Doubled", 2)
    return {"twice": request.run_id * 2}


def metrics(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().out.splitlines() if "_aws" in line]


def test_given_a_payload_then_the_logic_gets_it_typed_and_its_result_goes_out() -> None:
    assert double({"run_id": "r"}, Context()) == {"twice": "rr"}


def test_given_a_broken_payload_then_the_bug_is_raised() -> None:
    with pytest.raises(ValidationError, match="run"):
        double({"run": "r"}, Context())


def test_given_a_call_then_log_and_metrics_name_the_run_and_not_the_event(
    capsys: pytest.CaptureFixture[str], log: io.StringIO
) -> None:
    double({"run_id": "run-7", "secret": "hush"}, Context())
    (entry,) = map(json.loads, log.getvalue().splitlines())
    (metric,) = metrics(capsys)
    assert (entry["message"], entry["correlation_id"], entry["aws_request_id"]) == ("double", "run-7", "lambda-1")
    assert metric["Doubled"] == [2.0]
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "IntentRouter"
    assert "hush" not in json.dumps([entry, metric])


def test_given_two_calls_then_each_writes_its_own_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    double({"run_id": "a"}, Context())
    double({"run_id": "b"}, Context())
    assert [entry["Doubled"] for entry in metrics(capsys)] == [[2.0], [2.0]]


class Wanted(BaseModel):
    data_bucket: str
    threads: int
    note: str | None


def test_given_variables_then_they_are_typed_and_optional_ones_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_BUCKET", "b")
    monkeypatch.setenv("THREADS", "4")
    monkeypatch.delenv("NOTE", raising=False)
    assert environment(Wanted) == Wanted(data_bucket="b", threads=4, note=None)


def test_given_missing_and_malformed_variables_then_each_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATA_BUCKET", raising=False)
    monkeypatch.setenv("THREADS", "many")
    with pytest.raises(RuntimeError, match=r"DATA_BUCKET: .*THREADS: "):
        environment(Wanted)


def test_given_the_pipelines_clients_then_they_wait_and_retry() -> None:
    client.cache_clear()
    config = client("bedrock").meta.config
    assert client("bedrock") is client("bedrock")
    assert config.retries == {"mode": "standard", "total_max_attempts": 5}
    assert (config.connect_timeout, config.read_timeout) == (5, 120)
    client.cache_clear()


def test_given_a_call_that_is_made_once_then_it_ends_well_within_a_functions_minute() -> None:
    client.cache_clear()
    config = client("bedrock-runtime", once=True).meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
    assert config.connect_timeout + config.read_timeout < 30
    assert client("bedrock-runtime").meta.config.read_timeout == 120, "no other call's client"
    client.cache_clear()


NOTES = {"message": "routed", "total_ms": 1.5, "failure": None}


def test_given_the_same_metrics_and_notes_then_the_line_is_the_one_that_powertools_writes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, ours = Metrics(), emf.Metrics()
    told: list[tuple[str, float, emf.Unit]] = [("A", 1, "Count"), ("B", 12.25, "Milliseconds"), ("A", True, "Count")]
    told.extend((f"M{number}", 0, "Count") for number in range(97))
    for name, value, unit in told:
        theirs.add_metric(name=name, unit=unit, value=value)
        ours.add(name, value, unit)
    for name, value in NOTES.items():
        theirs.add_metadata(name, value)
    ours.note(NOTES)
    theirs.flush_metrics()
    their_line = capsys.readouterr().out
    monkeypatch.setattr(emf.time, "time", lambda: json.loads(their_line)["_aws"]["Timestamp"] / 1000)
    ours.flush()
    our_line = capsys.readouterr().out
    assert json.loads(our_line) == json.loads(their_line)
    assert len(our_line) == len(their_line), "not a space more"


def test_given_notes_without_metrics_then_they_are_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    ours = emf.Metrics()
    ours.note(NOTES)
    ours.flush()
    ours.flush()
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {"service": "unit", **NOTES}


@pytest.mark.parametrize("names", [[f"M{number}" for number in range(100)], ["M"] * 100], ids=["metrics", "values"])
def test_given_a_hundred_metrics_or_values_then_the_line_is_full(
    capsys: pytest.CaptureFixture[str], names: list[str]
) -> None:
    ours = emf.Metrics()
    for name in names:
        ours.add(name, 1, "Count")
    (line,) = metrics(capsys)
    assert sum(len(values) for values in line.values() if isinstance(values, list)) == 100
    ours.flush()
    assert not capsys.readouterr().out
