"""A version on trial has the active one's deadline: whatever is slow with it, an answer is due when it always is."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from route.deadline import ANSWER_SECONDS
from tests.unit.route.samples import BLOB, POINTER
from tests.unit.route.trials import CANDIDATE, OTHER_ANSWER, OURS, TAKEN, THEIRS, TRIED
from tests.unit.samples import ANSWER
from tests.unit.wire import Fault, Raw, said

from .bench import PROMPT, STORES, Bench, pointer
from .cases import URL

LATE = ReadTimeoutError(endpoint_url=URL)
BUSY = Fault(429, "ThrottlingException")
Ways = Mapping[str, Callable[[Bench], Any]]
FILES: Ways = {
    "fine": lambda _: Raw(TRIED),
    "slow": lambda bench: bench.after(STORES.connect_timeout + STORES.read_timeout, Raw(TRIED)),
    "late": lambda bench: bench.after(STORES.connect_timeout + STORES.read_timeout, LATE),
    "damaged": lambda _: Raw(b"damaged"),
}
MODELS: Ways = {
    "slow": lambda bench: bench.after(PROMPT.connect_timeout + PROMPT.read_timeout, said(OTHER_ANSWER)),
    "late": lambda bench: bench.after(PROMPT.connect_timeout + PROMPT.read_timeout, LATE),
    "busy": lambda _: BUSY,
    "gone": lambda _: Fault(404, "ResourceNotFoundException"),
    "no answer, slowly": lambda bench: bench.after(PROMPT.read_timeout, said("no")),
}


def on_trial(bench: Bench, file: Any = Raw(TRIED), model: Any = None, ours: Any = None, **changed: Any) -> None:  # noqa: B008
    """v2 beside v3, and what its file and its model answer; `ours`: what the active version's model answers."""
    candidate = CANDIDATE.model_copy(update=changed)
    value = POINTER.model_copy(update={"candidate": candidate})
    files, models = {CANDIDATE.edge.s3_key: file}, {THEIRS: model or said(OTHER_ANSWER), OURS: ours or said(ANSWER)}
    bench.ssm.on("GetParameter", pointer(value.model_dump_json()))
    bench.s3.on("GetObject", _by("Key", files, Raw(BLOB)))
    bench.bedrock.on("Converse", _by("modelId", models, None))


def _by(name: str, answers: Mapping[str, Any], other: Any) -> Callable[[Any], Any]:
    def answer(asked: Any) -> Any:
        found = answers.get(asked[name], other)
        return found(asked) if callable(found) else found

    return answer


def asked(bench: Bench) -> list[str]:
    return [parameters["modelId"] for parameters in bench.bedrock.asked("Converse")]


@pytest.mark.parametrize("mode", ["canary", "shadow"])
@pytest.mark.parametrize(("file", "model", "ours"), [*itertools.product(FILES, MODELS, MODELS)])
def test_given_a_trial_that_is_slow_in_any_way_then_the_waits_do_not_add_up_beyond_the_budget(
    bench: Bench, file: str, model: str, ours: str, mode: str
) -> None:
    cap = 1e-9  # a shadow's model is asked on another thread, and the bench's clock has only one
    on_trial(bench, FILES[file](bench), MODELS[model](bench), MODELS[ours](bench), mode=mode, max_usd_per_day=cap)
    found = [bench.route({"query": query}) for query in TAKEN[:3]]
    assert max(one.seconds for one in found) <= ANSWER_SECONDS
    assert {one.status for one in found} == {200}


def test_given_a_canary_that_used_up_the_time_then_the_active_edge_student_answers_and_its_model_is_not_asked(
    bench: Bench,
) -> None:
    on_trial(bench, model=MODELS["late"](bench))
    found = bench.route({"query": TAKEN[0]})
    assert (found.body["source"], found.body["model"]["version"]) == ("fallback", POINTER.version)
    assert asked(bench) == [THEIRS]
    assert "(budget_spent)" in found.body["warnings"][0]
    assert "on trial, could not answer (ReadTimeoutError)" in found.body["warnings"][1]
    assert (found.metrics["CandidateFallbacks"], found.metrics["CandidateErrors"]) == (1, 1)


def test_given_a_canary_that_fails_at_once_then_there_is_time_for_the_active_model(bench: Bench) -> None:
    on_trial(bench, model=BUSY)
    found = bench.route({"query": TAKEN[0]})
    assert (found.body["source"], found.body["model"]["version"]) == ("distilled", POINTER.version)
    assert asked(bench) == [THEIRS, OURS]


def test_given_too_little_time_for_the_canarys_model_then_it_is_passed_over_and_has_not_failed(bench: Bench) -> None:
    on_trial(bench)
    bench.route({"query": TAKEN[0]})
    bench.forget_calls()
    found = bench.route({"query": TAKEN[1]}, left_ms=2_000)
    assert (found.body["source"], found.body["model"]["version"]) == ("fallback", POINTER.version)
    assert asked(bench) == []
    assert "CandidateRequests" not in found.metrics


def test_given_too_little_time_to_read_the_canarys_file_then_the_active_model_is_asked(bench: Bench) -> None:
    on_trial(bench)
    bench.ssm.on("GetParameter", bench.after(0.45, bench.ssm._scripts["GetParameter"][0]))  # pyright: ignore[reportPrivateUsage]
    found = bench.route({"query": TAKEN[0]})
    assert (found.body["source"], found.body["model"]["version"]) == ("distilled", POINTER.version)
    assert asked(bench) == [OURS]
    assert "CandidateRequests" not in found.metrics
    assert bench.route({"query": TAKEN[0]}).body["model"]["version"] == CANDIDATE.version


def test_given_a_shadow_whose_file_is_slow_then_the_answer_is_the_models_all_the_same(bench: Bench) -> None:
    on_trial(bench, FILES["late"](bench), mode="shadow", max_usd_per_day=1e-9)
    found = bench.route({"query": TAKEN[0]})
    assert (found.body["source"], found.body["warnings"]) == ("distilled", [])
    assert found.seconds <= ANSWER_SECONDS


def test_given_both_deployments_gone_then_the_active_one_that_was_replaced_is_asked(bench: Bench) -> None:
    on_trial(bench, model=MODELS["gone"](bench))
    bench.route({"query": "before"})
    newer = POINTER.distilled.model_copy(update={"deployment_arn": OURS + "next"})
    value = POINTER.model_copy(update={"version": 4, "distilled": newer, "candidate": CANDIDATE})
    bench.ssm.on("GetParameter", pointer(value.model_dump_json(), 2))
    gone = Fault(404, "ResourceNotFoundException")
    bench.bedrock.on("Converse", _by("modelId", {THEIRS: gone, OURS: gone}, said(ANSWER)))
    found = bench.route({"query": TAKEN[0]})
    assert (found.body["source"], found.body["model"]["version"]) == ("distilled", 4)
    assert asked(bench)[-1] == OURS + "next"
