"""A wrong context is refused before anything is built, with the key and what it may be."""

import json
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from cdk.checks import SettingsError
from cdk.context import load
from cdk.settings import Settings
from tests.infra.conftest import ROOT, context


def settings(**others: Any) -> Settings:
    return load(context(**others), host_python="3.12", host_machine="AMD64")


def test_an_account_gets_the_newest_python_on_arm() -> None:
    for stage in ("dev", "prod"):
        chosen = settings(stage=stage)
        assert (chosen.python, chosen.architecture, chosen.bundle) == ("3.14", "arm64", True)


def test_the_local_stage_runs_on_this_host() -> None:
    chosen = settings(stage="local")
    assert (chosen.python, chosen.architecture, chosen.bundle) == ("3.12", "x86_64", False)
    assert "not about Amazon Nova" in str(chosen.report_note)


def test_a_stage_changes_only_what_it_names() -> None:
    dev, prod = settings(stage="dev").limits, settings(stage="prod").limits
    assert (dev.log_days, prod.log_days) == (30, 365)
    assert dev.generate_concurrency == prod.generate_concurrency


def test_a_section_may_be_given_on_the_command_line_as_json() -> None:
    assert settings(callers='{"auth": "iam"}').callers.auth == "iam"
    with pytest.raises(SettingsError, match=r"context key callers must be an object, is '\{'"):
        settings(callers="{")


def test_every_default_model_may_be_used() -> None:
    models = settings().models
    assert set(models.roles.values()) <= set(models.allowed)
    assert set(models.roles) == {"teacher", "job_teacher", "student", "base", "baseline", "judge"}


def test_prices_of_ones_own_are_kept_and_a_stage_changes_only_sections_that_it_names() -> None:
    own = {"models": {"x": {"input": 1, "output": 2}}, "batch": {"share": 0.4}}
    stages = {**context()["stages"], "prod": {"prices": {"batch": {"share": 0.3, "source": "contract"}}}}
    assert settings().prices == {}
    assert settings(prices=own).prices == own
    chosen = settings(stage="prod", stages=stages, prices=own).prices
    assert chosen == {"models": own["models"], "batch": {"share": 0.3, "source": "contract"}}


def test_the_shipped_table_has_the_shape_that_is_asked_for() -> None:
    shipped = json.loads((ROOT / "lambdas" / "intent" / "prices.json").read_text())
    shipped.pop("unit")
    assert settings(prices=shipped).prices == shipped


def test_models_are_served_on_demand_unless_a_setting_says_otherwise() -> None:
    without = {key: value for key, value in context().items() if key != "serving"}
    for chosen in (settings(), load(without, host_python="3.12", host_machine="AMD64")):
        assert (chosen.serving.kind, chosen.serving.provisioned) == ("on_demand", False)
    stages = {**context()["stages"], "prod": {"serving": {"kind": "provisioned"}}}
    assert settings(stage="prod", stages=stages).run_defaults["serving"] == {
        "kind": "provisioned",
        "units": 1,
        "commitment": "none",
    }


def test_the_price_of_one_commitment_is_enough() -> None:
    own = {"provisioned": {"amazon.nova-micro-v1:0": {"OneMonth": 3, "source": "contract"}}}
    assert settings(prices=own).prices == own


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        settings().stage = "prod"  # pyright: ignore[reportAttributeAccessIssue]  (the point of the test)


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({"stage": "staging"}, "stage must be one of dev, prod, local, smoke; is 'staging'"),
        ({"region": "eu-central-1"}, "region must be one of us-east-1, us-west-2; is 'eu-central-1'"),
        ({"models": {"teacher": "x"}}, "models: .*job_teacher"),
        ({"models": "x"}, "models must be an object"),
        ({"limits": {**context()["limits"], "log_days": 31}}, "limits.log_days must be one of 7, 30, 90, 365; is 31"),
        ({"limits": {**context()["limits"], "distill_polls": 0}}, "limits.distill_polls must be at least 1"),
        ({"limits": {**context()["limits"], "distil_polls": 3}}, "limits: unknown distil_polls; known are"),
        ({"limits": {**context()["limits"], "distill_polls": "3"}}, "limits.distill_polls must be int, is '3'"),
        ({"run": {**context()["run"], "promote": 1}}, "run.promote must be bool, is 1"),
        ({"serving": "provisioned"}, "serving must be an object"),
        ({"serving": {"kind": "reserved"}}, "serving.kind must be one of on_demand, provisioned; is 'reserved'"),
        ({"serving": {"commitment": "OneYear"}}, "serving.commitment must be one of none, OneMonth, SixMonths"),
        ({"serving": {"units": 0}}, "serving.units must be at least 1, is 0"),
        ({"serving": {"units": 1.5}}, "serving.units must be int, is 1.5"),
        ({"serving": {"unit": 1}}, "serving: unknown unit; known are commitment, kind, units"),
        ({"prices": {"provisioned": {"x": {"none": -1}}}}, r"prices\.provisioned\.x\.none must be USD of at least 0"),
        (
            {"prices": {"provisioned": {"x": {"OneYear": 1}}}},
            r"prices\.provisioned\.x: unknown OneYear; known are none",
        ),
        ({"run": {**context()["run"], "others": ["x.y"]}}, "run.others: x.y may not be called; add it to models.also"),
        ({"run": {**context()["run"], "others": "x.y"}}, "run.others must be"),
        ({"run": {**context()["run"], "keep_failed": 0}}, "run.keep_failed must be bool, is 0"),
        ({"prices": 3}, "context key prices must be an object, is 3"),
        ({"prices": {"modles": {}}}, "prices: unknown modles; known are models, training"),
        ({"prices": {"models": 3}}, r"prices\.models must be an object, is 3"),
        ({"prices": {"models": {"x": 3}}}, r"prices\.models\.x must be an object, is 3"),
        ({"prices": {"models": {"x": {"input": 1}}}}, r"prices\.models\.x\.output must be USD of at least 0, is None"),
        ({"prices": {"models": {"x": {"input": -1, "output": 1}}}}, r"prices\.models\.x\.input must be USD"),
        ({"prices": {"models": {"x": {"input": True, "output": 1}}}}, r"prices\.models\.x\.input must be USD"),
        ({"prices": {"batch": {"share": 1.5}}}, r"prices\.batch\.share must be above 0 and at most 1, is 1.5"),
        ({"prices": {"training": {"x": {"rate": 1}}}}, r"prices\.training\.x: unknown rate; known are per_million"),
        ({"prices": {"storage": {"per_model_and_month": 1, "as_of": 3}}}, r"prices\.storage\.as_of must be text, is 3"),
    ],
)
def test_a_wrong_context_is_named(others: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        settings(**others)


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(SettingsError, match="python must be one of"):
        load(context(stage="local"), host_python="3.9", host_machine="x86_64")
    with pytest.raises(SettingsError, match="processor"):
        load(context(stage="local"), host_python="3.12", host_machine="riscv64")
