"""The stack's roles, each with one right less than it needs: the call that needs it is refused, and nothing else."""

import json
import re
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from rich.console import Console

from cli import ask, runs, watch
from cli.caller import signing
from cli.problems import Refused
from cli.runs import Run
from cli.target import Target
from tests.local.conftest import EXAMPLES
from tests.local.enforced.conftest import Story
from tests.local.enforced.principals import Roles

pytestmark = pytest.mark.prove

_CUSTOM_MODELS = "arn:aws:bedrock:us-east-1:000000000000:custom-model/*"


class Taken(NamedTuple):
    """A right that a role loses, all of it or `on` one resource; `asked` is what is refused, if called otherwise."""

    role: str
    action: str
    on: str = ""
    asked: str = ""


# A run loses these one after the other, each in the room that needs it, and is resumed: in the pipeline's order.
TAKEN = (
    Taken("GeneratePlanRole", "s3:PutObject"),
    Taken("GenerateAssembleRole", "s3:PutObject"),
    Taken("DistillStartRole", "bedrock:CreateModelCustomizationJob"),
    Taken("DistillStartRole", "iam:PassRole"),
    Taken("DistillJobRole", "s3:PutObject"),
    Taken("DeployCreateRole", "bedrock:CreateCustomModelDeployment", on=_CUSTOM_MODELS),
    Taken("DeployWarmRole", "bedrock:InvokeModel", asked="bedrock:Converse"),
    Taken("EvaluateJudgeStartRole", "bedrock:CreateEvaluationJob"),
    Taken("DeployPromoteRole", "ssm:PutParameter"),
)


@dataclass(frozen=True)
class Refusals:
    """Why each attempt at one run has failed, by the right that was taken."""

    run: Run
    reasons: dict[Taken, str]


@pytest.fixture(scope="module")
def refusals(story: Story, operator: Target, roles: Roles) -> Refusals:
    reasons: dict[Taken, str] = {}
    run: Run | None = None
    for taken in TAKEN:
        with roles.without(taken.role, taken.action, taken.on):
            started = runs.resume(operator, run) if run else runs.start(operator, {"examples": EXAMPLES})
            with pytest.raises(Refused) as failed:
                watch.finish(Console(quiet=True), operator, started)
        reasons[taken] = str(failed.value)
        if taken.role != "GeneratePlanRole":  # where planning fails, nothing is left to go on with
            run = run or started
    assert run is not None
    watch.finish(Console(quiet=True), operator, runs.resume(operator, run))
    return Refusals(run, reasons)


@pytest.mark.parametrize("taken", TAKEN, ids=lambda taken: f"{taken.role}-{taken.action}")
def test_given_a_right_less_then_the_run_fails_in_its_room_by_that_call(
    refusals: Refusals, roles: Roles, taken: Taken
) -> None:
    reason, who = refusals.reasons[taken], rf"assumed-role/{roles.names[taken.role]}/\S+"
    assert "AccessDenied" in reason
    assert re.search(rf"{who} is not authorized to perform: {taken.asked or taken.action} ", reason), reason
    assert taken.on.removesuffix("*") in reason


def test_given_all_rights_back_then_the_same_run_is_promoted(refusals: Refusals, root: Target) -> None:
    pointer = runs.promoted(root)
    assert pointer is not None
    assert pointer.run_id == refusals.run.id


def test_given_a_batch_function_without_one_of_the_teachers_regions_then_its_call_is_refused(
    story: Story, root: Target, roles: Roles
) -> None:
    functions, bucket = root.client("lambda"), root.output("DataBucketName")
    pages = functions.get_paginator("list_functions").paginate()
    (batch,) = [one for page in pages for one in page["Functions"] if one["Handler"] == "generate.handler.batch"]
    root.client("s3").delete_object(Bucket=bucket, Key=story.run.keys.reply(1))  # what was paid is not asked again

    def write() -> str:
        asked = json.dumps({"run_id": story.run.id, "batch": 1})
        return functions.invoke(FunctionName=batch["FunctionName"], Payload=asked)["Payload"].read().decode()

    elsewhere = "arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-pro-v1:0"
    with roles.without("GenerateBatchRole", "bedrock:InvokeModel", on=elsewhere):
        assert f"is not authorized to perform: bedrock:InvokeModel on resource: {elsewhere}" in write()
    assert json.loads(write())["kept"] > 0


def test_given_a_route_function_that_may_not_ask_the_student_then_the_edge_student_answers(
    story: Story, root: Target, roles: Roles, caller: Target
) -> None:
    route = signing(root.route.url, caller.session)
    with roles.without("RouteFunctionRole", "bedrock:InvokeModel"):
        answer = ask.ask(route, "what does the coach say about the last minute?")
    assert (answer.status, answer.body["source"]) == (200, "fallback")
    assert ask.ask(route, "a woman in a red coat crosses a snowy street").body["source"] == "distilled"
