"""The definition as written, and functions that do nothing but say that all went well."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Powertools reads these when `doors` is imported.
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "IntentRouter"
os.environ["POWERTOOLS_SERVICE_NAME"] = "unit"

from tests.pipeline.machine import Function, Machine, Walk

DEFINITION = Path(__file__).parents[2] / "stepfunctions" / "pipeline.asl.json"
LIMITS = {
    "GenerateRounds": "3",
    "GenerateConcurrency": "4",
    "AnswerConcurrency": "2",
    "BatchPollSeconds": "1",
    "BatchPolls": "5",
    "DistillPollSeconds": "1",
    "DistillPolls": "5",
    "DeployPollSeconds": "1",
    "DeployPolls": "5",
    "JudgePollSeconds": "1",
    "JudgePolls": "5",
}
Run = Callable[..., Walk]
LAST = "test_coverage.py"  # looks at what the others have done


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stable, so nothing else moves."""
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture(scope="session")
def definition() -> dict[str, Any]:
    """The state machine as it is written, placeholders and all."""
    return json.loads(DEFINITION.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def substituted() -> dict[str, Any]:
    """The state machine as it runs: function placeholders stand for themselves."""
    text = re.sub(r"\$\{(\w+)\}", lambda match: LIMITS.get(match[1], match[1]), DEFINITION.read_text(encoding="utf-8"))
    return json.loads(text)


@pytest.fixture
def run(substituted: dict[str, Any]) -> Run:
    """Run the machine with some functions replaced: by an answer, or by a function of the payload."""

    def start(**others: Any) -> Walk:
        functions: dict[str, Function] = {**all_well()}
        for name, answer in others.items():
            functions[name] = answer if callable(answer) else lambda _, answer=answer: answer
        return Machine(substituted, functions).run({})

    return start


def all_well() -> dict[str, Function]:
    """Answers of the shapes that the handlers give."""
    answers: dict[str, Any] = {
        "PlanFunction": plan(),
        "BatchFunction": {"batch": 1, "kept": 25},
        "JobStartFunction": {"status": "started", "job_arn": "writing job", "batches": 120},
        "JobStatusFunction": {"status": "Completed", "reason": None, "running": False},
        "JobCollectFunction": {"collected": 120, "missing": 0, "errors": {}},
        "JobStopFunction": {"jobs": {"try-write": "Absent"}},
        "AssembleFunction": {"status": "ready", "train": 240, "validation": 15, "holdout": 45},
        "StartFunction": {"ok": True, "job_arn": "job"},
        "EdgeFunction": {"s3_key": "runs/try/edge/model.bin", "sha256": "0" * 64, "threshold": 0.7},
        "DistillStatusFunction": {"status": "Completed", "reason": None, "model_arn": "model"},
        "StopFunction": {"jobs": {"try-distill": "Absent"}},
        "CreateFunction": {"ok": True, "deployment_arn": "deployment"},
        "DeployStatusFunction": {"status": "Active", "reason": None},
        "WarmFunction": {"ok": True, "latency_ms": 12.0},
        "DeleteFunction": {"deleted": []},
        "AnswerFunction": {"candidate": "edge", "answered": 45, "valid": 45},
        "JudgeStartFunction": {"jobs": {"edge": "judge job"}, "waiting": 0},
        "JudgeStatusFunction": {"status": "Completed", "reason": None, "enough": True},
        "JudgeStopFunction": {"jobs": {}},
        "ReportFunction": {
            "report_key": "runs/try/report.json",
            "html_key": "runs/try/report.html",
            "edge": {"s3_key": "runs/try/edge/model.bin", "sha256": "0" * 64, "threshold": 0.8},
        },
        "GateFunction": {"passed": True, "promote": True, "reason": "passed", "rules": []},
        "PromoteFunction": {"ok": True, "version": 3},
        "RetireFunction": {"ok": True, "deployments": [], "models": [], "left": []},
        "NotifyFunction": {"verdict": "promoted"},
    }
    return {name: lambda _, answer=answer: answer for name, answer in answers.items()}


def plan(**others: Any) -> dict[str, Any]:
    """The plan function's answer to a run that may start, with some of it changed."""
    answers = [{"candidate": name, "chunk": 1} for name in ("distilled", "edge")]
    started = {"ok": True, "run_id": "try", "first": 1, "last": 3, "round": 0, "answers": answers, "promote": True}
    asked = {"road": "online", "keep_failed": False}
    return {**started, **asked, "attempt": 1, "assembled": False, "abandoned": None, **others}
