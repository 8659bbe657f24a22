"""`router versions`, `router rollback` and `router diff`."""

import re
from dataclasses import replace
from typing import Any

import pytest

from bedrock import deployment
from cdk.serving import Serving
from cdk.settings import Settings
from cli import diff, rollback, versions
from cli.problems import NoAnswer, Refused
from deploy import serving
from intent.runs import job_name
from store.lease import Held
from tests.unit.deploy.fakes import deployment_of, execution, model_of, provisioned_of
from tests.unit.samples import WEIGHTS
from tests.unit.wire import Wire, said

from .promoted import App, app, start

__all__ = ["app"]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "_EVERY", {"embedded": 0, "account": 0})


def back(app: App, to: int | None = None) -> None:
    rollback.rollback(app.console, app.target, to)


def test_given_versions_then_each_has_a_line_and_the_active_one_is_marked(app: App) -> None:
    for run in ("one", "two", "cli-20261121-235959-abcd-12345678"):
        app.run(run)
    app.bedrock.models.discard(model_of("one"))
    versions.show(app.console, versions.load(app.target), app.active)
    lines = [line for line in app.said.splitlines() if re.match(r"[* ] v\d", line)]
    assert ["* v3" in line for line in lines] == [True, False, False]
    assert "90%, 85%" in lines[0]
    assert ["Active" in lines[0], "Active" in lines[1], "gone" in lines[2]] == [True, True, True]
    assert "Active: v3." in app.said


def test_given_no_version_then_the_way_to_one_is_named(app: App) -> None:
    versions.show(app.console, versions.load(app.target), None)
    assert "router run" in app.said


@pytest.mark.parametrize("text", ["v12", "12", "v000012"])
def test_given_a_version_in_any_form_then_it_is_understood(text: str) -> None:
    assert versions.number(text) == 12


@pytest.mark.parametrize("text", ["", "v", "v0", "-1", "latest", "v1.2", "1" * 30])
def test_given_something_else_then_it_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refused, match="is no version"):
        versions.number(text)


def test_given_a_rollback_then_the_parent_is_active_and_says_where_it_came_from(app: App) -> None:
    first = app.run("one")
    app.run("two")
    back(app)
    assert (app.active.version, app.active.rolled_back_from, app.active.run_id) == (1, 2, "one")
    assert app.active.promoted_at > first.promoted_at
    assert app.room.lease.holder() is None
    versions.show(app.console, versions.load(app.target), app.active)
    assert "Active: v1, rolled back from v2." in app.said


def test_given_a_rollback_then_the_next_promotion_takes_a_new_number_and_this_parent(app: App) -> None:
    app.run("one")
    app.run("two")
    back(app)
    assert (app.run("three").version, app.active.parent) == (3, 1)


def test_given_a_version_that_was_retired_then_it_is_deployed_anew_from_its_model(app: App) -> None:
    for run in ("one", "two", "three"):
        app.run(run)
    assert deployment_of("one") not in app.bedrock.deployments
    back(app, to=1)
    arn = app.active.distilled.deployment_arn
    assert (app.active.version, app.bedrock.deployments[arn]) == (1, model_of("one"))
    assert arn.endswith("/one-rollback")
    app.run("four")
    assert set(app.bedrock.deployments) == {arn, deployment_of("four")}, "the parent stays as it was deployed anew"


def test_given_a_rollback_and_its_own_way_back_then_what_is_deployed_is_used(app: App) -> None:
    app.run("one")
    app.run("two")
    back(app)
    back(app, to=2)
    assert (app.active.version, app.active.rolled_back_from) == (2, 1)
    assert app.active.distilled.deployment_arn == deployment_of("two")


def test_given_a_model_that_cannot_be_deployed_then_nothing_changes(app: App) -> None:
    for run in ("one", "two", "three"):
        app.run(run)
    app.bedrock.becomes = "Failed"
    with pytest.raises(Refused, match="Nothing has changed"):
        back(app, to=1)
    assert (app.active.version, app.room.lease.holder()) == (3, None)
    app.bedrock.becomes = "Active"
    back(app, to=1)
    assert app.active.version == 1


def test_given_a_model_that_is_gone_then_that_is_said(app: App) -> None:
    for run in ("one", "two", "three"):
        app.run(run)
    app.bedrock.models.discard(model_of("one"))
    with pytest.raises(Refused, match="neither deployed nor is its model kept"):
        back(app, to=1)


def test_given_another_edge_file_than_was_promoted_then_it_is_not_activated(app: App) -> None:
    first = app.run("one")
    app.run("two")
    app.room.objects.write(first.edge.s3_key, b"something else")
    with pytest.raises(Refused, match="not what was promoted"):
        back(app)
    assert app.active.version == 2


@pytest.mark.parametrize(("to", "says"), [(None, "Nothing was active before v1"), (1, "active already")])
def test_given_nowhere_to_go_then_that_is_said(app: App, to: int | None, says: str) -> None:
    app.run("one")
    with pytest.raises(Refused, match=says):
        back(app, to=to)
    with pytest.raises(NoAnswer, match="no version v000009"):
        back(app, to=9)


