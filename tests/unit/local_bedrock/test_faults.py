import json
import time
from typing import Any

import pytest

from local.bedrock.faults.client import FORMS, PATH, Fault
from tests.unit.local_bedrock.conftest import Local, refused
from tests.unit.local_bedrock.fakes import ANSWER

HI: list[dict[str, Any]] = [{"role": "user", "content": [{"text": "hi"}]}]
PRO = "us.amazon.nova-pro-v1:0"


def ask(local: Local, model: str = PRO) -> str:
    return local.runtime.converse(modelId=model, messages=HI)["output"]["message"]["content"][0]["text"]


def fired(local: Local) -> list[int]:
    return [rule["fired"] for rule in local.send("bedrock", "GET", PATH)[2]]


def test_throttling_so_many_times(local: Local) -> None:
    local.fault(Fault(operation="Converse", kind="throttle", times=2))
    for _ in range(2):
        found = refused(local.runtime.converse, modelId=PRO, messages=HI)
        assert (found.code, found.status) == ("ThrottlingException", 429)
    assert ask(local) == ANSWER
    assert fired(local) == [2]


def test_the_first_calls_may_pass(local: Local) -> None:
    local.fault(Fault(operation="Converse", kind="error", skip=2, times=1))
    assert [ask(local), ask(local)] == [ANSWER, ANSWER]
    assert refused(local.runtime.converse, modelId=PRO, messages=HI).status == 500
    assert ask(local) == ANSWER


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InternalServerException", 500),
        ("ServiceUnavailableException", 503),
        ("ModelTimeoutException", 408),
        ("ModelErrorException", 424),
        ("ModelNotReadyException", 429),
        ("AccessDeniedException", 403),
    ],
)
def test_any_error_of_the_operation(local: Local, code: str, status: int) -> None:
    local.fault(Fault(operation="Converse", kind="error", code=code))
    found = refused(local.runtime.converse, modelId=PRO, messages=HI)
    assert (found.code, found.status) == (code, status)


def test_one_model_only_and_off_again(local: Local) -> None:
    local.fault(Fault(operation="Converse", kind="error", match="nova-pro"))
    assert refused(local.runtime.converse, modelId=PRO, messages=HI).status == 500
    assert ask(local, "us.amazon.nova-micro-v1:0") == ANSWER
    assert local.control.list_foundation_models()["modelSummaries"]
    local.fault()
    assert ask(local) == ANSWER


def test_a_share_of_calls_is_repeatable(local: Local) -> None:
    def outcomes() -> list[bool]:
        local.fault(Fault(operation="Converse", kind="malformed", share=0.3, form="prose"))
        return [ask(local) != ANSWER for _ in range(60)]

    first = outcomes()
    assert 8 <= sum(first) <= 30
    assert outcomes() == first


def test_latency(local: Local) -> None:
    local.fault(Fault(operation="Converse", kind="latency", seconds=0.2))
    started = time.perf_counter()
    assert ask(local) == ANSWER
    assert time.perf_counter() - started >= 0.2


@pytest.mark.parametrize("form", FORMS)
def test_a_malformed_answer_is_not_the_contract(local: Local, form: Any) -> None:
    local.fault(Fault(operation="Converse", kind="malformed", form=form))
    text = ask(local)
    with pytest.raises(ValueError, match=r".*"):
        json.loads(text, parse_constant=_refuse)
    assert text != ANSWER


def _refuse(name: str) -> object:
    raise ValueError(name)


@pytest.mark.parametrize(
    "body", [b"{", b"{}", b'[{"kind": "explode"}]', b'[{"operation": "Converse", "kind": "error", "x": 1}]', b"[1]"]
)
def test_rules_that_make_no_sense_are_refused(local: Local, body: bytes) -> None:
    assert local.send("bedrock", "PUT", PATH, body)[0] == 400
