"""The route as a caller sees it: its address, and what the deployment's `callers.auth` asks for."""

import os
from dataclasses import dataclass

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from cli.problems import NoToken

TOKEN = "ROUTER_TOKEN"  # noqa: S105  (the name of a variable)


@dataclass(frozen=True)
class Route:
    """`POST /route`. `key` goes into the header `x-api-key`, `token` into `authorization`; `signer` signs for IAM."""

    url: str
    key: str = ""
    token: str = ""
    signer: SigV4Auth | None = None
    region: str = ""

    def credentials(self, body: bytes) -> dict[str, str]:
        """Headers that say who calls."""
        if self.signer:
            request = AWSRequest("POST", self.url, data=body, headers={"content-type": "application/json"})
            self.signer.add_auth(request)
            return dict(request.headers.items())
        shown = {"x-api-key": self.key, "authorization": self.token}
        return {name: value for name, value in shown.items() if value}


def signing(url: str, session: boto3.Session) -> Route:
    """For `callers.auth` iam: with the session's own credentials."""
    region = str(session.region_name)
    return Route(url=url, signer=SigV4Auth(session.get_credentials(), "execute-api", region), region=region)


def with_token(url: str, auth: str) -> Route:
    """For an authorizer: with the token of the environment. Raises NoToken."""
    found = os.environ.get(TOKEN)
    if not found:
        raise NoToken(f"callers.auth is {auth}: set {TOKEN} to what goes into the header authorization.")
    return Route(url=url, token=found)
