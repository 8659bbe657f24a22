"""`router sweep`: what nothing needs any more, and only of this stack."""

import pytest

from cli import sweep
from cli.lease import lease
from cli.problems import Refused
from deploy import handler
from intent import prices
from intent.runs import Keys, run_id
from tests.unit.deploy.fakes import Crash, Dies, Room, deployment_of, execution, model_of

from .promoted import App, app, start

__all__ = ["app"]


def found(app: App) -> list[tuple[str, str]]:
    return [(orphan.kind, orphan.run) for orphan in sweep.find(app.target)]


def left_behind(app: App, run: str) -> None:
    """A run that failed without cleaning up."""
    app.room.write_run(run)


def delete(app: App) -> list[sweep.Orphan]:
    with lease(app.console, app.target, "sweep") as renew:
        return sweep.delete(app.target, sweep.find(app.target), renew)


def test_given_active_version_parent_and_kept_models_then_none_of_them_is_swept(app: App) -> None:
    for run in ("one", "two", "three"):
        app.run(run)
    assert found(app) == []
    sweep.show(app.console, [])
    assert "Nothing to sweep" in app.said


def test_given_a_run_that_left_everything_then_it_is_listed_with_its_cost(app: App) -> None:
    app.run("one")
    left_behind(app, "lost")
    orphans = sweep.find(app.target)
    assert found(app) == [(kind, "lost") for kind in ("deployment", "custom model", "run data")]
    assert [orphan.usd for orphan in orphans[:2]] == [0, 1.95]
    sweep.show(app.console, orphans)
    assert "In all 1.95 USD a month." in app.said


def test_given_a_discarded_run_that_was_kept_on_purpose_then_it_is_listed_and_can_be_swept(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.run("one")
    left_behind(app, "kept")
    monkeypatch.setenv("POINTER_PARAMETER", "/intent-router/dev/active")
    assert handler.delete({"run_id": "kept", "keep": True}, None) == {"deleted": [], "kept": "asked"}
    assert found(app) == [(kind, "kept") for kind in ("deployment", "custom model", "run data")]
    assert delete(app) == []
    assert found(app) == []


def test_given_what_is_not_needed_when_deleted_then_the_rest_is_untouched(app: App) -> None:
    app.run("one")
    left_behind(app, "lost")
    assert delete(app) == []
    assert found(app) == []
    assert app.bedrock.deployments == {deployment_of("one"): model_of("one")}
    assert app.room.objects.keys("runs/lost/") == []
    assert app.room.objects.keys("runs/one/") != []
    assert app.active.run_id == "one"


def test_given_another_apps_models_then_they_are_not_ours_to_sweep(app: App) -> None:
    left_behind(app, "elsewhere")
    for key in app.room.objects.keys("runs/elsewhere/"):
        app.clients["s3"].delete_object(Bucket="data", Key=key)
    app.bedrock.names[deployment_of("elsewhere")] = "chatbot"
    assert found(app) == []


def test_given_a_run_under_way_then_nothing_of_it_is_swept(app: App) -> None:
    start(app, "now")
    left_behind(app, run_id("now"))
    assert found(app) == []


def test_given_a_resumed_run_then_the_lease_tells_that_it_is_under_way(app: App) -> None:
    left_behind(app, "resumed")
    app.room.lease.take(start(app, "second-try"), "resumed", lambda _: True)
    assert found(app) == []
    with pytest.raises(Refused, match="second-try"):
        delete(app)


def test_given_a_model_that_cannot_go_yet_then_its_runs_data_stays_so_that_it_is_found_again(app: App) -> None:
    left_behind(app, "lost")
    app.bedrock.deployments["arn:held"] = model_of("lost")
    assert [(orphan.kind, orphan.run) for orphan in delete(app)] == [("custom model", "lost"), ("run data", "lost")]
    assert app.room.objects.find(Keys("lost").plan) is not None
    del app.bedrock.deployments["arn:held"]
    assert delete(app) == []
    assert model_of("lost") not in app.bedrock.models


def test_given_a_record_whose_run_never_became_active_then_its_deployment_is_listed(app: App) -> None:
    app.run("one")
    left_behind(app, "crashed")
    app.room.take("crashed")
    with pytest.raises(Crash):
        Room(app.clients, app.bedrock, Dies(8, after=False)).promote("crashed")  # at the write of the pointer
    assert app.room.versions.numbers() == [1, 2]
    app.room.lease.give_back(execution("crashed"))
    assert found(app) == [("deployment", "crashed")]


def bought(app: App, name: str, run: str, **more: object) -> str:
    request = {"provisionedModelName": name, "clientRequestToken": name, "modelId": model_of(run), "modelUnits": 2}
    return app.bedrock.create_provisioned_model_throughput(**request, **more)["provisionedModelArn"]


def test_given_model_units_that_nobody_asks_then_they_are_listed_with_their_cost_and_go(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.run("one")
    left_behind(app, "lost")
    lost = bought(app, "lost-student", "lost")
    beside = bought(app, "one-rollback", "one")
    elsewhere = bought(app, "chatbot", "elsewhere")
    assert [(item.target, item.usd) for item in sweep.find(app.target) if item.kind == "provisioned"] == [
        (lost, None),
        (beside, None),
    ], "no price is shipped"
    table = prices.put_over(prices.load(), {"provisioned": {"amazon.nova-micro-v1:0": {"none": 1.5}}})
    monkeypatch.setattr(prices, "load", lambda: table)
    found = [item for item in sweep.find(app.target) if item.kind == "provisioned"]
    assert [item.usd for item in found] == [2 * 1.5 * 730] * 2
    sweep.show(app.console, found)
    assert "In all 4380.00 USD a month." in app.said
    assert delete(app) == []
    assert set(app.bedrock.bought) == {elsewhere}


def test_given_units_without_a_price_then_the_sum_says_so(app: App) -> None:
    left_behind(app, "lost")
    bought(app, "lost-student", "lost")
    sweep.show(app.console, sweep.find(app.target))
    assert "no price" in app.said
    assert "USD a month and what has no price." in app.said


def test_given_units_whose_term_is_not_over_then_they_and_the_runs_data_are_left(app: App) -> None:
    left_behind(app, "lost")
    bought(app, "lost-student", "lost", commitmentDuration="OneMonth")
    assert [item.kind for item in delete(app)] == ["provisioned", "custom model", "run data"]


def test_given_units_that_the_active_version_asks_then_they_are_not_swept(app: App) -> None:
    app.run("one")
    arn = bought(app, "one-student", "one")
    seen = app.room.pointers.look()
    assert seen.pointer is not None
    moved = seen.pointer.distilled.model_copy(update={"deployment_arn": arn})
    assert app.room.pointers.swap(seen, seen.pointer.model_copy(update={"distilled": moved}))
    assert found(app) == []
