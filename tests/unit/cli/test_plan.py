"""What a run would cost, on a terminal, without any AWS."""

import io
import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cdk.settings import Settings
from cli import plan as planning
from cli.main import app
from cli.problems import Refused
from cli.settings import ROOT, of_stage
from intent import gatefile
from intent.bill import ON_DEMAND
from tests.unit.samples import run

PREMIER = "us.amazon.nova-premier-v1:0"


def outlook(prices_file: Path | None = None, **given: Any) -> planning.Outlook:
    return planning.think_through(given, stage="dev", prices_file=prices_file)


def shown(found: planning.Outlook) -> str:
    console = Console(file=io.StringIO(), width=80)
    planning.show(console, found)
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(*words)
    return int(ended.value.code or 0)


def test_given_no_aws_at_all_then_the_default_run_is_thought_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def closed(*_: Any, **__: Any) -> None:
        raise AssertionError("the plan needs no network")

    monkeypatch.setattr(socket.socket, "connect", closed)
    assert call("plan") == 0
    text = capsys.readouterr().out
    assert all(item in text for item in ON_DEMAND)
    assert "It may start." in text


def test_given_80_columns_then_every_item_has_one_line_and_nothing_is_cut() -> None:
    text = shown(outlook())
    rows = [line for line in text.splitlines() if line.strip().startswith(ON_DEMAND)]
    assert len(rows) == len(ON_DEMAND)
    assert "…" not in text
    for part in (
        "cap      60.00 USD",
        "2,000 queries are mixed",
        "9,000 for training",
        "10,000 examples, DISTILLATION",
    ):
        assert part in text


def test_given_options_then_they_are_the_runs_own() -> None:
    found = outlook(examples=1000, road="batch", customization="FINE_TUNING", holdout=50)
    assert (found.run.examples, found.run.road, found.run.holdout) == (1000, "batch", 50)
    assert "job_teacher" not in {item.item for item in found.items}
    assert "for writing, of" in shown(found)
    assert "15,000 pairs" not in shown(found)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"examples": 7}, "examples: "),
        ({"road": "rail"}, "road: "),
        ({"mode": "prompts", "customization": "FINE_TUNING"}, "FINE_TUNING needs"),
        ({"judge": "x.y"}, "no price for x.y; add one"),
    ],
)
def test_given_input_that_is_wrong_then_it_is_said_in_one_line(given: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        outlook(**given)


def test_given_a_stage_whose_gate_is_broken_then_rule_and_key_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "gate.yaml"
    own.write_text("rules:\n  - {candidate: edge, figure: mae, at_most: 8}\n")
    settings = replace(of_stage("dev"), gate=str(own))

    def broken(_: str) -> Settings:
        return settings

    monkeypatch.setattr(planning, "of_stage", broken)
    try:
        with pytest.raises(Refused, match="gate: rule 1: at_most: must be between 0 and 1, is 8"):
            outlook()
    finally:
        gatefile.choose(ROOT / "gate.yaml")


def test_given_a_run_above_its_cap_then_it_would_be_refused_and_the_command_fails() -> None:
    found = outlook(max_cost_usd=5.0)
    assert "above max_cost_usd 5.00" in str(found.objection)
    assert "It would be refused: it may cost" in " ".join(shown(found).split())
    assert call("plan", "--max-cost-usd", "5") == 1


def test_given_a_model_that_has_gone_then_the_successor_is_named_or_stands_in() -> None:
    assert "use us.amazon.nova-pro-v1:0" in str(outlook(teacher=PREMIER).objection)
    found = outlook(teacher=PREMIER, on_legacy="substitute")
    assert (found.objection, found.run.teacher) == (None, run().teacher)
    assert f"teacher: us.amazon.nova-pro-v1:0 instead of {PREMIER}" in shown(found)


def test_given_prices_of_ones_own_then_the_bill_follows_them(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    free = {model: {"input": 0, "output": 0} for model in run().models.values()}
    own.write_text(json.dumps({"models": free, "aws": {"per_run": 0, "per_step": 0}}))
    assert {item.item for item in outlook(own).items if item.usd} == {"training", "model_storage_month"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"models": {"x": {"input": 1}}}', r"prices\.models\.x\.output: Field required"),
        ("[1]", "must hold a JSON object"),
        ("{", "cannot be read as JSON"),
    ],
)
def test_given_a_price_file_that_is_wrong_then_its_key_is_named(tmp_path: Path, text: str, words: str) -> None:
    own = tmp_path / "prices.json"
    own.write_text(text)
    with pytest.raises(Refused, match=words):
        outlook(own)
    with pytest.raises(Refused, match="cannot be read"):
        outlook(tmp_path / "absent.json")
