"""`router canary`: a version goes on trial, becomes active, or is taken away."""

import re
from dataclasses import replace
from typing import Any

import pytest

from cdk.settings import Serving, Settings
from cli import canary, rollback, sweep, trial
from cli.options import Choice
from cli.problems import NoAnswer, Refused
from cli.target import Target
from cli.trial import Wish
from deploy.trial import end_trial
from intent.pointer import Candidate
from intent.runs import job_name
from tests.unit.deploy.fakes import deployment_of, model_of, provisioned_of

from .promoted import App, app, start

__all__ = ["app"]

TEN = Wish("canary", 0.1)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "_EVERY", {"embedded": 0, "account": 0})


@pytest.fixture
def two(app: App) -> App:
    """v2 is active, and v1 before it."""
    app.run("one")
    app.run("two")
    return app


def try_out(app: App, number: int = 1, wish: Wish = TEN) -> Candidate:
    return trial.start(app.console, app.target, number, wish)


def ring(app: App, state: str) -> None:
    cloudwatch = app.clients["cloudwatch"]
    settings = {"MetricName": "m", "Namespace": "n", "Statistic": "Average", "Period": 300, "EvaluationPeriods": 1}
    over = {"Threshold": 0.1, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}
    cloudwatch.put_metric_alarm(AlarmName="fallbacks", **settings, **over)
    cloudwatch.set_alarm_state(AlarmName="fallbacks", StateValue=state, StateReason="test")


def test_given_a_version_then_it_is_on_trial_beside_the_active_one(two: App) -> None:
    before = two.active
    found = try_out(two)
    assert two.active.candidate == found
    assert two.active.without_candidate() == before
    assert (found.version, found.mode, found.share, found.max_usd_per_day) == (1, "canary", 0.1, None)
    assert found.distilled.deployment_arn == deployment_of("one")
    assert two.room.lease.holder() is None


def test_given_a_shadow_then_its_cap_is_in_the_pointer(two: App) -> None:
    found = try_out(two, wish=Wish("shadow", 0.05, 2.5))
    assert (found.mode, found.share, found.max_usd_per_day) == ("shadow", 0.05, 2.5)


def test_given_a_version_that_was_retired_then_it_is_deployed_anew_and_stays_while_it_is_tried(two: App) -> None:
    two.run("three")
    assert deployment_of("one") not in two.bedrock.deployments
    arn = try_out(two).distilled.deployment_arn
    assert two.bedrock.deployments[arn] == model_of("one")


@pytest.mark.parametrize("share", [0, -0.1, 0.51, float("nan")])
def test_given_a_share_that_is_none_then_nothing_changes(two: App, share: float) -> None:
    with pytest.raises(Refused, match=r"at most 0\.5"):
        try_out(two, wish=Wish("canary", share))
    assert two.active.candidate is None


def test_given_another_share_then_the_trial_goes_on_and_with_another_mode_it_begins_anew(two: App) -> None:
    first = try_out(two)
    more = try_out(two, wish=Wish("canary", 0.3))
    assert (more.share, more.started_at) == (0.3, first.started_at)
    assert try_out(two, wish=Wish("shadow", 0.3, 1.0)).started_at > first.started_at


def test_given_a_version_on_trial_then_another_has_to_wait(two: App) -> None:
    two.run("three")
    try_out(two, 2)
    with pytest.raises(Refused, match="v2 is on trial"):
        try_out(two, 1)


def test_given_what_cannot_be_tried_then_that_is_said(two: App) -> None:
    with pytest.raises(Refused, match="active already"):
        try_out(two, 2)
    with pytest.raises(NoAnswer, match="no version v000009"):
        try_out(two, 9)
    first = two.room.versions.find(1)
    assert first is not None
    two.room.objects.write(first.edge.s3_key, b"something else")
    with pytest.raises(Refused, match="not what was promoted"):
        try_out(two)
    assert two.active.candidate is None


def test_given_nothing_active_then_there_is_nothing_to_try_it_beside(app: App) -> None:
    with pytest.raises(Refused, match="No version is active"):
        try_out(app)
    with pytest.raises(Refused, match="Nothing is on trial"):
        trial.promote(app.console, app.target)


def test_given_an_alarm_that_still_rings_then_no_new_trial_begins_since_nobody_would_stop_it(two: App) -> None:
    ring(two, "ALARM")
    with pytest.raises(Refused, match="Still ringing about an earlier candidate: fallbacks"):
        try_out(two)
    ring(two, "OK")
    assert try_out(two).version == 1


def test_given_a_run_under_way_then_a_trial_cannot_start_but_can_be_stopped(two: App) -> None:
    try_out(two)
    two.room.lease.take(start(two, "three"), "three", lambda _: True)
    with pytest.raises(Refused, match="held by three"):
        try_out(two, wish=Wish("canary", 0.2))
    found = trial.stop(two.target)
    assert found is not None
    assert (found.version, two.active.version, two.active.candidate) == (1, 2, None)
    assert trial.stop(two.target) is None


