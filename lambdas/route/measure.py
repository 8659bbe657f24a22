"""The route's metrics. A share is the average of a metric that counts 0 or 1 for each query."""

from aws_lambda_powertools.metrics import MetricUnit

from doors import count
from route.shadow import Comparison, Findings
from route.trial import Answered, Attempt


def answered(found: Answered) -> None:
    """One query: who answered it, and what that took."""
    decision = found.decision
    count("Requests")
    count("CacheAnswers", decision.source == "cache")
    count("EdgeAnswers", decision.source == "edge")
    count("DistilledAnswers", decision.source == "distilled")
    count("Fallbacks", decision.source == "fallback")
    count("InvalidAnswers", decision.failure is not None and decision.model_ms is not None)
    count("InputTokens", decision.input_tokens)
    count("OutputTokens", decision.output_tokens)
    if found.attempt:
        _tried(found.attempt)


def _tried(attempt: Attempt) -> None:
    """A query that was a canary's. A fallback is to the active version, after an error or an invalid answer."""
    count("CandidateRequests")
    count("CandidateFallbacks", attempt.failure is not None)
    count("CandidateErrors", attempt.failure is not None and not attempt.replied)
    count("CandidateInvalidAnswers", attempt.replied)
    count("InputTokens", attempt.input_tokens)
    count("OutputTokens", attempt.output_tokens)


def shadow(found: Findings) -> None:
    """What a shadow has shown."""
    _compared("ShadowEdge", found.edges)
    _compared("Shadow", found.distilled)
    for latency_ms in found.latency_ms:
        count("ShadowLatency", latency_ms, MetricUnit.Milliseconds)
    if found.asked or found.usd:
        count("ShadowRequests", found.asked)
        count("ShadowCost", found.usd)
    if found.failed:
        count("ShadowFailures", found.failed)
    if found.held_back:
        count("ShadowHeldBack", found.held_back)


def _compared(prefix: str, found: list[Comparison]) -> None:
    for comparison in found:
        count(f"{prefix}Agreements", comparison.agrees)
        count(f"{prefix}WeightError", comparison.error)
