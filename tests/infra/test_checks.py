"""The checkers check: cdk-nag runs at synthesis and can fail it, its waivers are few and reasoned, cfn-lint agrees."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from tests.infra.conftest import ROOT
from tests.infra.template import Template

SNAPSHOT = Path(__file__).parent / "waivers.json"


def test_cdk_nag_fails_a_synthesis_that_breaks_a_rule(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    s3.Bucket(Stack(app, "Careless"), "Bucket")
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((tmp_path / "validation-report.json").read_text())
    found = {one["ruleName"] for plugin in report["pluginReports"] for one in plugin["violations"]}
    assert "AwsSolutions-S10" in found


def test_both_packs_are_attached_to_our_app() -> None:
    source = (ROOT / "app.py").read_text()
    assert "add_plugins(AwsSolutionsChecks(" in source
    assert "ServerlessChecks(" in source


def test_waivers_are_those_that_we_know(templates: dict[str, Template]) -> None:
    """After a change that is meant: `python -m tests.infra.waivers` writes the snapshot anew."""
    found = {stage: one.waivers for stage, one in templates.items()}
    known = json.loads(SNAPSHOT.read_text())
    assert found["dev"] == found["prod"] == known["account"]
    added = {path: rules for path, rules in found["local"].items() if rules != found["dev"].get(path)}
    assert {rule for rules in added.values() for rule in rules} == {
        "AwsSolutions-L1",
        "Serverless-LambdaLatestVersion",
        "Serverless-LambdaDLQ",
    }


def test_every_waiver_is_below_the_stack_and_has_a_reason(each: Template) -> None:
    for path, rules in each.waivers.items():
        assert path.count("/") >= 1, f"{path} is too wide"
        assert all(len(reason) > 30 for reason in rules.values()), path


def test_cfn_lint_agrees(dev: Template) -> None:
    """W3005 is CDK's own DependsOn, beside references that already say so."""
    done = subprocess.run(
        [Path(sys.executable).parent / "cfn-lint", "-t", dev.path, "-r", "us-east-1", "us-west-2", "-i", "W3005"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
