"""The report and its page."""

import json
from datetime import timedelta
from typing import Any

import pytest

from evaluate import data, gate, page
from evaluate.report import build
from intent import taxonomy
from intent.bill import EPOCHS, ON_DEMAND, VERDICT_TOKENS, Texts
from intent.candidates import CANDIDATES, JUDGED, KNOWN, model_of
from intent.figures import FIGURES, WHO
from intent.plan import Plan
from intent.records import conversation
from intent.rules import Rule
from store.objects import Objects
from tests.unit.samples import DEPLOYMENT, MODALITIES, MODEL, NOW, leaning, pointer

from .conftest import HELD, KEYS
from .samples import judged, response

ANSWER = Texts.of(taxonomy.load()).answer
STUDENTS: dict[str, Any] = {"deployment_arn": DEPLOYMENT, "model_arn": MODEL, "edge": {"s3_key": "k", "sha256": "s"}}


def built(objects: Objects, made: Plan, note: str | None = None) -> dict[str, Any]:
    return build(objects, KEYS, made, students=STUDENTS, note=note, now=NOW)


def by_name(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {candidate["name"]: candidate for candidate in report["candidates"]}


def test_given_an_evaluated_run_then_every_candidate_has_its_figures(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    found = by_name(report)
    assert tuple(found) == ("distilled", "edge", "cascade", *CANDIDATES[2:])
    assert all(candidate["answered"] == 20 and candidate["top1"] == 1.0 for candidate in found.values())
    assert {name for name, candidate in found.items() if candidate["judge"] == 5.0} == {*JUDGED, "cascade"}
    assert {candidate["agreement"] for candidate in found.values()} == {1.0}
    assert found["edge"]["cost_per_million_usd"] == 0.0
    assert found["distilled"]["cost_per_million_usd"] < 0.05 * found["baseline"]["cost_per_million_usd"]
    assert report["verdict"] == "pass", report["reason"]
    json.dumps(report, allow_nan=False)


def test_given_a_report_then_it_has_every_figure_that_a_gate_may_ask_for(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    found = by_name(report)
    assert set(found) <= set(WHO)
    found["edge"] |= report["edge"]
    rules = [rule for figure in FIGURES for rule in every_way_to_ask("edge", figure)]
    outcomes = gate.judge(found, rules=rules, active=None)["rules"]
    assert [row["rule"] for row in outcomes if row["note"]] == []


def every_way_to_ask(candidate: str, name: str) -> list[Rule]:
    """Rules about a figure that always hold, if the figure is there."""
    figure = FIGURES[name]
    bound = {figure.bound: -1.0 if figure.more_is_better else min(figure.highest, 1e9)}
    asks: list[dict[str, Any]] = [{"against": "baseline", **bound}] if "baseline" in figure.of else []
    asks += [{**ask, "certain": True} for ask in asks if figure.paired]
    alone = {figure.bound: figure.lowest} if figure.more_is_better else bound
    asks += [alone, *([{**alone, "certain": True}] if figure.interval else [])]
    return [Rule(candidate=candidate, figure=name, **ask) for ask in asks]


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
    assert report["substituted"] == report["warnings"] == []


def test_given_a_run_then_its_bill_adds_up_and_every_figure_has_its_basis(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    bill = report["bill"]
    assert {row["item"] for row in bill["items"]} - {"all"} == set(ON_DEMAND) == set(report["cost_usd"])
    for side in ("estimate", "receipt"):
        assert bill[f"{side}_usd"] == pytest.approx(sum(row[f"{side}_usd"] for row in bill["items"]))
    assert all(
        row["difference_usd"] == pytest.approx(row["receipt_usd"] - row["estimate_usd"], abs=1e-4)
        for row in bill["items"]
    )
    by_item = {row["item"]: row for row in bill["items"]}
    assert (by_item["write_and_label"]["receipt_usd"], by_item["write_and_label"]["basis"]) == (0.25, "reported")
    assert (by_item["answer"]["input_tokens"], by_item["answer"]["basis"]) == (20 * (3 * 40 + 2 * 600), "reported")
    assert {by_item[name]["basis"] for name in ("job_teacher", "training", "judge")} == {"computed"}
    assert by_item["training"]["input_tokens"] == EPOCHS * 113 * (2 + 3 + 2), "Weigh. / query number 7 / {}"
    assert by_item["judge"]["output_tokens"] == (5 * 20 + 20) * VERDICT_TOKENS, "twenty twice"
    assert bill["cap_usd"] == rated.run.max_cost_usd
    assert by_item["all"]["basis"] is None, "what was estimated and never used"


def test_given_a_fine_tuning_then_nobody_pays_a_teacher_in_the_job(objects: Objects, rated: Plan) -> None:
    tuned = rated.model_copy(update={"run": rated.run.model_copy(update={"customization": "FINE_TUNING"})})
    assert "job_teacher" not in built(objects, tuned)["cost_usd"]


def test_given_prompts_alone_then_the_teachers_answers_are_counted_as_usual_ones(objects: Objects, rated: Plan) -> None:
    objects.write_lines(KEYS.split("train"), [conversation("red car", system="Weigh.", assistant=None)] * 10)
    rows = {row["item"]: row for row in built(objects, rated)["bill"]["items"]}
    assert (rows["job_teacher"]["input_tokens"], rows["job_teacher"]["output_tokens"]) == (40, 10 * ANSWER)


def test_given_models_that_others_stood_in_for_then_report_and_page_say_so(objects: Objects, rated: Plan) -> None:
    entry = {"role": "teacher", "from": "old-model", "to": "new-model", "why": "it has gone"}
    report = built(objects, rated.model_copy(update={"substituted": [entry], "warnings": ["judge & kin"]}))
    assert report["substituted"] == [entry]
    html = page.render(report)
    assert "<strong>new-model</strong> stood in for old-model: it has gone." in html
    assert "judge &amp; kin" in html


def test_given_a_data_set_then_the_page_shows_its_account_and_its_balance(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    assert report["balance"]["counts"] == {
        "mood": dict.fromkeys(MODALITIES, 20),
        "quote": dict.fromkeys(MODALITIES, 15),
    }
    assert report["balance"]["largest"] == 20
    assert report["balance"]["kind"] == {"clear": 140, "mixed": 0}
    html = page.render(report)
    assert html.count('--share:1.0">20<') == html.count('--share:0.75">15<') == len(MODALITIES)
    assert "1,234 different content words" in html


def test_given_a_judge_that_rated_too_few_then_its_mean_does_not_count(objects: Objects, rated: Plan) -> None:
    (key,) = [key for key in objects.keys(KEYS.judge_output("distilled")) if "datasets" in key]
    scores = [1.0] * 17 + [None] * 3
    objects.write_lines(key, (judged(e.query, score) for e, score in zip(HELD, scores, strict=True)))
    found = by_name(report := built(objects, rated))["distilled"]
    assert [found["judge_detail"][key] for key in ("mean", "scored", "missing")] == [None, 17, 3]
    assert report["judging"]["jobs"]["distilled"]["missing"] == 3
    assert report["verdict"] == "fail"
    assert "missing: judge score of the distilled student" in report["reason"]


def test_given_a_judge_that_left_out_a_few_then_the_mean_is_of_the_others(objects: Objects, rated: Plan) -> None:
    (key,) = [key for key in objects.keys(KEYS.judge_output("edge")) if "datasets" in key]
    objects.write_lines(key, (judged(example.query, 0.75) for example in HELD[:18]))
    assert by_name(built(objects, rated))["edge"]["judge_detail"] == {
        "mean": 4.0,
        "scored": 18,
        "missing": 2,
        "leading": {"audio": 4.0, "metadata": None, "transcription": None, "visual": 4.0},
    }


def test_given_no_judge_output_then_the_gate_stays_closed(objects: Objects, answered: Plan) -> None:
    for name in CANDIDATES:
        data.join_chunks(objects, KEYS, name, 2)
    report = built(objects, answered)
    assert by_name(report)["distilled"]["judge"] is None
    assert report["verdict"] == "fail"


def test_given_a_candidate_then_it_is_priced_as_the_model_that_it_is(rated: Plan) -> None:
    models = {**rated.run.models, "other-1": "x.y"}
    priced = {name: model_of(name, models, pointer()) for name in (*KNOWN, "cascade")}
    assert (priced["distilled"], priced["cascade"]) == (rated.run.student, rated.run.student)
    assert (priced["base"], priced["base-short"]) == (rated.run.base, rated.run.base)
    named = ("teacher", "other-1", "active")
    assert [priced[name] for name in named] == [rated.run.teacher, "x.y", "amazon.nova-micro-v1:0"]
    assert [priced[name] for name in ("edge", "keyword", "static", "other-2")] == [None] * 4


def test_given_a_report_then_its_page_shows_every_candidate_and_rule(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    html = page.render(report)
    assert "The students pass the gate." in html
    assert all(f'<th scope="row">{name}</th>' in html for name in CANDIDATES)
    assert all(rule["rule"] in html for rule in report["gate"]["rules"])
    assert html.count('<text class="name"') == 2 * len(report["candidates"]), "each chart labels each candidate"
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


def test_given_an_evaluated_run_then_every_figure_says_how_sure_it_is(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    for candidate in report["candidates"]:
        assert candidate["intervals"]["top1"] == (1.0, 1.0)
        assert candidate["groups"]["leading"]
        assert candidate["against_baseline"]["top1"] == {"difference": 0.0, "interval": (0.0, 0.0)}
    assert report["worst"] == []


def test_given_a_query_that_the_cascade_leads_otherwise_then_the_page_shows_it(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    teacher = dict.fromkeys(MODALITIES, 0.25) | {"visual": 0.3, "audio": 0.2}
    shown = {"query": "<b>rain</b>", "cell": {}, "teacher": teacher, "answer": None, "reason": "not_json"}
    text = page.render({**report, "worst": [shown]})
    assert "&lt;b&gt;rain&lt;/b&gt;" in text
    assert "visual 0.30" in text
    assert "not_json" in text


def test_given_no_active_version_then_nothing_is_compared_with_it(objects: Objects, rated: Plan) -> None:
    report = built(objects, rated)
    assert report["active_version"] is None
    assert [candidate["against_active"] for candidate in report["candidates"]] == [{}] * len(report["candidates"])


def test_given_an_active_version_then_every_candidate_is_compared_with_it_in_pairs(
    objects: Objects, rated: Plan
) -> None:
    worse = [response(n, leaning(MODALITIES[(n + (n < 5)) % 4]), latency_ms=9.0, input_tokens=40) for n in range(20)]
    objects.write_lines(KEYS.all_responses("active"), (answer.model_dump_json() for answer in worse))
    report = built(objects, rated.model_copy(update={"active": pointer()}))
    found = by_name(report)
    assert tuple(found)[:4] == ("distilled", "edge", "cascade", "active")
    assert report["active_version"] == 3
    for candidate in found.values():
        assert set(candidate["against_active"]) == set(candidate["against_baseline"])
    assert found["distilled"]["against_active"]["top1"]["difference"] == 0.25
    assert found["active"]["against_active"]["top1"] == {"difference": 0.0, "interval": (0.0, 0.0)}
    assert (found["active"]["top1"], found["active"]["agreement"]) == (0.75, 0.75)
    assert found["active"]["model"] == "amazon.nova-micro-v1:0"
    assert found["active"]["cost_per_million_usd"] == pytest.approx(40 * 0.035, abs=0.01)
    assert found["active"]["judge"] is None, "not judged unless the setting says so"
    (rule,) = [rule for rule in report["gate"]["rules"] if "active version" in rule["rule"]]
    assert (rule["applies"], rule["figure"]) == (True, 0.25)
    page.render(report)


def test_given_models_of_the_run_then_the_report_tells_which_they_are(objects: Objects, rated: Plan) -> None:
    named = rated.run.model_copy(update={"others": ("us.amazon.nova-lite-v1:0",)})
    answers = [response(n, leaning("visual"), latency_ms=9.0) for n in range(20)]
    objects.write_lines(KEYS.all_responses("other-1"), (answer.model_dump_json() for answer in answers))
    report = built(objects, rated.model_copy(update={"run": named}))
    assert by_name(report)["other-1"]["model"] == report["models"]["other-1"] == "us.amazon.nova-lite-v1:0"


def test_given_the_judging_then_jobs_and_the_judges_own_spread_are_accounted_for(objects: Objects, rated: Plan) -> None:
    found = built(objects, rated)["judging"]
    none = {"foreign": 0, "repeated": 0, "malformed": 0}
    one = {"parts": 1, "asked": 20, "scored": 20, "missing": 0, **none}
    assert found["jobs"] == dict.fromkeys(JUDGED, one)
    same = {"candidate": "distilled", "count": 20, "same": 1.0, "mean_shift": 0.0, "sd": 0.0}
    assert (found["judge"], found["repeat"]) == (rated.run.judge, same)


def test_given_a_cascade_then_its_level_is_that_of_the_student_that_answered(objects: Objects, rated: Plan) -> None:
    unsure = [
        answer.model_copy(update={"confidence": 0.1 if number < 5 else 0.9})
        for number, answer in enumerate(data.responses(objects, KEYS, "edge"))
    ]
    objects.write_lines(KEYS.all_responses("edge"), (answer.model_dump_json() for answer in unsure))
    (key,) = [key for key in objects.keys(KEYS.judge_output("edge")) if "datasets" in key]
    objects.write_lines(key, (judged(example.query, 0.5) for example in HELD))
    found = by_name(built(objects, rated))
    assert (found["edge"]["judge"], found["distilled"]["judge"]) == (3.0, 5.0)
    assert found["cascade"]["judge"] == (5 * 5 + 15 * 3) / 20
    alone = rated.run.model_copy(update={"judged": ("distilled",)})
    assert by_name(built(objects, rated.model_copy(update={"run": alone})))["cascade"]["judge"] is None


def test_given_a_repeated_job_that_wrote_nothing_then_the_report_says_so_and_the_verdict_stands(
    objects: Objects, aws: dict[str, Any], rated: Plan
) -> None:
    for key in objects.keys(KEYS.judge_output("repeat")):
        aws["s3"].delete_object(Bucket=objects.bucket, Key=key)
    report = built(objects, rated)
    assert (report["judging"]["repeat"], report["verdict"]) == (None, "pass")
    assert "the judge differs from itself is not known" in report["warnings"][-1]
    never = rated.run.model_copy(update={"judge_repeat": 0})
    assert built(objects, rated.model_copy(update={"run": never}))["warnings"] == []
