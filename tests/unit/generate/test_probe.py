"""Whether the models of a run may be called: each is asked once, and what Bedrock says against it is passed on."""

from typing import Any

import pytest

from bedrock.converse import Ask, Question, Reply
from bedrock.errors import BedrockError, Busy, Gone, Malformed, Refused, Stopped
from generate.probe import check_access
from generate.request import Rejected
from intent.candidates import model_of, names, prompt_of
from intent.plan import Run
from tests.unit.samples import run

LITE = "us.amazon.nova-lite-v1:0"
DENIED = Refused("AccessDeniedException", "You don't have access to the model with the specified model ID.")


def asking(asked: list[Question], **errors: BedrockError) -> Ask:
    """Answers, but for the models of these roles."""
    of = {run().models[role]: error for role, error in errors.items()}

    def ask(question: Question) -> Reply:
        asked.append(question)
        if error := of.get(question.model):
            raise error
        return Reply("Hello", "max_tokens", 8, 1, 20.0)

    return ask


def refusal(wanted: Run, **errors: BedrockError) -> str:
    with pytest.raises(Rejected) as caught:
        check_access(wanted, asking([], **errors))
    assert caught.value.error == "ModelNotUsable"
    return str(caught.value)


@pytest.mark.parametrize("others", [(), (LITE,)])
def test_given_a_run_then_each_model_that_it_will_call_is_asked_once_for_one_token(others: tuple[str, ...]) -> None:
    wanted, asked = run(others=others), list[Question]()
    check_access(wanted, asking(asked))
    prompted = [name for name in names(others, None) if prompt_of(name) and name != "distilled"]
    called = {wanted.teacher, wanted.judge, *(model_of(name, wanted.models, None) for name in prompted)}
    assert sorted(question.model for question in asked) == sorted(map(str, called))
    assert {question.max_tokens for question in asked} == {1}
    assert {len(question.system + question.user) < 50 for question in asked} == {True}


def test_given_ids_that_only_jobs_take_then_they_are_not_asked() -> None:
    wanted, asked = run(job_teacher="jobs.teacher", student="a.student:0:128k", allowed_models=()), list[Question]()
    check_access(wanted, asking(asked))
    assert not {"jobs.teacher", "a.student:0:128k"} & {question.model for question in asked}


@pytest.mark.parametrize("role", ["teacher", "base", "baseline", "judge"])
def test_given_a_model_that_may_not_be_called_then_it_is_named_with_its_role_the_code_and_the_fix(role: str) -> None:
    told = refusal(run(), **{role: DENIED})
    assert told.startswith(f"Bedrock refuses to call {run().models[role]} ({role}): AccessDeniedException: You don't")
    assert "model catalogue" in told
    assert "Anthropic asks for a use case once" in told
    assert "policy" in told


@pytest.mark.parametrize(
    "error", [Gone("ResourceNotFoundException", "end of its life"), Refused("ValidationException", "on-demand")]
)
def test_given_a_model_that_is_gone_or_not_served_on_demand_then_the_run_is_refused_too(error: BedrockError) -> None:
    assert str(error) in refusal(run(), baseline=error)


def test_given_several_then_all_are_named_at_once() -> None:
    told = refusal(run(), judge=DENIED, baseline=Gone("ResourceNotFoundException"))
    assert f"{run().judge} (judge): AccessDenied" in told
    assert f"{run().baseline} (baseline): ResourceNotFound" in told


def test_given_one_model_in_two_roles_then_it_is_asked_once_and_named_with_both() -> None:
    asked: list[Question] = []
    wanted = run(judge=run().teacher)
    check_access(wanted, asking(asked))
    assert [question.model for question in asked].count(wanted.judge) == 1
    assert f"{wanted.judge} (teacher, judge): " in refusal(wanted, teacher=DENIED)


@pytest.mark.parametrize(
    "error", [Busy("ThrottlingException"), Busy("ReadTimeoutError"), Malformed("no_text"), Stopped("content_filtered")]
)
def test_given_a_model_that_is_there_or_that_nobody_can_tell_of_then_nothing_is_said_against_it(error: Any) -> None:
    check_access(run(), asking([], teacher=error, base=error, baseline=error, judge=error))


def test_given_a_bug_then_it_is_no_refusal() -> None:
    def ask(question: Question) -> Reply:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        check_access(run(), ask)
