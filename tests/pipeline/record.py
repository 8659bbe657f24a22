"""What the walks of a test session have done: ways taken out of each state, and inputs of each expression."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ENOUGH = 40  # different inputs of an expression that are kept
Way = tuple[str, str]  # state, and how it was left


@dataclass
class Record:
    """Filled by every `Machine` that is not given another one."""

    ways: set[Way] = field(default_factory=set)
    inputs: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    def left(self, state: str, how: str) -> None:
        """A state was left this way: one of `ways_of`."""
        self.ways.add((state, how))

    def evaluated(self, expression: str, bindings: Mapping[str, Any]) -> None:
        """An expression was evaluated with these values of its variables."""
        known = self.inputs[expression]
        if len(known) < ENOUGH:
            used = {name: value for name, value in bindings.items() if f"${name}" in expression}
            text = json.dumps(used, sort_keys=True)
            known.setdefault(text, json.loads(text))


SESSION = Record()


def ways_of(block: Mapping[str, Any]) -> Iterator[Way]:
    """Every way out of every state, those in Maps included; an end is a way out too."""
    for name, state in block["States"].items():
        choices, catches = len(state.get("Choices", ())), len(state.get("Catch", ()))
        yield from ((name, f"choice {number}") for number in range(1, choices + 1))
        yield from ((name, f"catch {number}") for number in range(1, catches + 1))
        yield name, "default" if "Default" in state else "next" if "Next" in state else "end"
        if state["Type"] == "Map":
            yield from ways_of(state["ItemProcessor"])


def expressions(part: Any) -> Iterator[str]:
    """Every JSONata expression in a definition, without its `{% %}`."""
    if isinstance(part, dict):
        for value in part.values():
            yield from expressions(value)
    elif isinstance(part, list):
        for value in part:
            yield from expressions(value)
    elif isinstance(part, str) and part.startswith("{%"):
        yield part[2:-2].strip()
