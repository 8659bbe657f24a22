"""A version on trial in the embedded AWS: two versions answer, and the alarm's event ends it."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cli import ask, runs
from cli.ask import Answer
from cli.target import Target
from tests.local.conftest import Ended, Pipeline

EVENT = json.loads((Path(__file__).parents[1] / "unit" / "deploy" / "events" / "alarm.json").read_text("utf-8"))
OK = 200


def stop_function(target: Target) -> str:
    """Name of the function that the alarm's rule calls."""
    listed: list[dict[str, Any]] = target.client("lambda").list_functions()["Functions"]
    (name,) = (found["FunctionName"] for found in listed if found["Handler"] == "deploy.handler.canary_stop")
    return name


def until(target: Target, query: str, version: int) -> Answer:
    """Ask until this version answers: a process sees a new pointer within 20 seconds."""
    deadline = time.monotonic() + 30
    while True:
        answer = ask.ask(target.route, query)
        if answer.status != OK or answer.body["model"]["version"] == version or time.monotonic() > deadline:
            return answer
        time.sleep(0.5)


def test_given_a_run_on_trial_then_both_versions_answer_until_the_alarms_event_ends_it(
    target: Target, promoted: Ended, pipeline: Pipeline
) -> None:
    ended = pipeline.complete(canary_share=0.5)
    assert ended.end.status == "SUCCEEDED"
    assert ended.before is not None
    assert ended.after is not None
    assert ended.after.candidate is not None
    assert ended.after.without_candidate() == ended.before
    tried = ended.after.candidate

    queries = [f"the crowd sings along in trial {number}" for number in range(50)]
    expected = {query: tried.version if tried.takes(query) else ended.before.version for query in queries}
    assert len(set(expected.values())) == 2
    answers = {query: until(target, query, version) for query, version in expected.items()}
    assert {answer.status for answer in answers.values()} == {200}
    assert {query: answer.body["model"]["version"] for query, answer in answers.items()} == expected

    event = json.loads(json.dumps(EVENT))
    event["detail"]["state"]["timestamp"] = f"{datetime.now(UTC) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S.000}+0000"
    done = target.client("lambda").invoke(FunctionName=stop_function(target), Payload=json.dumps(event).encode())
    assert json.loads(done["Payload"].read())["stopped"] == tried.version
    assert runs.promoted(target) == ended.before
