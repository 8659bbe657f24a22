"""Converse and InvokeModel."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from local.bedrock.core import Core, subject
from local.bedrock.faults.table import spoil
from local.bedrock.models.types import Completion, Request
from local.bedrock.serving import conversation, native
from local.bedrock.serving.choice import Serving
from local.bedrock.wire.errors import ApiError, validation
from local.bedrock.wire.messages import Input, Output
from local.bedrock.wire.rest_json import Wire


class Runtime:
    """Answers of the embedded models."""

    def __init__(self, core: Core, serving: Serving, wire: Wire) -> None:
        self._core = core
        self._serving = serving
        self._wire = wire
        self.operations = {"Converse": self.converse, "InvokeModel": self.invoke}

    def converse(self, request: Input) -> Output:
        """One turn. `metrics.latencyMs` is the time that the model took, measured."""
        started = time.perf_counter()
        completion = self._complete("Converse", request, conversation.request_of(request))
        echoed = {name: request[name] for name in ("performanceConfig", "serviceTier") if name in request}
        return {
            **echoed,
            "output": {"message": {"role": "assistant", "content": [{"text": completion.text}]}},
            "stopReason": completion.stop_reason,
            "usage": {
                "inputTokens": completion.input_tokens,
                "outputTokens": completion.output_tokens,
                "totalTokens": completion.input_tokens + completion.output_tokens,
            },
            "metrics": {"latencyMs": round((time.perf_counter() - started) * 1000)},
        }

    def invoke(self, request: Input) -> Output:
        """One turn in the model's native format."""
        model_id, body = str(request["modelId"]), request.get("body")
        if request.get("guardrailIdentifier"):
            raise validation("The embedded models do not support guardrails.")
        provider = self._serving.provider(model_id)
        if not isinstance(body, bytes) or not body:
            raise validation("Malformed input request: the body is empty, please reformat your input and try again.")
        completion = self._complete("InvokeModel", request, native.request_of(body, provider))
        return {"body": native.body_of(completion, provider, model_id), "contentType": "application/json"}

    def converse_body(self, model_id: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        """`converse` for a record of a batch."""
        operation = self._wire.service.operations["Converse"]
        return self.converse(self._wire.check(operation, {**body, "modelId": model_id}))

    def invoke_body(self, model_id: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        """`invoke` for a record of a batch."""
        answer = self.invoke({"modelId": model_id, "body": json.dumps(body).encode()})
        return json.loads(cast("bytes", answer["body"]))

    def status_of(self, error: ApiError) -> int:
        """The HTTP status that a call would have been answered with: the code of a failed record."""
        return error.status or self._wire.service.error_status(error.code)

    def _complete(self, operation: str, given: Input, request: Request) -> Completion:
        completion = self._serving.model(str(given["modelId"])).complete(request)
        for fault in self._core.faults.hit(operation, subject(given), ("malformed",)):
            completion = replace(completion, text=spoil(completion.text, fault))
        return completion
