"""Taking a stage down: every step is tried, jobs are stopped before what they make is deleted, nothing is left."""

from typing import Any

import pytest
from rich.console import Console

from cli import teardown
from cli.problems import NoStack, ToolFailed
from cli.sweep import Orphan
from cli.target import Target
from cli.teardown import tear_down

from .promoted import App, app

__all__ = ["app"]


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


def nothing(_: Target) -> None:
    """For what the end-to-end test shows."""


def down(app: App, cdk: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(teardown, "stop_jobs", nothing)
    monkeypatch.setattr(teardown, "_empty", nothing)
    monkeypatch.setitem(teardown.PAUSE, "account", 0.0)
    return tear_down(app.console, app.target, cdk)


def test_given_a_promoted_version_then_nothing_of_it_is_left(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.run("one")
    app.room.write_run("lost")
    cdk = Cdk()
    assert down(app, cdk, monkeypatch) == []
    assert (app.bedrock.deployments, app.bedrock.models) == ({}, set())
    assert cdk.destroyed == 1
    assert teardown.run_ids(app.target) == []


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

    def in_use(_: Target, orphans: list[Orphan], __: object) -> list[Orphan]:
        return orphans

    monkeypatch.setattr(teardown, "TRIES", 2)
    monkeypatch.setattr(teardown.sweep, "delete", in_use)
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


class Jobs:
    """Bedrock with one customization job, which takes a while to stop."""

    def __init__(self) -> None:
        self.looks = ["InProgress", "Stopping", "Stopping", "Stopped"]
        self.stopped: list[str] = []

    def get_model_customization_job(self, jobIdentifier: str) -> dict[str, Any]:  # noqa: N803
        return {"status": self.looks.pop(0) if len(self.looks) > 1 else self.looks[0], "jobIdentifier": jobIdentifier}

    def stop_model_customization_job(self, jobIdentifier: str) -> None:  # noqa: N803
        self.stopped.append(jobIdentifier)


def test_given_a_job_that_trains_then_it_is_stopped_and_waited_for(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    def stop_all(_: object, prefix: str) -> dict[str, str]:
        judged.append(prefix)
        return {}

    app.room.write_run("one")
    jobs = app.clients["bedrock"] = Jobs()
    monkeypatch.setattr(teardown.evaluation, "stop_all", stop_all)
    monkeypatch.setitem(teardown.PAUSE, "account", 0.0)
    teardown.stop_jobs(app.target)
    assert jobs.stopped == ["one-distill"]
    assert judged == ["one-judge-"]
    assert jobs.looks == ["Stopped"]
