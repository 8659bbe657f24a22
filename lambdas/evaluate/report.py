"""The report of a run: what was made, how each candidate did, and the verdict of the gate."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from evaluate import bootstrap, cascade, data, gate
from evaluate.balance import balance
from evaluate.bill import compare, receipt
from evaluate.contract import VERSION
from evaluate.distribution import weight_errors
from evaluate.measure import figures, leads_by_id
from evaluate.responses import Response
from evaluate.verdicts import Verdicts
from intent import gatefile, prices, taxonomy
from intent.candidates import ACTIVE, STUDENTS, model_of
from intent.plan import Plan
from intent.runs import Keys
from store.objects import Objects


def build(
    objects: Objects, keys: Keys, plan: Plan, *, students: Mapping[str, Any], note: str | None, now: datetime
) -> dict[str, Any]:
    """The whole report. `students`: ARNs and edge file of this run; `note`: what the stage says of its figures."""
    answers = {name: data.responses(objects, keys, name) for name in plan.candidates}
    chosen = cascade.choose_threshold(
        objects.read_json(keys.edge_validation), distilled=answers["distilled"], max_risk=plan.run.max_edge_risk
    )
    answers = _with_cascade(answers, chosen["threshold"])
    sure = {answer.query: cascade.is_sure(answer, chosen["threshold"]) for answer in answers["edge"]}
    verdicts = Verdicts.read(objects, keys, plan, answers, sure)
    candidates = _candidates(plan, answers, verdicts)
    manifest = objects.read_json(keys.manifest)
    paid = receipt(
        objects,
        keys,
        plan,
        manifest=manifest,
        candidates=candidates,
        taxonomy=taxonomy.load(),
        table=prices.load(),
    )
    active_version = plan.active.version if plan.active else None
    alone = cascade.account(answers["edge"], chosen["threshold"])
    by_name = {candidate["name"]: candidate for candidate in candidates}
    by_name["edge"] = {**by_name["edge"], **alone}
    verdict = gate.judge(by_name, rules=gatefile.load(), active=active_version)
    return {
        "schema_version": VERSION,
        "run_id": plan.run_id,
        "execution_arn": plan.execution_arn,
        "attempt": plan.attempt,
        "generated_at": now.isoformat(),
        "verdict": "pass" if verdict["passed"] else "fail",
        "reason": verdict["reason"],
        "embedded": note is not None,
        "note": note,
        "models": plan.run.models,
        "substituted": plan.substituted,
        "warnings": [*plan.warnings, *verdicts.warnings()],
        "settings": plan.run.model_dump(mode="json", exclude={"allowed_models"}),
        "dataset": manifest,
        "balance": balance(manifest),
        "edge": {
            "fit": objects.read_json(keys.edge_metrics),
            **chosen,
            **alone,
        },
        "students": {**students, "edge": {**students["edge"], "threshold": chosen["threshold"]}},
        "candidates": candidates,
        "weight_errors": weight_errors(answers),
        "active_version": active_version,
        "judging": verdicts.account(plan.run.judge),
        "worst": [_disagreement(answer) for answer in bootstrap.worst(answers["cascade"])],
        "gate": verdict,
        "estimate_usd": plan.estimate_usd,
        "cost_usd": {item.item: item.usd for item in paid},
        "bill": compare(plan.estimate_usd, paid, plan.run.max_cost_usd),
    }


def _with_cascade(answers: Mapping[str, list[Response]], threshold: float) -> dict[str, list[Response]]:
    """The cascade stands behind the students that it is made of."""
    found = {name: answers[name] for name in STUDENTS}
    found["cascade"] = cascade.combine(answers["edge"], answers["distilled"], threshold)
    return {**found, **answers}


def _candidates(plan: Plan, answers: Mapping[str, Sequence[Response]], verdicts: Verdicts) -> list[dict[str, Any]]:
    """Figures, groups and comparisons of each candidate."""
    compared, leads = doubts(answers, plan.run.seed), leads_by_id(answers["teacher"])
    found: list[dict[str, Any]] = []
    for name, given in answers.items():
        model, judged = model_of(name, plan.run.models, plan.active), verdicts.detail(name, given)
        mean = judged["mean"] if judged else None
        own = figures(given, model=model, judge=mean, table=prices.load(), leads=leads)
        found.append({"name": name, "model": model, **own, "judge_detail": judged, **compared[name]})
    return found


def doubts(answers: Mapping[str, Sequence[Response]], seed: int) -> dict[str, dict[str, Any]]:
    """By candidate: 95 % intervals, figures of groups of queries, and differences in pairs.

    To the baseline, and to the active version if there is one.
    """
    baseline, active = answers["baseline"], answers.get(ACTIVE)
    if not baseline:
        return {name: {"intervals": {}, "groups": {}, "against_baseline": {}, "against_active": {}} for name in answers}
    resamples = bootstrap.Resamples(len(baseline), seed=seed)
    return {
        name: {
            "intervals": bootstrap.intervals(given, resamples),
            "groups": bootstrap.groups(given, resamples),
            "against_baseline": bootstrap.paired(given, baseline, resamples),
            "against_active": bootstrap.paired(given, active, resamples) if active else {},
        }
        for name, given in answers.items()
    }


def _disagreement(answer: Response) -> dict[str, Any]:
    return {
        "query": answer.query,
        "cell": answer.cell,
        "teacher": answer.reference,
        "answer": answer.weights,
        "reason": answer.reason,
    }
