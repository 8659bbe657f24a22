"""What the route counts. Alarms and dashboard (cdk/monitoring.py) know these names; tests hold the three together."""

from typing import Literal, get_args

import doors
from doors.emf import Unit
from route.contract import Usage
from route.router import Decision

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
]
NAMES: frozenset[str] = frozenset(get_args(Name))


def count(name: Name, value: float = 1, unit: Unit = "Count") -> None:
    """Add to a metric of this invocation."""
    doors.count(name, value, unit)


def answered(decision: Decision, usage: Usage) -> None:
    """One query was answered. A student without a price costs an unknown sum, so none is counted."""
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
