"""Gates that are claimed to catch a defect get one. (Others sit beside their gate: tests/infra/test_guard.py plants
22 in the template, tests/unit/route/faults/test_injections.py a logged query, tests/prove/test_secrets.py a secret.)
"""

import copy
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdk import assets
from tests.infra.conftest import ROOT
from tests.infra.template import Template
from tests.infra.test_assets import differ
from tests.infra.test_stack import unwritten
from tests.pipeline import machine
from tests.pipeline.conftest import DEFINITION, LIMITS, all_well, plan
from tests.pipeline.machine import Machine, Walk
from tests.pipeline.record import Record, expressions, ways_of
from tests.pipeline.test_definition import endless

TEXT = DEFINITION.read_text(encoding="utf-8")
PATH = re.compile(r"\$[a-z_]+(\.[A-Za-z_]+)+")


def misspelt(text: str) -> list[str]:
    """The definition with the last word of one expression's path misspelt: for every expression that is but a path."""
    whole = {found for found in expressions(json.loads(text)) if PATH.fullmatch(found)}
    return [text.replace(f"{{% {path} %}}", f"{{% {path}x %}}") for path in sorted(whole)]


def walked(text: str, road: str) -> Walk:
    """A run in which every function says that all went well."""
    filled = re.sub(r"\$\{(\w+)\}", lambda found: LIMITS.get(found[1], found[1]), text)
    return Machine(json.loads(filled), {**all_well(), "PlanFunction": lambda _: plan(road=road)}).run({})


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> Record:
    """Walks with defects are kept out of the session's record."""
    fresh = Record()
    monkeypatch.setattr(machine, "SESSION", fresh)
    return fresh


def test_a_misspelt_path_leads_a_good_run_astray(record: Record) -> None:
    right, written, caught = states_of(TEXT), set(expressions(json.loads(TEXT))), 0
    for text in misspelt(TEXT):
        found = states_of(text)
        (changed,) = set(expressions(json.loads(text))) - written
        assert found != right or changed not in record.inputs, changed
        caught += found != right
    assert caught > 30


def states_of(text: str) -> list[list[str]]:
    """What a good run goes through, on each road."""
    return [walked(text, road).states for road in ("online", "batch")]


def test_a_misspelt_condition_leaves_a_way_untaken(record: Record) -> None:
    text = TEXT.replace("$dataset.status = 'ready'", "$dataset.state = 'ready'")
    walked(text, "online")
    assert ("Generate: is the data set ready?", "choice 1") in set(ways_of(json.loads(text))) - record.ways
    walked(TEXT, "online")
    assert ("Generate: is the data set ready?", "choice 1") in record.ways


@pytest.mark.parametrize("room", ["batch", "distill", "deploy", "judge"])
def test_a_loop_without_a_limit_is_found(room: str) -> None:
    text = re.sub(rf" and \$polls < \$limits\.{room}_polls", "", TEXT)
    assert text != TEXT
    assert endless(json.loads(text))
    assert not endless(json.loads(TEXT))


def test_an_alarm_on_a_metric_that_nobody_writes_is_found(dev: Template) -> None:
    body = copy.deepcopy(dev.body)
    alarms = [found["Properties"] for found in body["Resources"].values() if found["Type"] == "AWS::CloudWatch::Alarm"]
    (alarm,) = (found for found in alarms if found.get("MetricName") == "Fallbacks")
    alarm["MetricName"] = "Fallback"
    assert unwritten(body) == {alarm["AlarmDescription"]}


def stamped(code: Callable[..., Path]) -> Callable[..., Path]:
    """A build that writes into the bundle when it was made."""
    count = itertools.count()

    def build(*given: Any, **others: Any) -> Path:
        return code(*given, **others, built={"number": next(count) + 1})

    return build


def test_a_bundle_that_is_another_one_each_time_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert not differ(ROOT, tmp_path / "good")
    monkeypatch.setattr(assets, "code", stamped(assets.code))
    assert differ(ROOT, tmp_path / "bad") == {"built.json"}
