"""The README's first screen: its commands exist, and its curl gets the answer that it promises."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from cli import ask, bringup
from cli.target import ROOT, Target
from tests.local.conftest import Ended

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    return [line.split("   #")[0].strip() for line in blocks("bash")[0].replace("\\\n", "").splitlines()]


@pytest.mark.parametrize("command", [command for command in commands() if command.startswith("make ")])
def test_given_a_make_command_then_make_knows_it(command: str) -> None:
    subprocess.run(["bash", "-c", f"{command} --dry-run"], cwd=ROOT, check=True, capture_output=True, timeout=30)


def test_given_the_first_screen_then_it_leads_to_an_answer(target: Target, promoted: Ended, tmp_path: Path) -> None:
    bringup.introduce(Console(quiet=True), target, tmp_path / "out")
    (settings,) = [command for command in commands() if command.startswith(". ")]
    (curl,) = [command for command in commands() if command.startswith("curl ")]
    environment = {"PATH": os.environ["PATH"], "no_proxy": "localhost"}
    script = f"{settings}\n{curl}"
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=30
    )
    answer = json.loads(done.stdout)
    promised = json.loads(blocks("json")[0])
    assert promised.keys() <= answer.keys()
    assert ask.sums_to_one(promised["weights"])
    assert ask.sums_to_one(answer["weights"])
    assert max(answer["weights"], key=answer["weights"].get) == max(promised["weights"], key=promised["weights"].get)


def test_given_every_other_command_then_it_is_one_that_is_tested(target: Target) -> None:
    known = ("make ", ". out/route.env", "curl ")
    assert [command for command in commands() if not command.startswith(known)] == []


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"`make ([a-z0-9]+)`", README))))
def test_given_a_make_verb_in_the_text_then_make_knows_it(verb: str) -> None:
    subprocess.run(["make", "--dry-run", verb], cwd=ROOT, check=True, capture_output=True, timeout=30)
