"""Qdrant: prefetches, fused by weighted ranks (`rrf`) or by a formula over their scores.

https://qdrant.tech/documentation/search/hybrid-queries/ (weights: 1.17). A hit counts 1 / (k + (rank + 1) / w - 1),
rank from 0, k = 2: weights stretch ranks instead of scaling scores. With `rank_constant` 1 it is w / (rank + 1),
exactly in proportion; a large one wipes the weights out. Sparse named vectors are bound as kind vector.
"""

from typing import Any

from intent.engines.conditions import RANGES, Condition
from intent.engines.plan import Clause, Plan

Json = dict[str, Any]


def build(plan: Plan, version: str) -> Json:  # noqa: ARG001  (one form so far)
    """Weighted reciprocal rank fusion; weights multiply."""
    rrf: Json = {"weights": [plan.multiplier(clause) for clause in plan.clauses]}
    if plan.bindings.rank_constant:
        rrf["k"] = plan.bindings.rank_constant
    return _request(plan, {"rrf": rrf})


def build_formula(plan: Plan, version: str) -> Json:  # noqa: ARG001  (one form so far)
    """The sum of share x raw score (1.14): for vectors whose scores are comparable, such as cosine of one model."""
    scores = [f"$score[{index}]" for index in range(len(plan.clauses))]
    terms = [{"mult": [clause.share, score]} for clause, score in zip(plan.clauses, scores, strict=True)]
    return _request(plan, {"formula": {"sum": terms}, "defaults": dict.fromkeys(scores, 0.0)})


def _request(plan: Plan, fusion: Json) -> Json:
    size, condition = plan.bindings.size, _filter(plan)
    if len(plan.clauses) == 1:
        body = {**_sub(plan.clauses[0], condition), "limit": size}
    else:  # a prefetch shorter than the limit would cut the result
        prefetch = [{**_sub(clause, condition), "limit": max(size, clause.target.k)} for clause in plan.clauses]
        body = {"prefetch": prefetch, "query": fusion, "limit": size}
    body["with_payload"] = True
    return {"search": {"method": "POST", "path": f"/collections/{plan.bindings.index}/points/query", "body": body}}


def _sub(clause: Clause, condition: Json | None) -> Json:
    sub: Json = {"query": clause.vector, "using": clause.field}
    return {**sub, "filter": condition} if condition else sub


def _filter(plan: Plan) -> Json | None:
    must = [_condition(condition) for condition in plan.conditions if _comparable(plan, condition)]
    return {"must": must} if must else None


def _comparable(plan: Plan, condition: Condition) -> bool:
    """Ranges are over numbers and moments, not over words."""
    comparable = condition.op not in RANGES or condition.date or not isinstance(condition.value, str)
    if not comparable:
        plan.warnings.append(
            f"filters: {condition.field} {condition.op} a text cannot be said to this engine; left out"
        )
    return comparable


def _condition(condition: Condition) -> Json:
    key = {"key": condition.field}
    if condition.op in RANGES:
        return {**key, "range": {condition.op: condition.value}}
    if any(isinstance(value, float) for value in condition.values):  # `match` takes no fractions
        exact = [{**key, "range": {"gte": value, "lte": value}} for value in condition.values]
        return {"should": exact} if len(exact) > 1 else exact[0]
    if condition.op == "in":
        return {**key, "match": {"any": list(condition.values)}}
    return {**key, "match": {"value": condition.value}}
