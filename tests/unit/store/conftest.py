"""S3 and SSM as moto has them, with one empty bucket."""

from typing import Any

import pytest

BUCKET = "data"


@pytest.fixture
def s3(aws: dict[str, Any]) -> Any:
    return aws["s3"]


@pytest.fixture
def ssm(aws: dict[str, Any]) -> Any:
    return aws["ssm"]
