"""Recorded calls, as `calls.json` keeps them: who asked for what, with placeholders for what only one run has."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("calls.json")


@dataclass(frozen=True, order=True)
class Call:
    """`asked`: the parameters that decide about resources. `absent`: S3 answered that there is no such object.

    `{Name}`: a resource of the stack by its logical id; `{run}`, `{id}` and the like: a value that is made at run time.
    """

    handler: str
    operation: str
    asked: tuple[tuple[str, str], ...]
    absent: bool = False


def load(path: Path = FILE) -> dict[str, frozenset[Call]]:
    """The recording by how models are served, `on_demand` or `provisioned`."""
    return {
        serving: frozenset(
            Call(
                handler,
                operation,
                tuple(sorted((name, text) for name, text in entry.items() if name != "absent")),
                bool(entry.get("absent")),
            )
            for handler, operations in handlers.items()
            for operation, entries in operations.items()
            for entry in entries
        )
        for serving, handlers in json.loads(path.read_text("utf-8")).items()
    }


def dump(recorded: dict[str, Iterable[Call]], path: Path = FILE) -> None:
    """Write the recording, sorted."""
    told: dict[str, dict[str, dict[str, list[dict[str, str | bool]]]]] = {}
    for serving, calls in recorded.items():
        handlers = told.setdefault(serving, {})
        for call in sorted(calls):
            entry: dict[str, str | bool] = {**dict(call.asked), **({"absent": True} if call.absent else {})}
            handlers.setdefault(call.handler, {}).setdefault(call.operation, []).append(entry)
    text = json.dumps(told, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
