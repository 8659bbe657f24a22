"""The active version as a candidate: it answers as the route does, with what is left of it."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from bedrock.converse import Question, Reply
from bedrock.errors import BedrockError, Busy, Gone
from evaluate.active import active
from evaluate.responses import Answered
from intent import prompts
from intent.pointer import Pointer
from tests.unit.samples import ANSWER, DEPLOYMENT, DOMAIN, WEIGHTS, edge_student, pointer

EDGE = edge_student("audio")
BLOB = EDGE.to_bytes()
SURE = EDGE.predict("q").confidence


def at(threshold: float) -> Pointer:
    return pointer(edge={**pointer().edge.model_dump(), "threshold": threshold})


def said(
    threshold: float = 1.0, blob: bytes | None = BLOB, text: str | BedrockError = ANSWER
) -> tuple[Answered, list[Question]]:
    asked: list[Question] = []

    def ask(question: Question) -> Reply:
        asked.append(question)
        if isinstance(text, BedrockError):
            raise text
        return Reply(text, "end_turn", 50, 20, 12.5)

    return active(ask, at(threshold), blob, DOMAIN)("q"), asked


def test_given_a_sure_edge_student_then_it_answers_alone() -> None:
    found, asked = said(threshold=SURE)
    assert (found.weights, found.confidence) == (EDGE.predict("q").weights, SURE)
    assert (asked, found.input_tokens, found.output_tokens) == ([], 0, 0)
    assert 0 < (found.latency_ms or 0) < 1000


def test_given_an_unsure_one_then_the_distilled_student_is_asked_with_the_short_prompt() -> None:
    found, asked = said()
    question = Question(f"{DEPLOYMENT}3", prompts.student(DOMAIN), "q", stop=(prompts.STOP,))
    assert asked == [question]
    assert (found.weights, found.reason, found.input_tokens, found.output_tokens) == (WEIGHTS, None, 50, 20)


@pytest.mark.parametrize(
    ("text", "paid"), [("Sure! {}", 50), (Busy("ThrottlingException"), 0), (Gone("ResourceNotFoundException"), 0)]
)
def test_given_no_valid_answer_then_the_edge_student_stands_in_and_what_was_paid_counts(
    text: str | BedrockError, paid: int
) -> None:
    found, asked = said(text=text)
    assert (found.weights, found.reason, found.input_tokens) == (EDGE.predict("q").weights, None, paid)
    assert found.confidence is None, "it did not answer because it was sure"
    assert found.latency_ms is not None
    assert len(asked) == 1


@pytest.mark.parametrize(
    "blob",
    [
        None,
        b"damaged",
        edge_student("visual").to_bytes(),
        edge_student("a", ("a", "b")).to_bytes(),
    ],
    ids=["gone", "damaged", "another file", "another taxonomy"],
)
def test_given_no_edge_student_of_this_version_then_the_distilled_one_answers_alone(blob: bytes | None) -> None:
    found, asked = said(threshold=0.0, blob=blob)
    assert (found.weights, len(asked)) == (WEIGHTS, 1)
    nobody, _ = said(threshold=0.0, blob=blob, text=Gone("ResourceNotFoundException"))
    assert (nobody.weights, nobody.reason, nobody.latency_ms) == (None, "ResourceNotFoundException", None)
    wordy, _ = said(threshold=0.0, blob=blob, text="Sure! {}")
    assert (wordy.weights, wordy.reason, wordy.output_tokens) == (None, "not_an_object", 20)


@pytest.mark.parametrize("make", [lambda: b"x" * 100, lambda: edge_student("a", ("a", "b")).to_bytes()])
def test_given_a_file_with_the_right_checksum_that_cannot_serve_then_it_is_as_good_as_gone(
    make: Callable[[], bytes],
) -> None:
    blob = make()
    named = pointer(edge={**pointer().edge.model_dump(), "sha256": sha256(blob).hexdigest(), "threshold": 0.0})

    def ask(question: Question) -> Reply:
        return Reply(ANSWER, "end_turn", 50, 20, 12.5)

    assert active(ask, named, blob, DOMAIN)("q").weights == WEIGHTS
