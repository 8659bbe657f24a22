"""Take a stage down with all that its runs have made: jobs, deployments, models, pointer, data, stack.

For stages that nobody relies on (`Settings.passing`): nothing is asked, and nothing is kept.
"""

import time
from collections.abc import Callable, Iterator

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from bedrock import customization, evaluation
from bedrock.errors import BedrockError
from cli import runs, sweep
from cli.problems import NoStack, Problem, explain
from cli.runs import Run
from cli.target import Target
from cli.toolchain import Cdk
from intent.runs import JUDGE, job_name

TRIES = 60  # a model goes after its deployment, and a job takes minutes to stop
PAUSE = {"embedded": 0.5, "account": 10.0}  # seconds
_BATCH = 1_000  # keys that one DeleteObjects call takes
_GOING = customization.RUNNING
_ABSENT = {"ParameterNotFound", "NoSuchBucket"}
Step = tuple[str, Callable[[], None]]


def tear_down(console: Console, target: Target, cdk: Cdk) -> list[str]:
    """Do every step, whatever happened to those before. What could not be removed, in words."""
    left: list[str] = []
    for doing, step in _steps(target, cdk):
        console.print(f"{doing} ...", highlight=False)
        try:
            step()
        except NoStack:
            continue  # it was never deployed, or a deploy that failed was rolled back: there is nothing of it
        except (BotoCoreError, ClientError) as error:
            left.append(f"{doing}: {explain(error)}")
        except (Problem, BedrockError) as error:
            left.append(f"{doing}: {error}")
    return left


def _steps(target: Target, cdk: Cdk) -> list[Step]:
    return [
        ("Stop runs", lambda: _stop_runs(target)),
        ("Stop jobs", lambda: stop_jobs(target)),
        ("Delete pointer and records", lambda: _forget(target)),
        ("Delete deployments and models", lambda: _sweep(target)),
        ("Empty buckets", lambda: _empty(target)),
        ("Delete the stack", lambda: _destroy(cdk)),
    ]


def _stop_runs(target: Target) -> None:
    pages = target.client("stepfunctions").get_paginator("list_executions")
    for page in pages.paginate(stateMachineArn=target.output("StateMachineArn"), statusFilter="RUNNING"):
        for execution in page["executions"]:
            runs.stop(target, Run(execution["executionArn"]))


def stop_jobs(target: Target) -> None:
    """Stop the runs' jobs and wait for their end: a run that is stopped leaves them running, and they cost money."""
    bedrock = target.client("bedrock")
    names = [job_name(run, "distill") for run in run_ids(target)]
    for name in names:
        customization.stop(bedrock, name)
    for run in run_ids(target):
        evaluation.stop_all(bedrock, f"{run}-{JUDGE}")
    _until(target, lambda: not any(customization.status(bedrock, name).status in _GOING for name in names), names)


def _forget(target: Target) -> None:
    """Without pointer, versions and lease nothing counts as needed any more."""
    try:
        target.client("ssm").delete_parameter(Name=target.output("PointerName"))
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in _ABSENT:
            raise
    _delete(target, target.output("DataBucketName"), lambda key: not key.startswith(sweep.RUNS))


def _sweep(target: Target) -> None:
    """Deployments, models and data of the stage's runs."""

    def swept() -> bool:
        return not sweep.delete(target, sweep.find(target), lambda: None) and not run_ids(target)

    _until(target, swept, [f"what the runs of {target.stack} have made"])


def _until(target: Target, done: Callable[[], bool], what: list[str]) -> None:
    for _ in range(TRIES):
        if done():
            return
        time.sleep(PAUSE["embedded" if target.embedded else "account"])
    raise Problem(f"still there: {', '.join(what)}")


def _empty(target: Target) -> None:
    """All versions of all objects in the stack's buckets: CloudFormation deletes only empty ones."""
    found = target.client("cloudformation").describe_stack_resources(StackName=target.stack)["StackResources"]
    for resource in found:
        if resource["ResourceType"] == "AWS::S3::Bucket" and resource.get("PhysicalResourceId"):
            _delete(target, resource["PhysicalResourceId"], lambda _: True)


def _destroy(cdk: Cdk) -> None:
    cdk.destroy(ask=False)


def run_ids(target: Target) -> list[str]:
    """Runs that have data."""
    pages = target.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=target.output("DataBucketName"), Prefix=sweep.RUNS, Delimiter="/")
    return [part["Prefix"].split("/")[1] for page in found for part in page.get("CommonPrefixes", ())]


def _delete(target: Target, bucket: str, wanted: Callable[[str], bool]) -> None:
    keys = [version for version in _versions(target, bucket) if wanted(version["Key"])]
    for start in range(0, len(keys), _BATCH):
        batch = {"Objects": keys[start : start + _BATCH], "Quiet": True}
        target.client("s3").delete_objects(Bucket=bucket, Delete=batch)


def _versions(target: Target, bucket: str) -> Iterator[dict[str, str]]:
    pages = target.client("s3").get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=bucket):
        for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            yield {"Key": version["Key"], "VersionId": version["VersionId"]}
