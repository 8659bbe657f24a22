"""The fold over an execution's events: what a watcher may conclude from them."""

import json
from typing import Any

from cli.history import Event, History, since


def entered(number: int, state: str) -> Event:
    return {"id": number, "stateEnteredEventDetails": {"name": state}}


def left(number: int, state: str, output: object) -> Event:
    return {"id": number, "stateExitedEventDetails": {"name": state, "output": json.dumps(output)}}


class Pages:
    """A stand-in for the Step Functions client: pages of two events, newest first, counting what is read."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        self.read = 0

    def get_paginator(self, name: str) -> "Pages":
        assert name == "get_execution_history"
        return self

    def paginate(self, **_: Any) -> Any:
        backwards = self.events[::-1]
        for start in range(0, len(backwards), 2):
            self.read += 1
            yield {"events": backwards[start : start + 2]}


def test_given_a_poll_loop_when_the_status_changes_then_the_latest_counts() -> None:
    history = History()
    history.take([left(1, "Distill: ask how the job is", {"status": "InProgress"})])
    history.take([left(2, "Distill: ask how the job is", {"status": "Completed"})])
    assert history.latest("Distill", "status") == "Completed"


def test_given_a_later_state_of_the_room_when_it_says_less_then_the_earlier_answer_still_counts() -> None:
    history = History()
    history.take([left(1, "Plan: check", {"ok": True, "last": 12}), left(2, "Plan: done", {})])
    assert history.latest("Plan", "last") == 12


def test_given_events_seen_before_when_taken_again_then_nothing_changes() -> None:
    history = History()
    history.take([entered(1, "Plan: check"), entered(2, "Generate: write")])
    history.take([entered(1, "Plan: check")])
    assert (history.room, history.entered) == ("Generate", {"Plan", "Generate"})


def test_given_a_lambda_envelope_when_read_then_its_payload_is_the_result() -> None:
    history = History()
    history.take([left(1, "Deploy: warm up", {"StatusCode": 200, "Payload": {"latency_ms": 12.5}})])
    assert history.latest("Deploy", "latency_ms") == 12.5


def test_given_an_output_that_aws_has_cut_when_read_then_it_says_nothing() -> None:
    history = History()
    history.take([{"id": 1, "stateExitedEventDetails": {"name": "Plan: check", "output": '{"ok": tr'}}])
    assert history.latest("Plan", "ok") is None


def test_given_a_long_history_when_little_is_new_then_only_the_newest_pages_are_read() -> None:
    client = Pages([entered(number, "Generate: write") for number in range(1, 101)])
    assert [event["id"] for event in since(client, "arn", 97)] == [98, 99, 100]
    assert client.read == 2
