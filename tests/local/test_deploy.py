"""Deploying again changes nothing, and what is deployed is what the outputs say."""

from cli.target import Target
from cli.toolchain import Cdk

OUTPUTS = {
    *("RouteUrl", "ApiId", "ApiStage", "ApiKeyId"),
    *("StateMachineArn", "DataBucketName", "TopicArn", "PointerName"),
}


def test_given_a_deployed_stack_when_deployed_again_then_nothing_changes(target: Target, cdk: Cdk) -> None:
    stacks = target.client("cloudformation")
    before = stacks.describe_stack_events(StackName=target.stack)["StackEvents"]
    assert "(no changes)" in cdk.deploy()
    assert stacks.describe_stack_events(StackName=target.stack)["StackEvents"] == before


def test_given_a_deployed_stack_then_its_outputs_are_all_there(target: Target) -> None:
    assert set(target.outputs) >= OUTPUTS
