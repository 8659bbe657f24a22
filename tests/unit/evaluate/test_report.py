"""The report and its page."""

import json
from datetime import timedelta
from typing import Any

import pytest

from evaluate import data, page
from evaluate.report import build, model_of
from intent.plan import CANDIDATES, JUDGED, Plan
from store.objects import Objects
from tests.unit.samples import DEPLOYMENT, MODEL, NOW

from .conftest import HELD, KEYS
from .samples import judged

STUDENTS: dict[str, Any] = {"deployment_arn": DEPLOYMENT, "model_arn": MODEL, "edge": {"s3_key": "k"}}


def built(objects: Objects, made: Plan, note: str | None = None) -> dict[str, Any]:
    return build(objects, KEYS, made, students=STUDENTS, note=note, now=NOW)


def by_name(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {candidate["name"]: candidate for candidate in report["candidates"]}


def test_given_an_evaluated_run_then_every_candidate_has_its_figures(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    found = by_name(report)
    assert tuple(found) == ("distilled", "edge", "cascade", *CANDIDATES[2:])
    assert all(candidate["answered"] == 20 and candidate["top1"] == 1.0 for candidate in found.values())
    assert {name for name, candidate in found.items() if candidate["judge"] == 5.0} == set(JUDGED)
    assert found["edge"]["cost_per_million_usd"] == 0.0
    assert found["distilled"]["cost_per_million_usd"] < 0.05 * found["baseline"]["cost_per_million_usd"]
    assert report["verdict"] == "pass", report["reason"]
    json.dumps(report, allow_nan=False)


def test_given_figures_of_embedded_models_then_the_report_says_so(objects: Objects, rated: Plan) -> None:
    assert built(objects, rated, "embedded models")["embedded"] is True
    report = built(objects, rated)
    assert (report["embedded"], report["note"]) == (False, None)


def test_given_a_run_then_its_report_tells_what_it_was_made_of(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    assert report["models"] == rated.run.models
    assert report["settings"]["seed"] == rated.run.seed
    assert "allowed_models" not in report["settings"]
    edge = {**STUDENTS["edge"], "threshold": report["edge"]["threshold"]}
    assert report["students"] == {**STUDENTS, "edge": edge}
    assert report["generated_at"] == NOW.isoformat()
    assert set(report["cost_usd"]) == {"write_and_label", "answer"}


def test_given_a_judge_that_rated_too_few_then_its_mean_does_not_count(objects: Objects, rated: Plan) -> None:
    (key,) = [key for key in objects.keys(KEYS.judge_output("distilled")) if "datasets" in key]
    scores = [1.0] * 17 + [None] * 3
    objects.write_lines(key, (judged(e.query, score) for e, score in zip(HELD, scores, strict=True)))
    found = by_name(report := built(objects, rated))["distilled"]
    assert found["judge_detail"] == {"mean": None, "scored": 17, "missing": 3}
    assert report["verdict"] == "fail"
    assert "judge score, against the baseline: no figure" in report["reason"]


def test_given_a_judge_that_left_out_a_few_then_the_mean_is_of_the_others(objects: Objects, rated: Plan) -> None:
    (key,) = [key for key in objects.keys(KEYS.judge_output("edge")) if "datasets" in key]
    objects.write_lines(key, (judged(example.query, 0.75) for example in HELD[:18]))
    assert by_name(built(objects, rated))["edge"]["judge_detail"] == {"mean": 4.0, "scored": 18, "missing": 2}


def test_given_no_judge_output_then_the_gate_stays_closed(objects: Objects, answered: Plan) -> None:
    for name in CANDIDATES:
        data.join_chunks(objects, KEYS, name, 2)
    report = built(objects, answered)
    assert by_name(report)["distilled"]["judge"] is None
    assert report["verdict"] == "fail"


def test_given_a_candidate_then_it_is_priced_as_the_model_that_it_is(rated: Plan) -> None:
    assert model_of("distilled", rated) == rated.run.student
    assert model_of("teacher", rated) == rated.run.teacher
    assert [model_of(name, rated) for name in ("edge", "keyword", "static")] == [None, None, None]


def test_given_a_report_then_its_page_shows_every_candidate_and_rule(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    html = page.render(report)
    assert "The students pass the gate." in html
    assert all(f'<th scope="row">{name}</th>' in html for name in CANDIDATES)
    assert all(rule["rule"] in html for rule in report["gate"]["rules"])
    assert html.count("<circle") == len(report["edge"]["reliability"]) == 1
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")


def test_given_markup_in_any_value_then_the_page_escapes_it(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated, note="<img src=x onerror=alert(1)>")
    evil = '"><script>alert(1)</script>'
    report["run_id"] = report["reason"] = report["models"]["teacher"] = evil
    report["candidates"][0]["name"] = evil
    html = page.render(report)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_given_figures_that_are_missing_then_the_page_shows_a_dash(objects: Objects, answered: Plan) -> None:
    for name in CANDIDATES:
        data.join_chunks(objects, KEYS, name, 2)
    html = page.render(build(objects, KEYS, answered, students=STUDENTS, note=None, now=NOW + timedelta(days=1)))
    assert "The students do not pass the gate." in html
    assert "<td>\N{EN DASH}</td>" in html


def test_given_a_report_without_what_the_page_needs_then_that_is_an_error(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    del report["dataset"]["asked"]
    with pytest.raises(Exception, match="asked"):
        page.render(report)
