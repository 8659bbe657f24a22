"""`gate.yaml`: what it may say, and how a slip is told."""

from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from evaluate import gate
from intent import gatefile
from intent.figures import FIGURES, WHO
from intent.gatefile import GateError, read
from intent.rules import Rule
from tests.unit.intent.gatefiles import BROKEN, FINE, WRONG

ROOT = Path(__file__).parents[3]


@pytest.fixture
def chosen(tmp_path: Path) -> Generator[Path]:
    """A gate file of one's own, not yet written, in place of the checkout's."""
    file = tmp_path / "own.yaml"
    gatefile.choose(file)
    yield file
    gatefile.choose(ROOT / "gate.yaml")


def test_given_the_shipped_file_then_it_asks_what_the_design_asks() -> None:
    rules = gatefile.load()
    assert {rule.candidate for rule in rules} == {"distilled", "edge", "cascade"}
    assert {(rule.figure, rule.bound) for rule in rules if rule.other is None} == {
        ("valid", 0.995),
        ("recall", 0.7),
        ("mae", 0.08),
    }
    assert {(rule.figure, rule.other, rule.bound, rule.certain) for rule in rules if rule.other} == {
        ("top1", "baseline", -0.01, True),
        ("judge", "baseline", -0.2, False),
        ("cost_per_million_usd", "baseline", 0.05, False),
        ("latency_ms.p50", "baseline", 0.0, False),
        ("top1", "active", -0.01, False),
    }


def test_given_a_file_of_ones_own_then_its_rules_decide(chosen: Path) -> None:
    chosen.write_text("rules:\n  - {candidate: edge, figure: mae, at_most: 0.2}  # mine\n")
    (rule,) = gatefile.load()
    assert rule == Rule(candidate="edge", figure="mae", at_most=0.2)
    found = gate.judge({"edge": {"mae": 0.1}}, rules=gatefile.load(), active=None)
    assert (found["passed"], found["reason"]) == (True, "all 1 rules hold")


@pytest.mark.parametrize("text", [None, "rules: ["])
def test_given_a_file_that_cannot_be_read_then_it_is_named(chosen: Path, text: str | None) -> None:
    if text:
        chosen.write_text(text)
    with pytest.raises(GateError, match=r"gate: cannot read .*own\.yaml"):
        gatefile.load()


@pytest.mark.parametrize("line", FINE)
def test_given_a_rule_that_makes_sense_then_it_is_read(line: str) -> None:
    _, rule = read(yaml.safe_load(f"rules: [{FINE[0]}, {line}]"))
    assert rule.text.startswith(f"{rule.candidate}: {FIGURES[rule.figure].words}")


@pytest.mark.parametrize(("line", "words"), [*BROKEN, *WRONG])
def test_given_a_rule_that_does_not_then_number_key_and_fix_are_told(line: str, words: str) -> None:
    with pytest.raises(GateError) as refused:
        read(yaml.safe_load(f"rules: [{FINE[0]}, {line}]"))
    assert str(refused.value).startswith(f"gate: rule 2: {words}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3", "gate: must be keys and values, such as {rules: [...]}; is 3"),
        ("{}", "gate: rules: is missing"),
        ("rules: 3", "gate: rules: must be a list of rules; is 3"),
        ("rules: []", "gate: rules: there is none, and nothing would be asked; write at least one"),
        (f"rule: [{FINE[0]}]", "gate: rules: is missing; gate: rule: unknown key; known are rules"),
        (
            "rules: [{candidate: cascade, figure: top1, against: active, at_least: 0}]",
            "gate: rules: all are about active, which a first run has not; add one that always applies",
        ),
    ],
)
def test_given_a_file_that_is_no_gate_then_that_is_told(text: str, words: str) -> None:
    with pytest.raises(GateError) as refused:
        read(yaml.safe_load(text))
    assert str(refused.value) == words


def test_given_two_slips_then_both_are_told() -> None:
    with pytest.raises(GateError, match=r"gate: rule 1: candidate: unknown.*; gate: rule 3: figure: unknown"):
        read(
            yaml.safe_load(
                f"rules: [{{candidate: x, figure: top1, at_least: 0}}, {FINE[0]}, "
                "{candidate: edge, figure: x, at_least: 0}]"
            )
        )


def test_given_every_candidate_and_figure_then_words_stand_for_it_that_html_need_not_escape() -> None:
    words = [*WHO.values(), *(figure.words for figure in FIGURES.values())]
    assert len(set(words)) == len(words)
    assert not set("'\"<>&") & set("".join(words))
