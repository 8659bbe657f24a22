"""boto3 clients of the pipeline functions, made once per process, and the environment they find themselves in."""

import os
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Variables = TypeVar("Variables", bound=BaseModel)


@cache
def client(service: str) -> Any:  # noqa: ANN401  (boto3 builds client classes at run time)
    """The client of a service. Pipeline calls may wait: a batch of 25 queries takes a large model some 20 s."""
    import boto3  # noqa: PLC0415  (the route reads its environment here too, and does without boto3)
    from botocore.config import Config  # noqa: PLC0415

    retries = {"mode": "standard", "total_max_attempts": 5}
    patient = Config(retries=retries, connect_timeout=5, read_timeout=120, tcp_keepalive=True)
    return boto3.client(service, config=patient)


def environment(model: type[Variables]) -> Variables:
    """The function's environment variables as `model`; field `data_bucket` is variable DATA_BUCKET.

    RuntimeError names each variable that is missing or malformed: the stack sets them.
    """
    try:
        return model.model_validate({name: os.environ.get(name.upper()) for name in model.model_fields})
    except ValidationError as error:
        broken = ", ".join(f"{str(detail['loc'][0]).upper()}: {detail['msg']}" for detail in error.errors())
        raise RuntimeError(f"environment variables: {broken}") from None
