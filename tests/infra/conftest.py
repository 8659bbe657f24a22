"""Each stage is synthesised once a session, with cdk-nag, and without filling the dependency layers."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

import app
from cdk import assets
from cdk.settings import STAGES
from tests.infra.template import Template

ROOT = Path(app.__file__).parent
PROVISIONED = {"kind": "provisioned", "units": 2, "commitment": "OneMonth"}


def context(**others: Any) -> dict[str, Any]:
    """cdk.json's context, as the CDK CLI hands it over, with some of it changed."""
    return {**json.loads((ROOT / "cdk.json").read_text())["context"], **others}


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """All stages. That synthesis ends well means that cdk-nag found nothing that is not waived."""
    with pytest.MonkeyPatch.context() as patch:

        def fill(*_: Any, **__: Any) -> None:
            raise AssertionError("synthesis wants to fill a layer, which needs a network")

        patch.setattr(assets, "layer", fill)
        return {
            **{stage: _synthesised(tmp_path_factory.mktemp(stage), stage) for stage in STAGES},
            "provisioned": _synthesised(tmp_path_factory.mktemp("provisioned"), "dev", serving=PROVISIONED),
        }


def _synthesised(directory: Path, stage: str, **others: Any) -> Template:
    app.build(outdir=str(directory), context=context(stage=stage, bundle="false", **others)).synth()
    return Template(directory, stage)


@pytest.fixture(scope="session")
def dev(templates: dict[str, Template]) -> Template:
    """What goes into an account, on which most claims are made."""
    return templates["dev"]


@pytest.fixture(scope="session")
def provisioned(templates: dict[str, Template]) -> Template:
    """The dev stage with model units."""
    return templates["provisioned"]


@pytest.fixture(scope="session", params=STAGES)
def each(request: pytest.FixtureRequest, templates: dict[str, Template]) -> Template:
    """Every stage in turn."""
    return templates[request.param]
