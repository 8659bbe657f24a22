"""Which AWS a command talks to: the embedded one or an account; and what the deployed stack says about itself."""

import os
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session as BotocoreSession

from cli.caller import Route, signing, with_token
from cli.problems import NoCloud, NoStack
from cli.settings import ROOT, choose_taxonomy, of_stage
from local import cloud

WORKDIR = ROOT / "build" / "cloud"
LOCAL_STAGE = "local"
ACCOUNT_STAGE = "dev"


class Where(StrEnum):
    """`--local` or `--aws`."""

    LOCAL = "local"
    AWS = "aws"


@dataclass(frozen=True)
class Target:
    """One deployed app. `embedded` is the running embedded AWS, or None for an account."""

    session: boto3.Session
    stage: str
    embedded: cloud.Cloud | None = None

    @property
    def endpoint(self) -> str | None:
        """The embedded AWS's address; None lets boto3 find the account's own endpoints."""
        return self.embedded.endpoint if self.embedded else None

    @property
    def stack(self) -> str:
        """The CloudFormation stack's name."""
        return f"intent-router-{self.stage}"

    def client(self, service: str) -> Any:  # noqa: ANN401  (boto3 makes clients at run time and ships no types)
        """A boto3 client for `service` there; loopback never goes through a proxy."""
        config = Config(proxies={}) if self.embedded else Config()
        return self.session.client(service, endpoint_url=self.endpoint, config=config)

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs by name. NoStack if it is not deployed."""
        try:
            stacks = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ValidationError":
                raise
            raise NoStack(f"{self.stack} is not deployed here. Deploy it first: router deploy") from None
        return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}

    def output(self, name: str) -> str:
        """One output. NoStack if this version of the stack has none of that name."""
        if name not in self.outputs:
            raise NoStack(f"{self.stack} has no output {name}: it is older than this command. Run: router deploy")
        return self.outputs[name]

    @cached_property
    def route(self) -> Route:
        """Address of `POST /route`, and what it asks for. The embedded API Gateway is reached by path, not by name."""
        url, auth = self.output("RouteUrl"), self.output("ApiAuth")
        if self.endpoint:
            url = f"{self.endpoint}/_aws/execute-api/{self.output('ApiId')}/{self.output('ApiStage')}/route"
        if auth == "iam":
            return signing(url, self.session)
        if auth != "api_key":
            return with_token(url, auth)
        answer = self.client("apigateway").get_api_key(apiKey=self.output("ApiKeyId"), includeValue=True)
        return Route(url=url, key=answer["value"])


def embedded(running: cloud.Cloud) -> Target:
    """The app in a running embedded AWS, whatever AWS settings this shell has."""
    choose_taxonomy(running.taxonomy)
    environment = running.environment()
    apart: dict[str, tuple[None, None, str | None, None]] = {
        "profile": (None, None, None, None),  # (key in a file, variable, default, converter): neither is looked at
        "config_file": (None, None, os.devnull, None),
    }
    session = boto3.Session(
        botocore_session=BotocoreSession(session_vars=apart),
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_DEFAULT_REGION"],
    )
    return Target(session=session, stage=LOCAL_STAGE, embedded=running)


def resolve(where: Where | None, stage: str = ACCOUNT_STAGE, workdir: Path = WORKDIR) -> Target:
    """The AWS that was asked for; without a wish the embedded one if it is up, else the ambient credentials."""
    running = None if where is Where.AWS else cloud.running(workdir)
    if running:
        return embedded(running)
    if where is Where.LOCAL:
        raise NoCloud("No embedded AWS is up. Start it with: router up")
    session = boto3.Session()
    if session.get_credentials() is None:
        raise NoCloud("No embedded AWS is up (router up), and no AWS credentials were found (aws configure).")
    if session.region_name is None:
        raise NoCloud("No AWS Region is set. Set AWS_REGION, for example to us-east-1.")
    choose_taxonomy(ROOT / of_stage(stage).taxonomy)
    return Target(session=session, stage=stage)
