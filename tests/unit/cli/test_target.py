"""Which AWS a command talks to, and what it learns there."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cli import target as targets
from cli.problems import NoCloud, NoStack, NoToken
from cli.settings import ROOT
from cli.target import Target, Where, resolve

OUTPUTS = {
    "RouteUrl": "https://abc.execute-api.us-east-1.amazonaws.com/v1/route",
    "ApiId": "abc",
    "ApiStage": "v1",
    "ApiAuth": "api_key",
    "ApiKeyId": "key-1",
}


class FakeService:
    """CloudFormation and API Gateway as far as the command line asks them; `stacks` by name."""

    def __init__(self, stacks: dict[str, dict[str, str]]) -> None:
        self.stacks = stacks

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803  (boto3's own spelling)
        if StackName not in self.stacks:  # as CloudFormation says it
            error = {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}
            raise ClientError({"Error": error}, "DescribeStacks")
        outputs = self.stacks[StackName].items()
        return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs]}]}

    def get_api_key(self, *, apiKey: str, includeValue: bool) -> dict[str, str]:  # noqa: N803
        assert (apiKey, includeValue) == ("key-1", True)
        return {"id": apiKey, "value": "k" * 24}


class FakeCloud:
    """An embedded AWS that is up, with moto behind it."""

    endpoint = "http://localhost:4700"
    taxonomy = ROOT / "taxonomy.yaml"

    def environment(self) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def is_up(monkeypatch: pytest.MonkeyPatch, cloud: FakeCloud | None) -> None:
    def running(_: Path) -> FakeCloud | None:
        return cloud

    monkeypatch.setattr(targets.cloud, "running", running)


def deployed(monkeypatch: pytest.MonkeyPatch, stacks: dict[str, dict[str, str]], cloud: Any = None) -> Target:
    def client(_: Target, __: str) -> FakeService:
        return FakeService(stacks)

    monkeypatch.setattr(Target, "client", client)
    return Target(session=boto3.Session(region_name="us-east-1"), stage="dev", embedded=cloud)


def test_given_an_embedded_aws_that_is_up_then_it_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    is_up(monkeypatch, FakeCloud())
    found = resolve(None)
    assert (found.endpoint, found.stack) == ("http://localhost:4700", "intent-router-local")


def test_given_a_profile_in_this_shell_then_the_embedded_aws_ignores_it(monkeypatch: pytest.MonkeyPatch) -> None:
    is_up(monkeypatch, FakeCloud())
    monkeypatch.setenv("AWS_PROFILE", "production")
    client = resolve(None).client("s3")
    assert client.meta.region_name == "us-east-1"
    assert client.meta.endpoint_url == "http://localhost:4700"


def test_given_a_wish_for_the_account_then_the_embedded_one_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    is_up(monkeypatch, FakeCloud())
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    found = resolve(Where.AWS, "prod")
    assert (found.endpoint, found.stack) == (None, "intent-router-prod")


@pytest.mark.parametrize(
    ("where", "advice"), [(Where.LOCAL, "router up"), (None, "router up"), (None, "aws configure")]
)
def test_given_nothing_to_talk_to_then_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch, where: Where | None, advice: str
) -> None:
    is_up(monkeypatch, None)
    with pytest.raises(NoCloud, match=advice):
        resolve(where)


def test_given_credentials_without_a_region_then_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    is_up(monkeypatch, None)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    with pytest.raises(NoCloud, match="AWS_REGION"):
        resolve(None)


def test_given_no_stack_then_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoStack, match="router deploy"):
        deployed(monkeypatch, {}).output("RouteUrl")


def test_given_an_older_stack_then_the_missing_output_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoStack, match="PointerName"):
        deployed(monkeypatch, {"intent-router-dev": OUTPUTS}).output("PointerName")


def test_given_an_account_then_the_route_is_the_stacks_own_url(monkeypatch: pytest.MonkeyPatch) -> None:
    route = deployed(monkeypatch, {"intent-router-dev": OUTPUTS}).route
    assert (route.url, route.key) == (OUTPUTS["RouteUrl"], "k" * 24)


def test_given_the_embedded_aws_then_the_route_goes_by_path(monkeypatch: pytest.MonkeyPatch) -> None:
    route = deployed(monkeypatch, {"intent-router-dev": OUTPUTS}, FakeCloud()).route
    assert route.url == "http://localhost:4700/_aws/execute-api/abc/v1/route"


def test_given_iam_then_the_request_is_signed_for_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    target = deployed(monkeypatch, {"intent-router-dev": {**OUTPUTS, "ApiAuth": "iam"}})
    headers = target.route.credentials(b"{}")
    assert "AKIDEXAMPLE" in headers["Authorization"]
    assert "/us-east-1/execute-api/aws4_request" in headers["Authorization"]
    assert "x-api-key" not in headers
    assert headers != target.route.credentials(b'{"query": "x"}'), "the signature covers the body"


def test_given_an_authorizer_then_the_token_travels_along_or_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stacks = {"intent-router-dev": {**OUTPUTS, "ApiAuth": "cognito"}}
    with pytest.raises(NoToken, match="ROUTER_TOKEN"):
        _ = deployed(monkeypatch, stacks).route
    monkeypatch.setenv("ROUTER_TOKEN", "eyJ")
    assert deployed(monkeypatch, stacks).route.credentials(b"") == {"authorization": "eyJ"}
