"""The pipeline's one way out: publish the verdict, give the lease back."""

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from doors import count, door
from doors.clients import client, environment
from intent.runs import Keys
from store.lease import Lease

_SUBJECT_LIMIT = 100  # characters, SNS


class _Environment(BaseModel):
    data_bucket: str
    topic_arn: str
    stage: str


class NotifyRequest(BaseModel):
    """How a run ended. `reason`: one sentence."""

    model_config = ConfigDict(extra="forbid")
    run_id: str
    execution_arn: str
    verdict: Literal["promoted", "discarded", "refused", "failed"]
    reason: str = ""
    version: int | None = None
    error: str = ""


@door(NotifyRequest)
def notify(request: NotifyRequest) -> dict[str, Any]:
    """Tell the topic how the run ended and where its report is; then the next run may start."""
    settings = environment(_Environment)
    message = {
        "verdict": request.verdict,
        "reason": request.reason,
        "error": request.error,
        "run_id": request.run_id,
        "version": request.version,
        "execution_arn": request.execution_arn,
        "report": f"s3://{settings.data_bucket}/{Keys(request.run_id).page}",
    }
    subject = f"Intent router {settings.stage}: run {request.run_id} {request.verdict}"
    client("sns").publish(
        TopicArn=settings.topic_arn, Subject=subject[:_SUBJECT_LIMIT], Message=json.dumps(message, indent=1)
    )
    released = Lease(client("s3"), settings.data_bucket).give_back(request.execution_arn)
    count(f"Runs{request.verdict.capitalize()}")
    return {"verdict": request.verdict, "reason": request.reason, "lease_released": released}
