"""The recording is of this code, and the table says what the Service Authorization Reference says."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import get_session

from tests.infra.conftest import ROOT
from tests.infra.iam import models, proof, raw, reference
from tests.infra.iam.calls import Call
from tests.infra.iam.evaluator import Request
from tests.infra.iam.roles import Role
from tests.infra.iam.table import DISPUTED, ROWS

SERVICES = ("s3", "ssm", "sns", "stepfunctions", "bedrock", "bedrock-runtime")
Recorded = dict[str, frozenset[Call]]


def operations() -> dict[str, str]:
    """Every operation of the services that the functions have clients of, by its method's name."""
    names: dict[str, Any] = {service: get_session().get_service_model(service).operation_names for service in SERVICES}
    return {xform_name(operation): f"{service}:{operation}" for service in SERVICES for operation in names[service]}


def named(tree: ast.AST) -> Iterator[str]:
    """Methods that are called, and operations that are paged through."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr
            if node.func.attr == "get_paginator" and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def test_every_operation_that_the_code_calls_is_recorded_and_no_other(recorded: Recorded) -> None:
    known = operations()
    sources = (path.read_text("utf-8") for path in (ROOT / "lambdas").rglob("*.py"))
    called = {known[name] for source in sources for name in named(ast.parse(source)) if name in known}
    assert called == {call.operation for call in recorded["provisioned"]}


def test_the_code_has_clients_of_these_services_only() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "lambdas").rglob("*.py"))
    assert set(re.findall(r"\bclient\(\"([a-z0-9-]+)\"", text)) == set(SERVICES)


def test_every_function_is_recorded_but_for_those_that_call_nothing(recorded: Recorded) -> None:
    doors = {
        f"{path.parent.name}.handler.{node.name}"
        for path in (ROOT / "lambdas").glob("*/handler.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and (node.decorator_list or node.name == "route")
    }
    private = {name for name in doors if name.rpartition(".")[2].startswith("_")}
    assert {call.handler for call in recorded["on_demand"]} == doors - private


def test_an_operation_without_a_row_is_an_error() -> None:
    with pytest.raises(KeyError, match="s3:DeleteBucket"):
        raw.general("h", "s3:DeleteBucket", {"Bucket": "b"}, "", {})
    with pytest.raises(KeyError, match="s3:DeleteBucket"):
        proof.requests([Call("h", "s3:DeleteBucket", ())], proof.World("dev", frozenset()))


def test_a_parameter_that_was_not_recorded_is_an_error() -> None:
    with pytest.raises(AssertionError, match="not recorded"):
        proof.requests([Call("h", "s3:GetObject", (("bucket", "b"),))], proof.World("dev", frozenset()))


def test_every_row_says_where_it_was_read() -> None:
    assert all(row.link.startswith("https://docs.aws.amazon.com/service-authorization/") for row in ROWS.values())


def test_every_action_exists_and_takes_this_kind_of_resource(dev_roles: list[Role], recorded: Recorded) -> None:
    unfit = {request for request in asked(dev_roles, recorded) if not reference.fits(request.action, request.resource)}
    assert {(request.action, kind(request.resource)) for request in unfit} == set(DISPUTED)


def asked(dev_roles: list[Role], recorded: Recorded) -> set[Request]:
    """Everything that is asked for, implied or recorded, with model units too."""
    more = proof.requests(recorded["provisioned"], proof.World("dev", models.allowed()))
    return set(more).union(*(role.wanted for role in dev_roles))


def test_every_condition_key_exists(dev_roles: list[Role], recorded: Recorded) -> None:
    for action, key in {(request.action, key) for request in asked(dev_roles, recorded) for key, _ in request.context}:
        assert key in reference.keys(action), (action, key)


def kind(arn: str) -> str:
    """The first part of an ARN's resource."""
    return arn.split(":", 5)[5].partition("/")[0]
