"""What holds for every unit test: no network, no account, no waiting, a reproducible choice of examples."""

import io
import os
import time
from collections.abc import Generator
from typing import Any

import boto3
import pytest
from hypothesis import settings
from moto import mock_aws
from pytest_socket import disable_socket, enable_socket, socket_allow_hosts

os.environ.setdefault("OMP_NUM_THREADS", "1")  # numpy reads it on import: two test processes share two cores
# Powertools reads these when `doors` is imported.
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "IntentRouter"
os.environ["POWERTOOLS_SERVICE_NAME"] = "unit"
from doors import clients, light, logger

settings.register_profile("unit", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("nightly", max_examples=5000, deadline=None)
settings.register_profile("quick", max_examples=20, deadline=None, derandomize=True)  # a run a mutant
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "unit"))

_SERVERS = ("tests/unit/cli/", "tests/unit/local_bedrock/")  # they talk to, and wait for, servers of their own
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "unit",
    "AWS_SECRET_ACCESS_KEY": "unit",
    "AWS_SESSION_TOKEN": "unit",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def _has_server(request: pytest.FixtureRequest) -> bool:
    return request.node.nodeid.startswith(_SERVERS) or request.node.get_closest_marker("e2e") is not None


@pytest.fixture(autouse=True)
def network(request: pytest.FixtureRequest) -> Generator[None]:
    """Closed; open to loopback for tests that bring a server along. asyncio's own pair is a Unix socket."""
    if _has_server(request):
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    else:
        disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def account(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of nobody, and no way to anybody's."""
    if _has_server(request):
        return
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in _ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were asked to sleep; nobody really does."""
    asked: list[float] = []
    if not _has_server(request):
        monkeypatch.setattr(time, "sleep", asked.append)
    return asked


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the code logs (metrics are printed)."""
    written = io.StringIO()
    for handler in logger.handlers:
        monkeypatch.setattr(handler, "stream", written)
    return written


BUCKET = "data"
_CLIENTS: dict[str, Any] = {}


@pytest.fixture
def aws(account: None, monkeypatch: pytest.MonkeyPatch) -> Generator[dict[str, Any]]:
    """What `boto3.client` gives the code: moto's S3 (with one empty bucket) and SSM, and whatever a test puts in."""
    if not _CLIENTS:  # a client takes 0.1 s, and moto works under any that was made after its import
        _CLIENTS.update({service: boto3.client(service) for service in ("s3", "ssm")})
    found = dict(_CLIENTS)

    def client(service: str, **_: object) -> Any:
        return found[service]

    monkeypatch.setattr(boto3, "client", client)
    monkeypatch.setattr(light, "client", client)
    monkeypatch.setenv("DATA_BUCKET", BUCKET)
    clients.client.cache_clear()
    with mock_aws():
        found["s3"].create_bucket(Bucket=BUCKET)
        yield found
    clients.client.cache_clear()
