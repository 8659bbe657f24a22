"""The gate file: slips found at synthesis, and one of one's own that the functions read in their bundle."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import app
from cdk import assets, gate
from cdk.settings import SettingsError
from intent.figures import FIGURES, WHO
from intent.rules import Rule
from tests.infra.conftest import ROOT, context
from tests.unit.intent.gatefiles import BROKEN, FINE

OWN = "rules:\n  - {candidate: edge, figure: mae, at_most: 0.25}  # only this\n"


def test_the_names_are_those_that_the_functions_know() -> None:
    assert set(gate.KEYS) == set(Rule.model_fields)
    assert set(gate.CANDIDATES) == set(WHO)
    assert set(gate.FIGURES) == set(FIGURES)


@pytest.mark.parametrize("line", FINE)
def test_what_the_functions_can_read_is_let_through(line: str) -> None:
    content = yaml.safe_load(f"rules: [{line}]")
    assert gate.checked(content, "own.yaml") == content


@pytest.mark.parametrize("line", [line for line, _ in BROKEN])
def test_a_rule_that_has_not_the_shape_of_one_is_named_by_its_number(line: str) -> None:
    with pytest.raises(SettingsError, match=r"^gate own\.yaml: rule 2"):
        gate.checked(yaml.safe_load(f"rules: [{FINE[0]}, {line}]"), "own.yaml")


@pytest.mark.parametrize("text", ["3", "{}", "[]", "rules: []", "rules: 3", "rules: three", "{rules: [], more: 1}"])
def test_a_file_that_is_no_gate_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match=r"gate own\.yaml: must hold one key, rules"):
        gate.checked(yaml.safe_load(text), "own.yaml")


def test_a_broken_gate_stops_the_synthesis(tmp_path: Path) -> None:
    broken = tmp_path / "mine.yaml"
    broken.write_text(OWN.replace("at_most", "atmost"))
    with pytest.raises(SettingsError, match=r"mine\.yaml: rule 1: unknown atmost; known are candidate, figure"):
        app.build(outdir=str(tmp_path), context=context(bundle="false", gate=str(broken)))


def test_a_gate_of_ones_own_stands_where_the_functions_look_for_it(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(OWN)
    staged = assets.code(ROOT, gate=str(tmp_path / "mine.yaml"))
    assert json.loads((staged / "gate.json").read_text()) == yaml.safe_load(OWN)
    script = "import sys; sys.modules['yaml'] = None; from intent import gatefile; print(*map(repr, gatefile.load()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=staged, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == repr(Rule(candidate="edge", figure="mae", at_most=0.25)), done.stderr


def test_the_gate_that_is_uploaded_is_the_one_at_the_top() -> None:
    staged = json.loads((assets.code(ROOT) / "gate.json").read_text())
    assert staged == yaml.safe_load((ROOT / "gate.yaml").read_text())
