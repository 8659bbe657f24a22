"""The names that the route says it counts are those that it writes: alarms and dashboard rely on them."""

import io
import json
from concurrent.futures import wait
from typing import Any

import pytest

from route import handler
from route.measure import NAMES
from tests.unit.route.trials import TAKEN
from tests.unit.samples import MODEL
from tests.unit.wire import Fault, Raw, said

from .bench import Bench, pointer
from .test_trials import on_trial

# What the line tells beside its metrics, for whoever searches the log.
TOLD = frozenset(
    {"level", "message", "correlation_id", "source", "failure", "query_length", "query_hash", "total_ms"}
    | {"candidate", "candidate_failure"}
)


def _bug(*_: object) -> None:
    raise ZeroDivisionError


def test_the_metrics_that_are_written_are_those_that_are_declared(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []
    bench.listen(printed.append)
    _try_versions(bench)
    bench.ssm.on("GetParameter", Fault(400, "AccessDeniedException"))
    bench.route({"query": "fallback"})
    bench.route({"query": ""})
    monkeypatch.setattr("route.answer.decided", _bug)
    bench.route({"query": "failed"})
    written = [json.loads(line) for line in "".join(printed).splitlines() if '"_aws"' in line]
    told = [metrics for line in written for metrics in line["_aws"]["CloudWatchMetrics"]]
    assert {metric["Name"] for metrics in told for metric in metrics["Metrics"]} == NAMES
    assert all(metrics["Namespace"] == "IntentRouter" for metrics in told)
    assert all(metrics["Dimensions"] == [["service"]] for metrics in told)
    assert all(set(line) - {"_aws", "service", *TOLD} <= NAMES for line in written)


def _try_versions(bench: Bench) -> None:
    """A canary without its file; a shadow that is asked, fails, and may cost no more."""
    on_trial(bench, Raw(b"damaged"))
    bench.route({"query": TAKEN[0]})
    for changed in ({}, {"model": Fault(500, "InternalServerException")}, {"max_usd_per_day": 1e-9}):
        _anew()
        on_trial(bench, mode="shadow", **changed)
        for query in TAKEN[:2]:
            bench.route({"query": query})
            wait([asked.future for asked in vars(vars(_service())["_shadow"])["_asked"]], timeout=5)
    _anew()


def _service() -> Any:
    return vars(handler)["_service"]()


def _anew() -> None:
    vars(handler)["_service"].cache_clear()


def test_given_a_paid_answer_then_its_tokens_and_its_price_are_counted_used_or_not(bench: Bench) -> None:
    price = (50 * 0.035 + 20 * 0.14) / 1e6  # tests/unit/wire.py says 50 and 20 tokens; intent/prices.json the rest
    for text in ("distilled", "no answer"):
        if text == "no answer":
            bench.bedrock.on("Converse", said("no"))
        found = bench.route({"query": text})
        assert (found.metrics["InputTokens"], found.metrics["OutputTokens"]) == (50, 20)
        assert found.metrics["CostUsd"] == found.body["usage"]["cost_usd"] == pytest.approx(price)


def test_given_a_student_without_a_price_then_no_price_is_counted(bench: Bench) -> None:
    unknown = MODEL.replace("nova-micro", "nova-unheard-of")
    known = pointer()
    value = json.loads(known["Parameter"]["Value"])
    value["distilled"]["model_arn"] = unknown
    bench.ssm.on("GetParameter", pointer(json.dumps(value)))
    found = bench.route()
    assert found.body["usage"]["cost_usd"] is None
    assert "CostUsd" not in found.metrics


def test_given_a_version_that_cannot_be_read_then_the_log_says_which_part_and_what_kind_of_error(
    bench: Bench, log: io.StringIO
) -> None:
    printed: list[str] = []
    bench.listen(printed.append)
    bench.ssm.on("GetParameter", Fault(400, "AccessDeniedException"))
    found = bench.route({"query": "red car"})
    entries = [json.loads(line) for line in (log.getvalue() + "".join(printed)).splitlines()]
    assert [(one["level"], one["message"], one.get("error"), one.get("failure")) for one in entries] == [
        ("WARNING", "pointer_unreadable", "AccessDeniedException", None),
        ("INFO", "routed", None, "pointer_unreadable"),
    ]
    assert found.metrics["ActiveVersionUnreadable"] == 1
