"""The page as its readers find it: opened in a document model, checked by axe-core."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from evaluate import page
from intent.plan import Plan
from store.objects import Objects
from tests.unit.samples import MODALITIES

from .test_report import built

ROOT = Path(__file__).parents[3]
_SECTIONS = [
    "Candidates",
    "Quality against latency and cost",
    "Recall by modality",
    "How far off the weights are",
    "When the edge student answers alone",
    "Judge",
    "Gate",
    "Data set",
    "Bill",
    "Where the cascade differs most",
    "Lineage",
]


def opened(*pages: str) -> list[dict[str, Any]]:
    """What `axe.cjs` tells of each page: one process for all, since it takes a second to start."""
    script = Path(__file__).with_name("axe.cjs")
    given = json.dumps(pages).encode()
    done = subprocess.run(["node", str(script)], cwd=ROOT, input=given, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def failing(report: dict[str, Any]) -> dict[str, Any]:
    """The same run as it would read if two rules were broken, one did not apply, and the judge was asked twice."""
    rules = [dict(rule) for rule in report["gate"]["rules"][:3]]
    rules[0] |= {"passed": False, "figure": None}
    rules[1] |= {"applies": False, "note": "no version was active"}
    reason = f"{rules[0]['rule']}: no figure; edge: 0.2 is below 0.5"
    answer = {"query": "rain", "cell": {}, "teacher": dict.fromkeys(MODALITIES, 0.25), "answer": None}
    repeat = {"candidate": "distilled", "count": 20, "same": 0.95, "mean_shift": 0.05, "sd": 0.22}
    return {
        **report,
        "verdict": "fail",
        "reason": reason,
        "note": "of embedded models",
        "active_version": 11,
        "warnings": ["the judge goes soon"],
        "substituted": [{"role": "teacher", "from": "old", "to": "new", "why": "it has gone"}],
        "gate": {"passed": False, "reason": reason, "rules": rules},
        "worst": [{**answer, "reason": "not_json"}],
        "judging": {"judge": "j", "jobs": {}, "repeat": repeat},
        "edge": {**report["edge"], "coverage": 0.0, "covered_top1": None, "threshold": 1.0},
    }


@pytest.fixture
def report(objects: Objects, rated: Plan) -> dict[str, Any]:
    return built(objects, rated)


def test_given_a_page_then_its_verdict_comes_first_and_everybody_can_read_it(report: dict[str, Any]) -> None:
    passed = page.render(report)
    faulty = passed.replace(' role="img" aria-label="', ' role="img" data-label="')
    *sound, spoilt = opened(passed, page.render(failing(report)), faulty)
    verdicts = ("The students pass the gate.", "The students do not pass the gate.")
    for found, verdict in zip(sound, verdicts, strict=True):
        assert found["violations"] == []
        assert {"svg-img-alt", "heading-order", "document-title", "html-has-lang"} <= set(found["passed"])
        assert found["headings"][0] == ["H1", verdict]
        assert found["named"] == [["SECTION", verdict]]
        assert [text for level, text in found["headings"] if level == "H2"] == _SECTIONS
    assert ("svg-img-alt", "serious") in {(one["id"], one["impact"]) for one in spoilt["violations"]}, "axe does look"


def test_given_charts_then_each_says_its_figures_in_words(report: dict[str, Any]) -> None:
    images = re.findall(r'role="img" aria-label="([^"]*)"', page.render(report))
    latency, cost, *spreads, reliability = images
    for one in report["candidates"]:
        assert f"{one['name']}: {one['top1']:.1%} at {one['latency_ms']['p50']:,.5g}" in latency
        assert f"{one['name']}: {one['top1']:.1%} at {one['cost_per_million_usd']:,.5g}" in cost
    assert [spread.split(":")[0] for spread in spreads] == [one["name"] for one in report["candidates"]]
    assert "100.0% up to 0.02" in spreads[0]
    assert "At 0.9: 1.0 of 20." in reliability


def test_given_a_failed_gate_then_the_page_lists_what_broke_and_what_did_not_apply(report: dict[str, Any]) -> None:
    html = page.render(failing(report))
    assert "<li>edge: 0.2 is below 0.5</li>" in html
    assert "no version was active" in html
    assert html.count(">does not apply</td>") == 1
    assert html.count(">broken</td>") == 1


def test_given_a_judge_that_was_asked_twice_then_the_page_says_how_far_it_agrees_with_itself(
    report: dict[str, Any],
) -> None:
    html = page.render(failing(report))
    assert "rated 20 answers of distilled twice: 95.0% got the same level both times." in html
    assert "The second level minus the first is +0.050 on average" in html
    once = page.render({**report, "judging": {"judge": "j", "jobs": {}, "repeat": None}})
    assert "The judge was not asked twice" in once


def test_given_a_run_then_the_page_says_what_it_comes_from(report: dict[str, Any]) -> None:
    html = page.render(failing(report))
    traced = [report["run_id"], report["execution_arn"], report["dataset"]["sha256"]["train"], "version 11"]
    traced += [report["dataset"]["prompt_version"], *report["models"].values()]
    traced += [report["students"][name] for name in ("model_arn", "deployment_arn")]
    assert [one for one in traced if one not in html] == []
    assert "no version: none was active" in page.render({**report, "active_version": None})


def test_given_a_candidate_that_nobody_foresaw_then_the_page_shows_it_too(report: dict[str, Any]) -> None:
    news = {**report["candidates"][0], "name": "other-3", "recall": {}}
    html = page.render({**report, "candidates": [*report["candidates"], news]})
    assert html.count(">other-3</text>") == 2
    assert "another model, with the teacher&#39;s prompt" in html


def test_given_a_page_then_it_needs_nothing_but_itself(report: dict[str, Any]) -> None:
    html = page.render(failing(report))
    assert re.findall(r"<script|<link|<img|<iframe|@import|url\(|\bsrc=|https?:", html) == []
    assert 'name="viewport"' in html
    assert "prefers-color-scheme: dark" in html
    assert len(html) < 150_000
