"""How CDK is called: which words, which environment, and what its failure looks like (a script stands in for it)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli import toolchain
from cli.problems import ToolFailed
from cli.settings import ROOT
from cli.target import Target
from cli.toolchain import Cdk


class FakeCloud:
    endpoint = "http://localhost:4700"
    taxonomy = ROOT / "taxonomy.yaml"

    def environment(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": self.endpoint, "AWS_ACCESS_KEY_ID": "test"}


Calls = Callable[[str], Cdk]


@pytest.fixture
def cdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    def standing_in(script: str) -> Cdk:
        tool = tmp_path / "cdk"
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
        monkeypatch.setattr(toolchain, "_CDK", tool)
        running: Any = FakeCloud()
        return Cdk(target=Target(boto3.Session(region_name="us-east-1"), "local", running), assembly=tmp_path / "out")

    return standing_in


def test_given_synth_then_the_stage_is_told_and_the_assembly_placed(cdk: Calls, tmp_path: Path) -> None:
    assert cdk('echo "$@"').synth().split() == (
        [
            "synth",
            "--quiet",
            "--output",
            str(tmp_path / "out"),
            "-c",
            "stage=local",
            "-c",
            f"taxonomy={ROOT / 'taxonomy.yaml'}",
            "--no-notices",
        ]
    )


def test_given_the_embedded_aws_then_a_profile_of_the_shell_does_not_leak(
    cdk: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = cdk('echo "$AWS_PROFILE|$AWS_ACCESS_KEY_ID|$AWS_ENDPOINT_URL"')
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    assert found.deploy().strip() == "|test|http://localhost:4700"


def test_given_a_failure_then_its_last_lines_are_told(cdk: Calls) -> None:
    with pytest.raises(ToolFailed, match=r"cdk deploy failed \(exit code 3\).\nthe reason"):
        cdk("echo the reason; exit 3").deploy()


def test_given_no_tool_then_the_way_out_is_named(cdk: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    found = cdk("")
    monkeypatch.setattr(toolchain, "_CDK", Path("/nowhere/cdk"))
    with pytest.raises(ToolFailed, match="make setup"):
        found.synth()