def test_given_a_promotion_then_the_version_is_active_and_its_parent_is_what_was(two: App) -> None:
    candidate = try_out(two)
    trial.promote(two.console, two.target)
    assert (two.active.version, two.active.parent, two.active.candidate) == (1, 2, None)
    assert (two.active.distilled, two.active.edge) == (candidate.distilled, candidate.edge)
    rollback.rollback(two.console, two.target, None)
    assert (two.active.version, two.active.rolled_back_from) == (2, 1)
    assert two.run("three").version == 3


def test_given_an_alarm_that_stops_it_meanwhile_then_it_is_not_promoted(
    two: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    try_out(two)
    check = trial.check_edge

    def slow(*words: Any) -> None:
        assert end_trial(two.room.pointers) is not None
        check(*words)

    monkeypatch.setattr(trial, "check_edge", slow)
    with pytest.raises(Refused, match="moved by somebody else"):
        trial.promote(two.console, two.target)
    assert (two.active.version, two.active.candidate) == (2, None)


def test_given_a_deployment_that_is_gone_then_it_is_not_promoted(two: App) -> None:
    try_out(two)
    del two.bedrock.deployments[deployment_of("one")]
    with pytest.raises(Refused, match="router canary stop"):
        trial.promote(two.console, two.target)
    assert two.active.version == 2


@pytest.fixture
def units(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack buys model units from now on."""
    bought = replace(trial.of_stage("dev"), serving=Serving(kind="provisioned"))

    def of_stage(_: str) -> Settings:
        return bought

    monkeypatch.setattr(trial, "of_stage", of_stage)


def test_given_provisioned_throughput_then_a_canary_has_it_a_promotion_keeps_it_and_nothing_sweeps_it(
    two: App, units: None
) -> None:
    found = try_out(two).distilled.deployment_arn
    assert found == provisioned_of(job_name("one", "rollback"))
    assert found not in {orphan.target for orphan in sweep.find(two.target)}
    trial.promote(two.console, two.target)
    assert two.active.distilled.deployment_arn == found
    assert [*two.bedrock.bought] == [found]


def test_given_a_candidate_with_units_beside_its_records_then_what_it_asks_is_no_orphan(two: App, units: None) -> None:
    found = try_out(two).distilled.deployment_arn
    record = two.room.versions.find(1)
    assert record is not None
    assert record.distilled.deployment_arn != found, "v1 is also the parent, whose record names its first deployment"
    assert found not in {orphan.target for orphan in sweep.find(two.target)}
    end_trial(two.room.pointers)
    assert found in {orphan.target for orphan in sweep.find(two.target)}


def test_given_provisioned_throughput_then_no_shadow_is_bought_since_no_cap_could_hold(two: App, units: None) -> None:
    with pytest.raises(Refused, match="paid by the hour"):
        try_out(two, wish=Wish("shadow", 0.05, 1.0))
    assert (two.active.candidate, two.bedrock.bought) == (None, {})


def test_given_a_setting_that_was_switched_meanwhile_then_a_candidate_that_the_route_may_not_ask_is_not_promoted(
    two: App, request: pytest.FixtureRequest
) -> None:
    try_out(two)
    request.getfixturevalue("units")
    with pytest.raises(Refused, match="serving is set otherwise"):
        trial.promote(two.console, two.target)
    assert two.active.version == 2


def test_given_a_rollback_then_the_trial_has_ended_and_that_is_said(two: App) -> None:
    two.run("three")
    try_out(two, 1)
    rollback.rollback(two.console, two.target, None)
    assert (two.active.version, two.active.candidate) == (2, None)
    assert "v1 is not on trial any more." in two.said


def test_given_the_commands_then_each_says_what_it_did(two: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canary, "console", two.console)

    def target(_: Choice) -> Target:
        return two.target

    monkeypatch.setattr(Choice, "target", target)
    ring(two, "OK")

    def call(*words: str) -> str:
        before = len(two.said)
        canary.app(args=[*words], standalone_mode=False, obj=Choice(None, "dev"))
        return two.said[before:]

    assert call("status") == "Nothing is on trial.\n"
    assert call("stop") == "Nothing was on trial.\n"
    assert call("start", "v1", "--share", "0.2").startswith("v1 answers 20.0% of the queries.")
    shown = call("status")
    assert re.search(r"v1 answers 20.0% of the queries beside v2, since \d{4}", shown)
    assert re.search(r"OK +fallbacks", shown)
    assert call("stop") == "v1 is not on trial any more.\n"
    assert call("start", "v1", "--shadow", "--sample", "0.3").startswith("v1 is asked about 30.0%")
    assert call("promote").startswith("v1 is active.")
