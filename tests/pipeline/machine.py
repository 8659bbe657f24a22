"""A walk through the state machine with functions of the test's own: stricter than the emulator, which forgives.

As on AWS, an expression that fails or gives nothing is an error that a Catch sees, and so is a variable that was never
assigned. Retries are left out: a function that raises has failed for good.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from tests.pipeline.record import SESSION

Function = Callable[[dict[str, Any]], Any]
EXECUTION = {"Id": "arn:aws:states:us-east-1:123456789012:execution:pipeline:try", "Name": "try", "Input": {}}
_STEPS = 10_000


@dataclass
class Walk:
    """What happened: states in order, calls as (function, payload), and how it ended.

    `largest`: bytes of the largest input, output and set of variables as JSON, by state.
    """

    states: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    end: str = ""
    error: str = ""
    cause: str = ""
    largest: dict[str, int] = field(default_factory=dict)

    def called(self, name: str) -> list[dict[str, Any]]:
        """Payloads that this function was called with."""
        return [payload for function, payload in self.calls if function == name]


class StateError(Exception):
    """An error that a Catch may see; its name goes to `errorOutput.Error`."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(cause)
        self.name = name


class Machine:
    """A definition with its placeholders filled in: function names by themselves, numbers by `limits`.

    `weigh`: fill the walk's `largest`.
    """

    def __init__(
        self, definition: Mapping[str, Any], functions: Mapping[str, Function], *, weigh: bool = False
    ) -> None:
        self._definition = definition
        self._functions = functions
        self._weigh = weigh

    def run(self, given: Mapping[str, Any] | None = None, execution: Mapping[str, Any] = EXECUTION) -> Walk:
        """One execution with this input. `execution`: Id and Name of its context."""
        walk = Walk()
        context = {"Execution": {**execution, "Input": dict(given or {})}}
        try:
            self._states(self._definition, dict(given or {}), {}, context, walk)
            walk.end = "Succeed"
        except StateError as error:
            walk.end, walk.error, walk.cause = "Fail", error.name, str(error)
        return walk

    def _states(
        self, block: Mapping[str, Any], given: Any, variables: dict[str, Any], context: dict[str, Any], walk: Walk
    ) -> Any:
        name: str | None = block["StartAt"]
        while name is not None:
            if len(walk.states) > _STEPS:
                raise AssertionError(f"no end after {_STEPS} states")
            walk.states.append(name)
            scope = {**context, "State": {"Name": name}}
            entered, before = name, given
            name, given = self._step(block["States"][name], given, variables, scope, walk)
            if self._weigh:
                sizes = [len(json.dumps(value).encode()) for value in (before, given, variables)]
                walk.largest[entered] = max(*sizes, walk.largest.get(entered, 0))
        return given

    def _step(
        self, state: Mapping[str, Any], given: Any, variables: dict[str, Any], context: dict[str, Any], walk: Walk
    ) -> tuple[str | None, Any]:
        states: dict[str, Any] = {"input": given, "context": context}
        name = context["State"]["Name"]
        if state["Type"] == "Choice":
            return self._choose(state, states, variables), given
        if state["Type"] == "Fail":
            SESSION.left(name, "end")
            raise StateError(_fill(state["Error"], states, variables), _fill(state["Cause"], states, variables))
        try:
            if state["Type"] in ("Task", "Map"):
                work = self._task if state["Type"] == "Task" else self._map
                states["result"] = work(state, states, variables, context, walk)
            if state["Type"] == "Wait":
                assert _fill(state["Seconds"], states, variables) > 0
        except StateError as error:
            caught = next(iter(state.get("Catch", ())), None)  # there is one at most
            if caught is None:
                raise
            assert caught["ErrorEquals"] == ["States.ALL"]
            SESSION.left(name, "catch 1")
            states["errorOutput"] = {"Error": error.name, "Cause": str(error)}
            return caught["Next"], _finish(caught, states, variables, states["errorOutput"])
        SESSION.left(name, "next" if "Next" in state else "end")
        return state.get("Next"), _finish(state, states, variables, states.get("result", given))

    def _choose(self, state: Mapping[str, Any], states: dict[str, Any], variables: dict[str, Any]) -> str:
        name = states["context"]["State"]["Name"]
        for number, rule in enumerate(state["Choices"], 1):
            holds = _fill(rule["Condition"], states, variables)
            assert isinstance(holds, bool), rule["Condition"]
            if holds:
                SESSION.left(name, f"choice {number}")
                _finish(rule, states, variables, None)
                return rule["Next"]
        SESSION.left(name, "default")
        return state["Default"]

    def _task(
        self, state: Mapping[str, Any], states: dict[str, Any], variables: dict[str, Any], _: Any, walk: Walk
    ) -> Any:
        arguments = _fill(state["Arguments"], states, variables)
        name, payload = arguments["FunctionName"], arguments["Payload"]
        walk.calls.append((name, payload))
        try:
            return {"Payload": self._functions[name](payload)}
        except Exception as error:
            raise StateError(type(error).__name__, str(error)) from error

    def _map(
        self,
        state: Mapping[str, Any],
        states: dict[str, Any],
        variables: dict[str, Any],
        context: dict[str, Any],
        walk: Walk,
    ) -> list[Any]:
        assert _fill(state["MaxConcurrency"], states, variables) >= 1
        items = _fill(state["Items"], states, variables)
        assert isinstance(items, list)
        results: list[Any] = []
        for index, item in enumerate(items):
            scope = {**context, "Map": {"Item": {"Value": item, "Index": index}}}
            chosen = _fill(state["ItemSelector"], {**states, "context": scope}, variables)
            results.append(self._states(state["ItemProcessor"], chosen, dict(variables), scope, walk))
        return results


def _finish(part: Mapping[str, Any], states: dict[str, Any], variables: dict[str, Any], otherwise: Any) -> Any:
    """Assign and Output see the variables as they were before."""
    before = dict(variables)
    variables.update({name: _fill(value, states, before) for name, value in part.get("Assign", {}).items()})
    return _fill(part["Output"], states, before) if "Output" in part else otherwise


def _fill(template: Any, states: Mapping[str, Any], variables: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {key: _fill(value, states, variables) for key, value in template.items()}
    if isinstance(template, list):
        return [_fill(value, states, variables) for value in template]
    if not (isinstance(template, str) and template.startswith("{%")):
        return template
    text = template[2:-2].strip()
    bindings = {**variables, "states": states}
    SESSION.evaluated(text, bindings)
    try:
        found = evaluated(text, bindings)
    except JException as error:
        raise StateError("States.QueryEvaluationError", str(error)) from error
    if found is None and not evaluated(f"$exists(({text}))", bindings):
        raise StateError("States.QueryEvaluationError", f"{text} gives nothing")
    return found


def evaluated(text: str, bindings: Mapping[str, Any]) -> Any:
    """Value of an expression, None if it gives nothing. `bindings`: its variables."""
    expression = _parsed(text)
    frame = expression.create_frame()
    for name, value in bindings.items():
        frame.bind(name, Utils.NULL_VALUE if value is None else value)
    return expression.evaluate(None, frame)


@cache
def _parsed(text: str) -> Jsonata:
    """Parsing takes longer than evaluating, and a walk evaluates each expression many times."""
    return Jsonata.jsonata(text)
