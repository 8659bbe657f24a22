"""What is counted of an answer and of a shadow: each name with its value and its unit."""

from dataclasses import replace
from typing import Any

import pytest

from route import measure
from route.contract import Usage
from route.router import Decision
from route.shadow import Comparison, Findings
from route.trial import Answered, Attempt

from .samples import ACTIVE
from .trials import CANDIDATE

USAGE: Usage = {"input_tokens": 60, "output_tokens": 25, "cost_usd": 0.5}
DECISION = Decision({"visual": 1.0}, "distilled", 0.5)
SOURCES = {"cache": "CacheAnswers", "edge": "EdgeAnswers", "distilled": "DistilledAnswers", "fallback": "Fallbacks"}
Counted = list[tuple[str, float, str]]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    found: Counted = []

    def count(name: str, value: float = 1, unit: str = "Count") -> None:
        found.append((name, value, unit))

    monkeypatch.setattr(measure, "count", count)
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_given_an_answer_then_its_source_counts_one_and_the_others_none(counted: Counted, source: Any) -> None:
    measure.answered(Answered(replace(DECISION, source=source), ACTIVE), USAGE)
    assert {name: value for name, value, _ in counted if name in SOURCES.values()} == {
        name: float(name == SOURCES[source]) for name in SOURCES.values()
    }


@pytest.mark.parametrize("invalid", [False, True])
def test_given_an_answer_then_requests_tokens_and_price_are_counted(counted: Counted, invalid: bool) -> None:  # noqa: FBT001
    measure.answered(Answered(replace(DECISION, invalid=invalid), ACTIVE), USAGE)
    assert set(counted) >= {
        ("Requests", 1, "Count"),
        ("InvalidAnswers", invalid, "Count"),
        ("InputTokens", 60, "Count"),
        ("OutputTokens", 25, "Count"),
        ("CostUsd", 0.5, "None"),
    }
    assert not any(name.startswith("Candidate") for name, *_ in counted)


def test_given_a_student_without_a_price_then_none_is_counted(counted: Counted) -> None:
    measure.answered(Answered(DECISION, ACTIVE), {**USAGE, "cost_usd": None})
    assert "CostUsd" not in [name for name, *_ in counted]


@pytest.mark.parametrize(
    ("attempt", "fallbacks", "errors", "invalid"),
    [
        (Attempt(CANDIDATE), 0, 0, 0),
        (Attempt(CANDIDATE, failure="ThrottlingException"), 1, 1, 0),
        (Attempt(CANDIDATE, failure="not_json", invalid=True), 1, 0, 1),
    ],
    ids=["answered", "error", "invalid"],
)
def test_given_a_query_that_was_a_canarys_then_what_became_of_it_is_counted(
    counted: Counted, attempt: Attempt, fallbacks: int, errors: int, invalid: int
) -> None:
    measure.answered(Answered(DECISION, ACTIVE, attempt), USAGE)
    assert counted[-4:] == [
        ("CandidateRequests", 1, "Count"),
        ("CandidateFallbacks", fallbacks, "Count"),
        ("CandidateErrors", errors, "Count"),
        ("CandidateInvalidAnswers", invalid, "Count"),
    ]


def test_given_what_a_shadow_has_shown_then_each_comparison_and_each_sum_is_counted(counted: Counted) -> None:
    edges, distilled = [Comparison(agrees=True, error=0.1)], [Comparison(agrees=False, error=0.2)]
    measure.shadow(Findings(edges, distilled, [12.5], usd=0.25, asked=2, failed=4, held_back=3))
    assert sorted(counted) == [
        ("ShadowAgreements", 0, "Count"),
        ("ShadowCost", 0.25, "None"),
        ("ShadowEdgeAgreements", 1, "Count"),
        ("ShadowEdgeWeightError", 0.1, "Count"),
        ("ShadowFailures", 4, "Count"),
        ("ShadowHeldBack", 3, "Count"),
        ("ShadowLatency", 12.5, "Milliseconds"),
        ("ShadowRequests", 2, "Count"),
        ("ShadowWeightError", 0.2, "Count"),
    ]


@pytest.mark.parametrize("found", [Findings(asked=1), Findings(usd=0.25)])
def test_given_a_question_without_its_price_yet_or_the_reverse_then_both_are_counted(
    counted: Counted, found: Findings
) -> None:
    measure.shadow(found)
    assert counted == [("ShadowRequests", found.asked, "Count"), ("ShadowCost", found.usd, "None")]


def test_given_no_shadow_then_nothing_is_counted(counted: Counted) -> None:
    measure.shadow(Findings())
    assert counted == []
