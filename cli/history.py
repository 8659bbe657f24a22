"""What an execution has done so far, read from its event history a bit at a time."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

Event = dict[str, Any]
Result = dict[str, Any]


@dataclass
class History:
    """The events seen so far, folded: the state that runs now, the rooms entered and each state's last result.

    A state is called `Room: what happens`. `results` is ordered by when each state was left last.
    """

    last_event: int = 0
    state: str = ""
    entered: set[str] = field(default_factory=set[str])
    results: dict[str, Result] = field(default_factory=dict[str, Result])

    def take(self, events: Iterable[Event]) -> None:
        """Fold new events in, oldest first; events that were seen before change nothing."""
        for event in events:
            if event["id"] <= self.last_event:
                continue
            self.last_event = event["id"]
            if entered := event.get("stateEnteredEventDetails"):
                self.state = entered["name"]
                self.entered.add(self.room)
            if left := event.get("stateExitedEventDetails"):
                self.results.pop(left["name"], None)
                self.results[left["name"]] = _result(left.get("output"))

    @property
    def room(self) -> str:
        """The room of the state that runs now."""
        return self.state.split(":", 1)[0]

    def latest(self, room: str, field_name: str) -> Any:  # noqa: ANN401  (whatever JSON stands there)
        """The field's value in the state of the room that gave one last; None if none did."""
        for state, result in reversed(self.results.items()):
            if state.startswith(f"{room}:") and field_name in result:
                return result[field_name]
        return None


def _result(output: str | None) -> Result:
    """A state's output if it is a JSON object (of a Lambda's answer: the payload), else an empty one."""
    try:
        value: object = json.loads(output or "null")
    except ValueError:  # AWS cuts very long outputs
        return {}
    if not isinstance(value, dict):
        return {}
    result = cast("Result", value)
    payload: object = result.get("Payload")
    return cast("Result", payload) if isinstance(payload, dict) else result


def since(client: Any, execution_arn: str, last_event: int) -> list[Event]:  # noqa: ANN401  (a boto3 client)
    """The events after `last_event`, oldest first, reading back from the newest: a long run's history is long."""

    def newest_first() -> Iterator[Event]:
        pages = client.get_paginator("get_execution_history")
        for page in pages.paginate(executionArn=execution_arn, reverseOrder=True):
            yield from page["events"]

    events: list[Event] = []
    for event in newest_first():
        if event["id"] <= last_event:
            break
        events.append(event)
    return events[::-1]
