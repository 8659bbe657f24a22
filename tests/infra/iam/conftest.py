"""The recording and the definition, read once."""

import json
from typing import Any

import pytest

from tests.infra.conftest import ROOT
from tests.infra.iam import calls, roles
from tests.infra.iam.calls import Call
from tests.infra.iam.roles import Role
from tests.infra.template import Template


@pytest.fixture(scope="session")
def recorded() -> dict[str, frozenset[Call]]:
    """By how models are served; with provisioned throughput what is called on demand is called as well."""
    found = calls.load()
    return {**found, "provisioned": found["on_demand"] | found["provisioned"]}


@pytest.fixture(scope="session")
def definition() -> dict[str, Any]:
    """The state machine as it is written."""
    return json.loads((ROOT / "stepfunctions" / "pipeline.asl.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def dev_roles(dev: Template, recorded: dict[str, frozenset[Call]], definition: dict[str, Any]) -> list[Role]:
    """Roles of what goes into an account."""
    return list(roles.all_of(dev, recorded["on_demand"], definition))
