from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.bedrock.faults import Fault

from .conftest import Local, finished, records, wait_until


def refused(call: Any, **request: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def test_distillation_reads_trains_and_writes(local: Local, distillation: dict[str, Any]) -> None:
    created = local.control.create_model_customization_job(**distillation)
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    job = finished(local, created["jobArn"])
    print(job)
    assert job["status"] == "Completed"
