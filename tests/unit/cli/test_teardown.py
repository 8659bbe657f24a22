"""Taking a stage down: every step is tried, jobs are stopped before what they make is deleted, nothing is left."""

from typing import Any

import pytest
from rich.console import Console

from cli import teardown
from cli.problems import NoStack, ToolFailed
from cli.target import Target
from cli.teardown import tear_down

from .promoted import App, app

__all__ = ["app"]
STEPS = 6


class Cdk:
    """Stands in for the command line: remembers, and may fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.destroyed, self._error = 0, error

    def destroy(self, *, ask: bool) -> str:
        assert not ask
        self.destroyed += 1
        if self._error:
            raise self._error
        return ""


def down(app: App, cdk: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(teardown, "_stop_jobs", lambda _: None)
    monkeypatch.setattr(teardown, "_empty", lambda _: None)
    monkeypatch.setitem(teardown._PAUSE, "account", 0.0)
    return tear_down(app.console, app.target, cdk)


def test_given_a_promoted_version_then_nothing_of_it_is_left(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.run("one")
    app.room.write_run("lost")
    cdk = Cdk()
    assert down(app, cdk, monkeypatch) == []
    assert (app.bedrock.deployments, app.bedrock.models) == ({}, set())
    assert cdk.destroyed == 1
    assert teardown._run_ids(app.target) == []


def test_given_a_stack_that_cannot_be_deleted_then_that_is_told(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    left = down(app, Cdk(ToolFailed("cdk destroy failed")), monkeypatch)
    assert left == ["Delete the stack: cdk destroy failed"]


def test_given_a_step_that_fails_then_the_others_are_done(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Target) -> None:
        raise app.clients["ssm"].exceptions.ClientError({"Error": {"Code": "AccessDenied"}}, "ListExecutions")

    monkeypatch.setattr(teardown, "_stop_runs", denied)
    cdk = Cdk()
    (left,) = down(app, cdk, monkeypatch)
    assert left.startswith("Stop runs: AWS answered AccessDenied")
    assert cdk.destroyed == 1


def test_given_a_model_that_does_not_go_then_it_is_named_after_some_patience(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.run("one")
    monkeypatch.setattr(teardown, "_TRIES", 2)
    monkeypatch.setattr(teardown.sweep, "delete", lambda _, orphans, __: list(orphans))
    (left,) = down(app, Cdk(), monkeypatch)
    assert left.startswith("Delete deployments and models: still there")


def test_given_no_stack_then_only_the_command_line_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        stack = "intent-router-smoke"

        def client(self, _: str) -> Any:
            raise NoStack("not deployed")

    target: Any = Nothing()
    cdk: Any = Cdk()
    assert tear_down(Console(quiet=True), target, cdk) == []
    assert cdk.destroyed == 1
