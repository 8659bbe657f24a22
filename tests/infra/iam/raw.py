"""From what the hook wrote to calls: names of this one deployment become placeholders, and equal calls one."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cli.target import Target
from tests.infra.iam.calls import Call
from tests.infra.iam.models import ALLOWED, allowed, ids
from tests.infra.iam.table import ROWS

NOTHING: Mapping[str, Mapping[str, str]] = {}
HOOK = Path(__file__).parent / "hook"
_HASH = re.compile(r"[0-9A-F]{8}$")
_NAMED = (
    *("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::IAM::Role", "AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"),
)
_RUN = r"[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{8}"
_MADE = (  # what is chosen at run time, by the pipeline, by Bedrock or by Step Functions
    (rf"(?<=runs/){_RUN}", "{run}"),
    (r"(?<=[-/])\d+(?=\.jsonl?$|-?$)", "{n}"),
    (r"(?<=/v)\d+(?=\.json$)", "{n}"),
    (r"(?<=/active:)\d+$", "{n}"),
    (r"(?<=execution:\{PipelineStateMachine\}:).+", "{execution}"),
    (r"((?:custom-model|custom-model-deployment|provisioned-model|[a-z]+-[a-z]+-job|evaluation-job)/).+", r"\1{id}"),
    (r"(?<=/evaluate/)[a-z-]+(?=/)", "{candidate}"),
    (r"(?<=/judge/)output.+", "{id}"),
    (r"(?<=/job/output/).+", "{id}"),
)


def install(target: Target, folder: Path, also: Mapping[str, Mapping[str, str]] = NOTHING) -> None:
    """Let every function of the app write down its calls in `folder`. `also`: more variables, by handler."""
    folder.mkdir()
    client = target.client("lambda")
    for page in client.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            handler = function["Handler"]
            own = {"PYTHONPATH": str(HOOK), "RECORD_TO": str(folder), "RECORD_AS": handler}
            variables = function["Environment"]["Variables"] | own | also.get(handler, {})
            client.update_function_configuration(
                FunctionName=function["FunctionName"], Environment={"Variables": variables}
            )


def names(target: Target) -> dict[str, str]:
    """Physical names of the stack's resources, and of account and Region: the placeholder of each."""
    found = target.client("cloudformation").describe_stack_resources(StackName=target.stack)["StackResources"]
    own = {
        resource["PhysicalResourceId"].rpartition(":")[2].rpartition("/")[2]: _placeholder(resource)
        for resource in found
        if resource["ResourceType"] in _NAMED
    }
    fixed = {"000000000000": "{account}", "us-east-1": "{region}", f"/{target.stage}/active": "/{stage}/active"}
    return {**own, **fixed, **dict.fromkeys(ids(allowed()), ALLOWED)}


def _placeholder(resource: Mapping[str, str]) -> str:
    return "{" + _HASH.sub("", resource["LogicalResourceId"]) + "}"


def read(folder: Path, known: Mapping[str, str]) -> Iterator[Call]:
    """The calls in the files of this folder. KeyError for an operation that the table does not know."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            noted = json.loads(line)
            yield general(noted["handler"], noted["operation"], noted["asked"], noted["error"], known)


def general(handler: str, operation: str, asked: Mapping[str, Any], error: str, known: Mapping[str, str]) -> Call:
    """One call without what happens to be so in this run. Only the parameters that the table looks at are kept."""
    row = ROWS[operation]
    kept = {name: _general(value, known) for name, path in row.reads.items() if (value := _at(asked, path))}
    return Call(handler, operation, tuple(sorted(kept.items())), absent=error in ("NoSuchKey", "404"))


def _at(asked: Any, path: str) -> str:
    """The value at `a.b.0.c`, or "" if there is none."""
    for part in path.split("."):
        if isinstance(asked, list):
            asked = asked[int(part)]
        elif isinstance(asked, dict):
            asked = asked.get(part)
    return asked or ""


def _general(text: str, known: Mapping[str, str]) -> str:
    for name in sorted(known, key=len, reverse=True):
        text = text.replace(name, known[name])
    for pattern, placeholder in _MADE:
        text = re.sub(pattern, placeholder, text)
    return text
