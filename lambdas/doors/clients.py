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
# A call that only shows whether a model may be called: no answer in time is no refusal.
_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=20)


@cache
def client(service: str, *, once: bool = False) -> Any:  # noqa: ANN401  (boto3 builds client classes at run time)
    """The client of a service. `once`: it gives up after one attempt and 25 seconds."""
    return boto3.client(service, config=_ONCE if once else _PATIENT)
