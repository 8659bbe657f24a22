"""Nothing that holds data, or that callers know, is replaced between the last release and now."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.infra.stateful import HELD, SNAPSHOT, held, replaced
from tests.infra.template import Template

KNOWN = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
# Types whose replacement loses nothing: made anew from the code, or from what is held.
REMADE = {
    *("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::Lambda::Function", "AWS::Lambda::Permission"),
    *("AWS::Lambda::LayerVersion", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::CloudWatch::Alarm"),
    *("AWS::CloudWatch::Dashboard", "AWS::ApiGateway::Account", "AWS::ApiGateway::Deployment"),
    *("AWS::ApiGateway::GatewayResponse", "AWS::ApiGateway::Method", "AWS::ApiGateway::Model"),
    *("AWS::ApiGateway::RequestValidator", "AWS::ApiGateway::Resource", "AWS::ApiGateway::Stage"),
    *("AWS::ApiGateway::UsagePlan", "AWS::Events::Rule"),
}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_no_deploy_replaces_what_is_there(templates: dict[str, Template], stage: str) -> None:
    """After a change that is meant: `python -m tests.infra.stateful`."""
    assert not replaced(KNOWN[stage], held(templates[stage].body))


def test_what_is_new_is_held_from_now_on(templates: dict[str, Template]) -> None:
    for stage, known in KNOWN.items():
        assert set(held(templates[stage].body)["resources"]) == set(known["resources"])


def test_every_type_is_held_or_known_to_be_made_anew(each: Template) -> None:
    assert {part["Type"] for part in each.body["Resources"].values()} == set(HELD) | REMADE


def _of(body: dict[str, Any], kind: str) -> tuple[str, dict[str, Any]]:
    return next((name, part) for name, part in body["Resources"].items() if part["Type"] == kind)


def _renamed(body: dict[str, Any]) -> str:
    name, part = _of(body, "AWS::S3::Bucket")
    body["Resources"][f"{name}Moved"] = body["Resources"].pop(name, part)
    return name


def _named(body: dict[str, Any]) -> str:
    name, part = _of(body, "AWS::SNS::Topic")
    part["Properties"]["TopicName"] = "notices"
    return name


def _let_go(body: dict[str, Any]) -> str:
    name, part = _of(body, "AWS::KMS::Key")
    part["DeletionPolicy"] = "Delete"
    return name


def _pointed_elsewhere(body: dict[str, Any]) -> str:
    body["Outputs"]["PointerName"]["Value"] = "/elsewhere"
    return "pointer"


@pytest.mark.parametrize("plant", [_renamed, _named, _let_go, _pointed_elsewhere])
def test_a_replacement_is_found(dev: Template, plant: Callable[[dict[str, Any]], str]) -> None:
    body = copy.deepcopy(dev.body)
    assert not replaced(KNOWN["dev"], held(body))
    planted = plant(body)
    assert replaced(KNOWN["dev"], held(body)) == {planted}