def test_given_a_run_under_way_then_a_rollback_waits_its_turn(app: App) -> None:
    app.run("one")
    app.run("two")
    app.room.lease.take(start(app, "three"), "three", lambda _: True)
    with pytest.raises(Refused, match="held by three"):
        back(app)
    assert app.active.version == 2


def test_given_a_dead_run_then_a_rollback_takes_its_lease_and_points_to_the_sweep(app: App) -> None:
    app.run("one")
    app.run("two")
    app.room.lease.take(f"{start(app, 'three')}-gone", "three", lambda _: True)
    back(app)
    assert app.active.version == 1
    assert "router sweep" in app.said


def test_given_a_rollback_under_way_then_a_run_cannot_start(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.run("one")
    app.run("two")
    seen: list[object] = []
    listed = deployment.listed

    def look(*words: Any) -> Any:
        seen.append(app.room.lease.take(execution("three"), "three", lambda _: False))
        return listed(*words)

    monkeypatch.setattr(deployment, "listed", look)
    back(app)
    assert [isinstance(found, Held) for found in seen] == [True]


def test_given_a_rollback_that_slept_while_a_run_promoted_then_it_changes_nothing(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.run("one")
    app.run("two")
    check = rollback.check_edge  # where the process sleeps

    def sleeps(*words: Any) -> None:
        app.clients["s3"].delete_object(Bucket="data", Key="lease.json")
        app.run("three")
        check(*words)

    monkeypatch.setattr(rollback, "check_edge", sleeps)
    with pytest.raises(Refused, match="moved by somebody else"):
        back(app)
    assert (app.active.version, app.active.run_id) == (3, "three")


def compared(app: App, *, distilled: bool = False) -> str:
    first, second = versions.find(app.target, 1), versions.find(app.target, 2)
    asked, changes = diff.compare(app.target, first, second, distilled=distilled)
    diff.show(app.console, ("v1", "v2"), asked, changes, rows=2)
    return app.said


def test_given_edge_students_that_lead_differently_then_queries_and_counts_are_shown(app: App) -> None:
    app.run("one", leading="audio")
    app.run("two", leading="visual")
    text = compared(app)
    assert "5 of 5 held-out queries lead differently: 5 are right now" in " ".join(text.split())
    assert "and 3 more" in text
    assert [text.count("query number 0"), text.count("query number 4")] == [1, 0]


def test_given_the_same_edge_student_then_nothing_has_changed(app: App) -> None:
    app.run("one")
    app.run("two")
    assert compared(app).startswith("0 of 5 held-out queries")


def test_given_deployments_then_both_are_asked(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "_CALLERS", 1)  # the wire serves one call at a time
    app.run("one")
    app.run("two")
    answers = {
        deployment_of("one"): WEIGHTS,
        deployment_of("two"): {**WEIGHTS, "visual": 0.1, "audio": 0.5},
    }

    def reply(asked: dict[str, Any]) -> dict[str, Any]:
        weights = answers[asked["modelId"]]
        return said("{" + ", ".join(f'"{name}": {value}' for name, value in weights.items()) + "}")

    app.clients["bedrock-runtime"] = Wire("bedrock-runtime").on("Converse", reply).client
    text = " ".join(compared(app, distilled=True).split())
    assert "5 of 5 held-out queries lead differently: 0 are right now, 5 were right before" in text


def test_given_a_version_that_is_not_deployed_then_that_is_said(app: App) -> None:
    app.run("one")
    app.run("two")
    app.bedrock.deployments.clear()
    with pytest.raises(NoAnswer, match="not deployed any more"):
        compared(app, distilled=True)


@pytest.fixture
def units(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack serves by provisioned throughput from now on."""
    here = rollback.of_stage("dev")
    bought = replace(here, serving=Serving(kind="provisioned"))

    def of_stage(_: str) -> Settings:
        return bought

    monkeypatch.setattr(rollback, "of_stage", of_stage)


def test_given_provisioned_throughput_then_a_rollback_buys_it_and_the_pointer_names_it(app: App, units: None) -> None:
    for run in ("one", "two"):
        app.run(run)
    back(app)
    assert app.active.version == 1
    assert app.active.distilled.deployment_arn == provisioned_of(job_name("one", "rollback"))
    back(app, to=2)
    back(app)
    assert len(app.bedrock.bought) == 2, "what is bought is used again"


def test_given_a_setting_that_was_switched_then_the_active_version_may_be_served_anew(app: App, units: None) -> None:
    app.run("one")
    back(app, to=1)
    assert "provisioned-model" in app.active.distilled.deployment_arn
    with pytest.raises(Refused, match="v1 is active already"):
        back(app, to=1)


def test_given_on_demand_again_then_throughput_is_not_what_a_rollback_points_at(app: App) -> None:
    app.run("one")
    app.run("two")
    serving.create(app.bedrock, [job_name("one", "student")], model_of("one"), versions.BOTH)
    del app.bedrock.deployments[deployment_of("one")]
    back(app)
    assert "custom-model-deployment" in app.active.distilled.deployment_arn
