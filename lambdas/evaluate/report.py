"""The report of a run: what was made, how each candidate did, and the verdict of the gate."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from evaluate import bootstrap, cascade, data, gate
from evaluate.balance import balance
from evaluate.bill import compare, receipt
from evaluate.contract import VERSION
from evaluate.distribution import weight_errors
from evaluate.measure import figures
from evaluate.responses import Response
from intent import gatefile, prices, taxonomy
from intent.plan import CANDIDATES, JUDGED, Plan
from intent.runs import Keys
from store.objects import Objects


def model_of(candidate: str, plan: Plan) -> str | None:
    """The model id that a candidate is priced by; None for what runs in our own process."""
    run = plan.run
    by_name = {
        "distilled": run.student,
        "cascade": run.student,  # what its edge student answers has no tokens
        "base": run.base,
        "baseline": run.baseline,
        "teacher": run.teacher,
    }
    return by_name.get(candidate)


def build(
    objects: Objects, keys: Keys, plan: Plan, *, students: Mapping[str, Any], note: str | None, now: datetime
) -> dict[str, Any]:
    """The whole report. `students`: ARNs and edge file of this run; `note`: what the stage says of its figures."""
    answers = {name: data.responses(objects, keys, name) for name in CANDIDATES}
    chosen = cascade.choose_threshold(
        objects.read_json(keys.edge_validation), distilled=answers["distilled"], max_risk=plan.run.max_edge_risk
    )
    together = cascade.combine(answers["edge"], answers["distilled"], chosen["threshold"])
    candidates = [_candidate(objects, keys, plan, name, given) for name, given in answers.items()]
    candidates.insert(CANDIDATES.index("edge") + 1, _candidate(objects, keys, plan, "cascade", together))
    everything = {**answers, "cascade": together}
    doubts = _doubts(everything, plan.run.seed)
    candidates = [{**candidate, **doubts[candidate["name"]]} for candidate in candidates]
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
    alone = cascade.account(answers["edge"], chosen["threshold"])
    by_name = {candidate["name"]: candidate for candidate in candidates}
    by_name["edge"] = {**by_name["edge"], **alone}
    verdict = gate.judge(by_name, rules=gatefile.load(), active=None)
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
        "warnings": plan.warnings,
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
        "weight_errors": weight_errors({one["name"]: everything[one["name"]] for one in candidates}),
        "worst": [_disagreement(answer) for answer in bootstrap.worst(together)],
        "gate": verdict,
        "estimate_usd": plan.estimate_usd,
        "cost_usd": {item.item: item.usd for item in paid},
        "bill": compare(plan.estimate_usd, paid, plan.run.max_cost_usd),
    }


def _doubts(answers: Mapping[str, Sequence[Response]], seed: int) -> dict[str, dict[str, Any]]:
    """By candidate: 95 % intervals, figures of groups of queries, and differences to the baseline in pairs."""
    baseline = answers["baseline"]
    if not baseline:
        return {name: {"intervals": {}, "groups": {}, "against_baseline": {}} for name in answers}
    resamples = bootstrap.Resamples(len(baseline), seed=seed)
    return {
        name: {
            "intervals": bootstrap.intervals(given, resamples),
            "groups": bootstrap.groups(given, resamples),
            "against_baseline": bootstrap.paired(given, baseline, resamples),
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


def _candidate(objects: Objects, keys: Keys, plan: Plan, name: str, answers: Sequence[Response]) -> dict[str, Any]:
    judged = data.judge_scores(objects, keys, name, asked=len(answers)) if name in JUDGED else None
    model = model_of(name, plan)
    found = figures(
        answers,
        model=model,
        judge=judged["mean"] if judged else None,
        table=prices.load(),
    )
    return {"name": name, "model": model, **found, "judge_detail": judged}
