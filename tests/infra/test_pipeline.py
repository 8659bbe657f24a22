"""The state machine as deployed: every placeholder has its value, and time limits fit what they limit."""

import json
import re
from typing import Any

from tests.infra.conftest import ROOT
from tests.infra.template import Template, text

DEFINITION = (ROOT / "stepfunctions" / "pipeline.asl.json").read_text(encoding="utf-8")
POLLED = ("Batch", "Distill", "Deploy", "Judge")


def substitutions(template: Template) -> dict[str, Any]:
    return template.only("AWS::StepFunctions::StateMachine")["DefinitionSubstitutions"]


def test_every_placeholder_is_supplied_and_none_is_left_over(each: Template) -> None:
    assert set(re.findall(r"\$\{(\w+)\}", DEFINITION)) == set(substitutions(each))


def test_a_tasks_time_limit_is_longer_than_its_functions(dev: Template) -> None:
    timeouts = {name: found["Properties"]["Timeout"] for name, found in dev.of("AWS::Lambda::Function").items()}
    arns = {name: text(value) for name, value in substitutions(dev).items()}
    checked = 0
    for placeholder, limit in re.findall(
        r'"FunctionName": "\$\{(\w+)\}".*?"TimeoutSeconds": (\d+)', DEFINITION, re.DOTALL
    ):
        assert int(limit) > timeouts[arns[placeholder].strip("<>").removesuffix(".Arn")], placeholder
        checked += 1
    assert checked == DEFINITION.count("lambda:invoke")


def test_all_waiting_together_is_shorter_than_the_machines_time_limit(each: Template) -> None:
    limits = {name: int(value) for name, value in substitutions(each).items() if isinstance(value, str)}
    waiting = sum(limits[f"{room}Polls"] * limits[f"{room}PollSeconds"] for room in POLLED)
    assert waiting < json.loads(DEFINITION)["TimeoutSeconds"] * 0.8


def test_it_is_traced_and_logs_every_event_but_no_data(each: Template) -> None:
    machine = each.only("AWS::StepFunctions::StateMachine")
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
