"""Functions: what they run on, what they are told, and that what they call exists."""

import ast
import json
from pathlib import Path

import pytest

from tests.infra.conftest import ROOT
from tests.infra.template import Template

SCIENCE = {"generate.handler.assemble", "distill.handler.edge", "evaluate.handler.report"}
OWN_VARIABLES = {
    "generate.handler.plan": {"RUN_DEFAULTS", "POINTER_PARAMETER"},
    "generate.handler.job_start": {"WRITING_ROLE_ARN", "KEY_ARN"},
    "distill.handler.start": {"CUSTOMIZATION_ROLE_ARN", "KEY_ARN"},
    "deploy.handler.create": {"SERVING"},
    "deploy.handler.delete": {"POINTER_PARAMETER", "SERVING"},
    "deploy.handler.promote": {"POINTER_PARAMETER"},
    "deploy.handler.retire": {"POINTER_PARAMETER", "SERVING"},
    "deploy.handler.canary_stop": {"POINTER_PARAMETER", "TOPIC_ARN"},
    "evaluate.handler.judge_start": {"EVALUATION_ROLE_ARN"},
    "pipeline.handler.notify": {"TOPIC_ARN"},
    "route.handler.route": {"LOG_SALT", "POINTER_PARAMETER", "ROUTE_MODE"},
}
VARIABLES = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL", "STAGE", "DATA_BUCKET"}


def test_every_handler_exists(dev: Template) -> None:
    for handler in dev.functions:
        *module, name = handler.split(".")
        tree = ast.parse((ROOT / "lambdas" / Path(*module)).with_suffix(".py").read_text())
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, handler


def test_every_function_traces_logs_json_and_has_the_runtime_layer(each: Template) -> None:
    for handler, found in each.functions.items():
        assert found["TracingConfig"] == {"Mode": "Active"}, handler
        assert found["LoggingConfig"]["LogFormat"] == "JSON", handler
        assert 30 <= found["Timeout"] <= 900 or handler.startswith("route"), handler
        layers = [layer["Ref"] for layer in found["Layers"]]
        assert layers[0].startswith("WorkshopRuntime"), handler
        assert len(layers) == (2 if handler in SCIENCE else 1), handler


def test_a_function_is_told_what_its_handler_reads(each: Template) -> None:
    local = {"evaluate.handler.report": {"REPORT_NOTE"}} if each.stage == "local" else {}
    for handler, found in each.functions.items():
        own = OWN_VARIABLES.get(handler, set()) | local.get(handler, set())
        assert set(found["Environment"]["Variables"]) == VARIABLES | own, handler


def test_an_account_runs_arm_and_the_newest_python(dev: Template) -> None:
    assert {found["Runtime"] for found in dev.functions.values()} == {"python3.14"}
    assert {tuple(found["Architectures"]) for found in dev.functions.values()} == {("arm64",)}


def test_run_defaults_are_a_run_that_plan_accepts(each: Template) -> None:
    request = pytest.importorskip("generate.request")
    defaults = json.loads(each.functions["generate.handler.plan"]["Environment"]["Variables"]["RUN_DEFAULTS"])
    run = request.resolve({}, defaults)
    size = (140, 20, 5) if each.stage == "smoke" else (10_000, 500, 60)
    assert (run.examples, run.holdout, run.max_cost_usd) == size
    assert set(run.models.values()) <= set(run.allowed_models)


def test_the_route_answers_well_within_the_gateways_29_seconds(each: Template) -> None:
    assert each.functions["route.handler.route"]["Timeout"] <= 25
