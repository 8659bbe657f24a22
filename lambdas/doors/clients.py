"""boto3 clients of the pipeline functions, made once per process, and the environment they find themselves in."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from doors.environment import environment

__all__ = ["client", "environment"]

# Pipeline calls may wait: a batch of 25 queries takes a large model some 20 s.
_PATIENT = Config(
    retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=120, tcp_keepalive=True
)


@cache
def client(service: str) -> Any:  # noqa: ANN401  (boto3 builds client classes at run time)
    """The client of a service."""
    return boto3.client(service, config=_PATIENT)
