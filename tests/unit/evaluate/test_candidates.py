"""Candidates: one function from a query to an answer each."""

import pytest

from bedrock.converse import Question, Reply
from bedrock.errors import BedrockError, Busy, Gone, Malformed, Refused, Stopped
from evaluate import candidates
from intent import prompts
from intent.weights import Parsed, leading, parse
from tests.unit.samples import ANSWER, DOMAIN, MODALITIES, WEIGHTS, edge_student


def model(text: str) -> tuple[candidates.Candidate, list[Question]]:
    asked: list[Question] = []

    def ask(question: Question) -> Reply:
        asked.append(question)
        return Reply(text, "end_turn", 50, 20, 12.5)

    return candidates.model(ask, "some-model", "system", DOMAIN), asked


def test_given_a_model_then_it_is_asked_as_the_route_asks() -> None:
    candidate, asked = model(ANSWER)
    found = candidate("red car")
    assert (found.weights, found.reason, found.text) == (WEIGHTS, None, ANSWER)
    assert (found.latency_ms, found.input_tokens, found.output_tokens) == (12.5, 50, 20)
    assert asked == [Question("some-model", "system", "red car", stop=(prompts.STOP,))]


def test_given_an_answer_that_breaks_the_contract_then_the_reason_is_kept_with_the_text() -> None:
    found = model("Sure! {}")[0]("q")
    assert (found.weights, found.reason, found.text) == (None, "not_an_object", "Sure! {}")
    assert found.output_tokens == 20, "it was paid all the same"


@pytest.mark.parametrize("error", [Busy("ThrottlingException"), Gone("Gone"), Refused("Refused"), Malformed("no_text")])
def test_given_an_error_of_the_service_then_the_answer_is_named_by_it(error: Exception) -> None:
    def ask(question: Question) -> Reply:
        raise error

    found = candidates.model(ask, "m", "s", DOMAIN)("q")
    assert (found.weights, found.reason, found.latency_ms, found.output_tokens) == (None, str(error), None, 0)


def test_given_refusals_then_they_are_noted_with_bedrocks_words_and_other_errors_are_not() -> None:
    errors = [Refused("AccessDenied", "no"), Stopped("filtered"), Busy("Throttled"), Gone("NotFound"), Malformed("x")]

    def ask(question: Question) -> Reply:
        raise errors[int(question.user)]

    refusals: list[BedrockError] = []
    candidate = candidates.model(candidates.noting(ask, refusals), "m", "s", DOMAIN)
    assert [candidate(str(number)).reason for number in range(5)] == [error.code for error in errors]
    assert [str(error) for error in refusals] == ["AccessDenied: no", "NotFound"]


def test_given_a_bug_then_it_is_not_an_answer() -> None:
    def ask(question: Question) -> Reply:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        candidates.model(ask, "m", "s", DOMAIN)("q")


@pytest.mark.parametrize(
    ("query", "leads"),
    [
        ("loud music and drums", "audio"),
        ('the speaker says "we shall overcome"', "transcription"),
        ("red car on the beach", "visual"),
    ],
)
def test_given_cue_words_then_the_keyword_rules_follow_them(query: str, leads: str) -> None:
    weights = candidates.keyword(DOMAIN)(query).weights
    assert weights is not None
    assert max(weights, key=weights.__getitem__) == leads


def test_given_no_cue_word_then_the_keyword_rules_weigh_all_alike() -> None:
    assert candidates.keyword(DOMAIN)("xyzzy").weights == dict.fromkeys(MODALITIES, 0.25)


def test_given_mean_weights_then_static_gives_the_same_to_every_query() -> None:
    candidate = candidates.static({"visual": 0.4001, "audio": 0.2, "transcription": 0.2, "metadata": 0.2}, DOMAIN)
    one, other = candidate("a"), candidate("b")
    assert one.weights == other.weights
    assert isinstance(parse(one.text, MODALITIES), Parsed)
    assert (one.input_tokens, one.output_tokens) == (0, 0)
    assert one.latency_ms is not None


def test_given_an_edge_file_then_its_student_answers() -> None:
    student = edge_student("metadata")
    found = candidates.edge(student.to_bytes())("anything")
    assert found.weights == student.predict("anything").weights
    assert leading(found.weights or {}) == "metadata"
    with pytest.raises(ValueError, match="not an edge model"):
        candidates.edge(b"x" * 100)
