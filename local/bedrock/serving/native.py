"""The native bodies of InvokeModel: Amazon Nova's `messages-v1` and Anthropic's messages.

Nova: https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html ·
Anthropic: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
"""

import json
from secrets import token_hex
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local.bedrock.models.types import Completion, Request
from local.bedrock.serving.conversation import DEFAULT_MAX_TOKENS, check_turns, text_of
from local.bedrock.wire.errors import ApiError, validation


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Text(_Body):
    text: str
    type: Literal["text"] = "text"


class _Turn(_Body):
    role: Literal["user", "assistant"]
    content: str | list[_Text]


class _NovaLimits(_Body):
    max_tokens: int = Field(DEFAULT_MAX_TOKENS, alias="maxTokens", ge=1)
    temperature: float = Field(0.0, ge=0, le=1)
    top_p: float = Field(1.0, alias="topP", ge=0, le=1)
    top_k: int = Field(50, alias="topK", ge=0)
    stop: list[str] = Field(default_factory=list, alias="stopSequences")


class _Nova(_Body):
    schema_version: Literal["messages-v1"] = Field("messages-v1", alias="schemaVersion")
    system: list[_Text] = Field(default_factory=list[_Text])
    messages: list[_Turn]
    limits: _NovaLimits = Field(default_factory=_NovaLimits, alias="inferenceConfig")  # pyright: ignore[reportArgumentType]  (all fields have defaults, by alias)


class _Anthropic(_Body):
    anthropic_version: Literal["bedrock-2023-05-31"]
    max_tokens: int = Field(ge=1)
    messages: list[_Turn]
    system: str | list[_Text] = ""
    temperature: float = Field(1.0, ge=0, le=1)
    top_p: float = Field(1.0, ge=0, le=1)
    top_k: int = Field(0, ge=0)
    stop_sequences: list[str] = Field(default_factory=list)


def request_of(body: bytes, provider: str) -> Request:
    """What a native body asks. Raises ValidationException."""
    try:
        if provider == "anthropic":
            return _from_anthropic(_Anthropic.model_validate_json(body))
        return _from_nova(_Nova.model_validate_json(body))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise _malformed(f"#/{where}: {first['msg']}") from error


def body_of(completion: Completion, provider: str, model_id: str) -> bytes:
    """The native answer."""
    if provider == "anthropic":
        usage = {"input_tokens": completion.input_tokens, "output_tokens": completion.output_tokens}
        answer: dict[str, object] = {
            "id": f"msg_bdrk_{token_hex(12)}",
            "type": "message",
            "role": "assistant",
            "model": model_id,
            "content": [{"type": "text", "text": completion.text}],
            "stop_reason": completion.stop_reason,
            "usage": usage,
        }
    else:
        total = completion.input_tokens + completion.output_tokens
        answer = {
            "output": {"message": {"role": "assistant", "content": [{"text": completion.text}]}},
            "stopReason": completion.stop_reason,
            "usage": {
                "inputTokens": completion.input_tokens,
                "outputTokens": completion.output_tokens,
                "totalTokens": total,
            },
        }
    return json.dumps(answer).encode()


def _from_nova(body: _Nova) -> Request:
    if any(isinstance(turn.content, str) for turn in body.messages):
        raise _malformed("#/messages: content must be a list of text blocks")
    limits = body.limits
    return _request(body.system, body.messages, limits.max_tokens, limits.temperature, limits.stop)


def _from_anthropic(body: _Anthropic) -> Request:
    blocks = body.system if isinstance(body.system, list) else [_Text(text=body.system)] if body.system else []
    return _request(blocks, body.messages, body.max_tokens, body.temperature, body.stop_sequences)


def _request(system: list[_Text], turns: list[_Turn], max_tokens: int, temperature: float, stop: list[str]) -> Request:
    check_turns([turn.role for turn in turns])
    texts = [_text(turn.content, f"messages.{at}.content") for at, turn in enumerate(turns)]
    return Request(_text(system, "system"), texts[-1], max_tokens, temperature, tuple(stop))


def _text(content: str | list[_Text], path: str) -> str:
    blocks = [_Text(text=content)] if isinstance(content, str) else content
    return text_of([{"text": block.text} for block in blocks], path)


def _malformed(detail: str) -> ApiError:
    return validation(f"Malformed input request: {detail}, please reformat your input and try again.")
