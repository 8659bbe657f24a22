"""What the route counts. Alarms and dashboard (cdk/monitoring.py) know these names; tests hold the three together."""

from typing import Literal, Protocol, get_args

import doors
from doors.emf import Unit
from route.contract import Usage
from route.shadow import Comparison, Findings
from route.trial import Answered, Attempt

Name = Literal[
    "Requests",
    "RequestsRefused",
    "RequestsFailed",
    "CacheAnswers",
    "EdgeAnswers",
    "DistilledAnswers",
    "Fallbacks",
    "InvalidAnswers",
    "InputTokens",
    "OutputTokens",
    "CostUsd",
    "Latency",
    "ActiveVersionUnreadable",
    "CandidateRequests",
    "CandidateFallbacks",
    "CandidateErrors",
    "CandidateInvalidAnswers",
    "CandidateLatency",
    "CandidateUnreadable",
    "ShadowAgreements",
    "ShadowWeightError",
    "ShadowEdgeAgreements",
    "ShadowEdgeWeightError",
    "ShadowRequests",
    "ShadowFailures",
    "ShadowHeldBack",
    "ShadowLatency",
    "ShadowCost",
]
NAMES: frozenset[str] = frozenset(get_args(Name))


class _Count(Protocol):
    def __call__(self, name: Name, value: float = 1, unit: Unit = "Count") -> None: ...


count: _Count = doors.count
"""Add to a metric of this invocation."""


def answered(found: Answered, usage: Usage) -> None:
    """One query was answered. A student without a price costs an unknown sum, so none is counted."""
    decision = found.decision
    count("Requests")
    # Each counts 0 or 1, so that its average is the share of requests that were answered so.
    count("CacheAnswers", decision.source == "cache")
    count("EdgeAnswers", decision.source == "edge")
    count("DistilledAnswers", decision.source == "distilled")
    count("Fallbacks", decision.source == "fallback")
    count("InvalidAnswers", decision.invalid)
    count("InputTokens", usage["input_tokens"])
    count("OutputTokens", usage["output_tokens"])
    if usage["cost_usd"] is not None:
        count("CostUsd", usage["cost_usd"], "None")
    if found.attempt:
        _tried(found.attempt)


def _tried(attempt: Attempt) -> None:
    """A query that was a canary's. A fallback is to the active version, after an error or an invalid answer."""
    count("CandidateRequests")
    count("CandidateFallbacks", attempt.failure is not None)
    count("CandidateErrors", attempt.failure is not None and not attempt.invalid)
    count("CandidateInvalidAnswers", attempt.invalid)


def shadow(found: Findings) -> None:
    """What a shadow has shown."""
    _compared("ShadowEdgeAgreements", "ShadowEdgeWeightError", found.edges)
    _compared("ShadowAgreements", "ShadowWeightError", found.distilled)
    for latency_ms in found.latency_ms:
        count("ShadowLatency", latency_ms, "Milliseconds")
    if found.asked or found.usd:
        count("ShadowRequests", found.asked)
        count("ShadowCost", found.usd, "None")
    if found.failed:
        count("ShadowFailures", found.failed)
    if found.held_back:
        count("ShadowHeldBack", found.held_back)


def _compared(agreements: Name, error: Name, found: list[Comparison]) -> None:
    for comparison in found:
        count(agreements, comparison.agrees)
        count(error, comparison.error)
