import json
from typing import Any

import pytest

from local.bedrock.models.types import Request
from tests.unit.local_bedrock.conftest import Local, refused
from tests.unit.local_bedrock.fakes import ANSWER

PRO = "us.amazon.nova-pro-v1:0"
CLAUDE = "us.anthropic.claude-sonnet-4-6"
HI: list[dict[str, Any]] = [{"role": "user", "content": [{"text": "find the goal"}]}]


def test_converse_asks_the_model_and_reports_what_it_used(local: Local) -> None:
    answer = local.runtime.converse(
        modelId=PRO,
        system=[{"text": "Route."}],
        messages=HI,
        inferenceConfig={"maxTokens": 64, "temperature": 0.5, "stopSequences": ['"reasoning"']},
        performanceConfig={"latency": "standard"},
    )
    assert answer["output"]["message"] == {
        "role": "assistant",
        "content": [{"text": ANSWER.partition('"reasoning"')[0]}],
    }
    assert answer["stopReason"] == "stop_sequence"
    assert answer["usage"] == {"inputTokens": 7, "outputTokens": 3, "totalTokens": 10}
    assert answer["metrics"]["latencyMs"] >= 0
    assert answer["performanceConfig"] == {"latency": "standard"}
    assert local.backend.models["teacher"].asked == [Request("Route.", "find the goal", 64, 0.5, ('"reasoning"',))]


@pytest.mark.parametrize(
    ("identifier", "role"),
    [
        (PRO, "teacher"),
        ("amazon.nova-pro-v1:0", "teacher"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0", "base"),
        ("arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.amazon.nova-micro-v1:0", "base"),
        (CLAUDE, "judge"),
    ],
)
def test_models_are_found_by_id_profile_and_arn(local: Local, identifier: str, role: str) -> None:
    local.runtime.converse(modelId=identifier, messages=HI)
    assert list(local.backend.models) == [role]


@pytest.mark.parametrize(
    ("identifier", "code", "part"),
    [
        ("us.amazon.nova-premier-v1:0", "ResourceNotFoundException", "end of its life"),
        ("us.amazon.nova-mega-v1:0", "ValidationException", "invalid"),
        ("anthropic.claude-sonnet-4-6", "ValidationException", "inference profile"),
        ("amazon.nova-micro-v1:0:128k", "ValidationException", "on-demand"),
        (
            "arn:aws:bedrock:us-east-1:000000000000:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl",
            "ValidationException",
            "regular expression",
        ),
    ],
)
def test_models_that_cannot_be_invoked(local: Local, identifier: str, code: str, part: str) -> None:
    found = refused(local.runtime.converse, modelId=identifier, messages=HI)
    assert (found.code, part in found.message) == (code, True), found


def _turn(role: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "content": list(blocks)}


@pytest.mark.parametrize(
    ("request_", "part"),
    [
        ({"messages": []}, "start with a user message"),
        ({"messages": [_turn("assistant", {"text": "a"})]}, "start with a user message"),
        ({"messages": [_turn("user", {"text": "a"})] * 2}, "alternate"),
        ({"messages": [_turn("user", {"text": "a"}), _turn("assistant", {"text": "b"})]}, "last message"),
        ({"messages": [_turn("user", {"text": " \n"})]}, "messages.0.content.0 is blank"),
        ({"messages": [_turn("user")]}, "empty"),
        ({"messages": [_turn("user", {"image": {"format": "png", "source": {"bytes": b"x"}}})]}, "image"),
        ({"messages": HI, "system": [{"text": " "}]}, "system.0 is blank"),
        ({"messages": HI, "inferenceConfig": {"temperature": 1.5}}, "less than or equal to 1"),
        ({"messages": HI, "inferenceConfig": {"temperature": -0.5}}, "greater than or equal to 0"),
        ({"messages": HI, "toolConfig": {"tools": [{"toolSpec": {"name": "t", "inputSchema": {"json": {}}}}]}}, "tool"),
    ],
)
def test_requests_that_converse_refuses(local: Local, request_: dict[str, Any], part: str) -> None:
    found = refused(local.runtime.converse, modelId=PRO, **request_) if _sendable(request_) else _raw(local, request_)
    assert (found[0], found[1]) == ("ValidationException", 400)
    assert part in found[2]


def _sendable(request: dict[str, Any]) -> bool:
    return request.get("inferenceConfig", {}).get("temperature", 0) >= 0  # botocore checks minima itself


def _raw(local: Local, request: dict[str, Any]) -> tuple[str, int, str]:
    status, headers, body = local.send(
        "bedrock-runtime", "POST", f"/model/{PRO}/converse", json.dumps(request).encode()
    )
    return headers["x-amzn-ErrorType"], status, body["message"]


def test_earlier_turns_are_accepted_and_the_last_one_is_asked(local: Local) -> None:
    turns = [*HI, _turn("assistant", {"text": "{}"}), _turn("user", {"text": "two"}, {"text": "blocks"})]
    local.runtime.converse(modelId=PRO, messages=turns)
    assert local.backend.models["teacher"].asked[0].user == "two\nblocks"


def invoke(local: Local, model: str, body: object) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = local.runtime.invoke_model(modelId=model, body=raw)
    assert answer["contentType"] == "application/json"
    return json.loads(answer["body"].read())


def test_invoke_speaks_nova(local: Local) -> None:
    limits = {"maxTokens": 50, "temperature": 0, "topP": 0.9, "topK": 20, "stopSequences": ['"reasoning"']}
    answer = invoke(
        local,
        PRO,
        {"schemaVersion": "messages-v1", "system": [{"text": "Route."}], "messages": HI, "inferenceConfig": limits},
    )
    assert answer["output"]["message"]["content"][0]["text"].startswith('{"visual"')
    assert answer["stopReason"] == "stop_sequence"
    assert answer["usage"] == {"inputTokens": 7, "outputTokens": 3, "totalTokens": 10}
    assert local.backend.models["teacher"].asked == [Request("Route.", "find the goal", 50, 0.0, ('"reasoning"',))]


def test_invoke_speaks_anthropic(local: Local) -> None:
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 99,
        "system": "Route.",
        "messages": [{"role": "user", "content": "find the goal"}],
        "stop_sequences": ["never"],
    }
    answer = invoke(local, CLAUDE, body)
    assert answer["content"] == [{"type": "text", "text": ANSWER}]
    assert (answer["stop_reason"], answer["usage"]) == ("end_turn", {"input_tokens": 7, "output_tokens": 11})
    assert local.backend.models["judge"].asked == [Request("Route.", "find the goal", 99, 1.0, ("never",))]


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (PRO, b""),
        (PRO, b"{"),
        (PRO, []),
        (PRO, {}),
        (PRO, {"messages": HI, "prompt": "x"}),
        (PRO, {"messages": HI, "schemaVersion": "messages-v2"}),
        (PRO, {"messages": [{"role": "user", "content": "text"}]}),
        (PRO, {"messages": HI, "inferenceConfig": {"maxTokens": 0}}),
        (PRO, {"messages": HI, "inferenceConfig": {"max_tokens": 5}}),
        (PRO, {"messages": [_turn("assistant", {"text": "a"})]}),
        (CLAUDE, {"messages": HI, "max_tokens": 5}),
        (CLAUDE, {"anthropic_version": "bedrock-2023-05-31", "messages": HI}),
    ],
)
def test_native_bodies_that_are_refused(local: Local, model: str, body: object) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = refused(local.runtime.invoke_model, modelId=model, body=raw)
    assert (found.code, found.status) == ("ValidationException", 400)
