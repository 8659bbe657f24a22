"""What this session's walks leave out of the definition, and what JSONata's own implementation makes of their inputs.

These tests come last (conftest), and say something only if the runs have been walked before them.
"""

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.machine import evaluated
from tests.pipeline.record import ENOUGH, SESSION, expressions, ways_of

_ROOT = Path(__file__).parents[2]
_HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _whole_session(request: pytest.FixtureRequest) -> None:
    """A part of the tests walks a part of the machine."""
    collected = {item.path.name for item in request.session.items}
    if request.config.option.keyword or "test_runs.py" not in collected:
        pytest.skip("only after all of test_runs.py")


def test_every_way_out_of_every_state_is_taken(substituted: dict[str, Any]) -> None:
    ways = set(ways_of(substituted))
    assert len(ways) > 120
    assert not sorted(ways - SESSION.ways)


def test_every_expression_is_evaluated_on_real_inputs(substituted: dict[str, Any]) -> None:
    written = set(expressions(substituted))
    assert len(written) > 70
    assert not sorted(written - set(SESSION.inputs))


def test_jsonatas_own_implementation_and_the_embedded_one_agree() -> None:
    """AWS runs a JSONata of its own; this is the reference implementation beside the port that the emulator has."""
    asked = [(text, bindings) for text, inputs in SESSION.inputs.items() for bindings in inputs.values()]
    assert len(asked) > 800
    assert all(len(inputs) <= ENOUGH for inputs in SESSION.inputs.values())
    differ = [
        (text, bindings, reference, ours)
        for (text, bindings), reference in zip(asked, referenced(asked), strict=True)
        if (ours := embedded(text, bindings)) != reference
    ]
    assert not differ


def test_the_comparison_would_see_a_difference() -> None:
    asked: list[tuple[str, Mapping[str, Any]]] = [("$a + 1", {"a": 1}), ("$a.b", {"a": {}}), ("$a + 1", {"a": "x"})]
    assert referenced(asked) == [{"value": 2}, {}, {"error": "T2001"}]
    assert embedded(*asked[0]) == {"value": 2}
    assert embedded(*asked[1]) == {}
    assert embedded(*asked[2]) == {"error": "T2001"}


def referenced(asked: Iterable[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """What npm's `jsonata` says, in one process."""
    done = subprocess.run(
        ["node", _HERE / "jsonata.cjs"],
        input=json.dumps(list(asked)),
        capture_output=True,
        text=True,
        check=True,
        cwd=_ROOT,
    )
    return json.loads(done.stdout)


def embedded(text: str, bindings: Mapping[str, Any]) -> dict[str, Any]:
    """What the Python port says."""
    try:
        found = evaluated(text, bindings)
        nothing = found is None and not evaluated(f"$exists(({text}))", bindings)
    except Exception as error:  # noqa: BLE001  (the port's own, with the code of the language)
        return {"error": getattr(error, "error", None)}
    return {} if nothing else {"value": json.loads(json.dumps(found))}
