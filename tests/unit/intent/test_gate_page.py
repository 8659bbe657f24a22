"""The example of docs/gate.md is a gate, and its tables say what the code knows."""

import re
from pathlib import Path

import yaml

from intent.figures import ACTIVE, FIGURES, WHO
from intent.gatefile import read
from intent.rules import Rule

PAGE = (Path(__file__).parents[3] / "docs" / "gate.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]


def test_the_example_is_a_gate_that_shows_every_way_to_ask() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    rules = read(yaml.safe_load(example))
    shown = {key for rule in rules for key in rule.model_dump(exclude_defaults=True)}
    assert shown == set(Rule.model_fields)
    assert {rule.against for rule in rules} >= {"baseline", ACTIVE}


def test_the_first_table_names_every_key_and_candidate() -> None:
    keys = {key for row in ROWS if len(row) == 2 for key in re.findall(r"`(\w+)`", row[0])}
    assert keys == set(Rule.model_fields)
    (candidates,) = [row[1] for row in ROWS if row[0] == "`candidate`"]
    assert set(re.findall(r"`([\w-]+)`", candidates)) == set(WHO) - {ACTIVE}


def test_the_second_table_tells_of_every_figure_its_side_and_its_intervals() -> None:
    told = {row[0].strip("`"): row[2:] for row in ROWS if len(row) == 5}
    assert list(told) == list(FIGURES)
    for name, figure in FIGURES.items():
        high = f"{figure.lowest:g} to {figure.highest:g}" if figure.highest < 100 else f"from {figure.lowest:g}"
        sure = ["yes" if one else "" for one in (figure.interval, figure.paired)]
        assert told[name] == [f"`{figure.bound}`, {high}", *sure], name
