"""The door: options, exit codes, and problems in one line."""

from pathlib import Path

import pytest

from cli import canary, options
from cli.main import app
from cli.options import Choice
from cli.problems import NoStack
from cli.target import Where

COMMANDS = [
    "ask",
    "deploy",
    "destroy",
    "diff",
    "down",
    "plan",
    "report",
    "rollback",
    "run",
    "smoke",
    "stop",
    "sweep",
    "up",
    "versions",
    "watch",
]


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(*words)
    return int(ended.value.code or 0)


def test_given_the_app_then_its_commands_are_these() -> None:
    names = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    assert sorted(names) == COMMANDS


def test_given_the_canary_group_then_its_commands_are_these() -> None:
    names = [command.name or getattr(command.callback, "__name__", "") for command in canary.app.registered_commands]
    assert names == ["start", "promote", "stop", "status"]


@pytest.mark.parametrize("command", COMMANDS)
def test_given_help_then_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(command, "--help") == 0
    assert command in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        (["--aws", "run"], Where.AWS),
        (["run", "--aws"], Where.AWS),
        (["run", "--examples", "200", "--local"], Where.LOCAL),
        (["run"], None),
    ],
)
def test_given_a_problem_then_it_is_one_line_and_exit_code_1(
    words: list[str], chosen: Where | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Where | None] = []

    def resolve(where: Where | None, _: str, __: Path | None = None) -> None:
        asked.append(where)
        raise NoStack("Deploy it first: router deploy")

    monkeypatch.setattr(options, "resolve", resolve)
    assert call(*words) == 1
    assert capsys.readouterr().err.strip() == "Deploy it first: router deploy"
    assert asked == [chosen]


def test_given_settings_beside_a_run_to_resume_then_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def resolve(_: Where | None, __: str) -> None:
        """Nothing is asked of the target."""

    monkeypatch.setattr(options, "resolve", resolve)
    assert call("run", "--resume", "try-12ab34cd", "--examples", "300") == 1
    assert "leave --examples out" in capsys.readouterr().err


def test_given_a_misspelt_option_then_exit_code_2() -> None:
    assert call("run", "--exmaples", "3") == 2


def test_given_a_stage_then_it_reaches_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def resolve(_: Where | None, stage: str) -> None:
        seen.append(stage)

    monkeypatch.setattr(options, "resolve", resolve)
    Choice(None, "prod").target()
    assert seen == ["prod"]
