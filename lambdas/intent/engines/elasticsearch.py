"""Elasticsearch: retrievers, weighted by rank (`rrf`) or by score (`linear`).

https://www.elastic.co/docs/reference/elasticsearch/rest-apis/retrievers/rrf-retriever (weights: 9.2, default 1.0;
two or more retrievers) and .../linear-retriever (8.18). `rank_window_size` has to be at least `size`.
"""

from typing import Any

from intent.engines import lucene
from intent.engines.plan import Clause, Plan

Json = dict[str, Any]
_MOST_CANDIDATES = 10_000  # of a kNN search, per shard


def build(plan: Plan, version: str) -> Json:  # noqa: ARG001  (one form so far)
    """Ranks: weighted reciprocal rank fusion; weights multiply."""
    rrf: Json = {"retrievers": [{**_sub(plan, clause), "weight": plan.multiplier(clause)} for clause in plan.clauses]}
    if plan.bindings.rank_constant:
        rrf["rank_constant"] = plan.bindings.rank_constant
    return _request(plan, "rrf", rrf)


def build_linear(plan: Plan, version: str) -> Json:  # noqa: ARG001  (one form so far)
    """Scores: min-max per retriever, then the weighted sum; weights are shares."""
    subs = [{**_sub(plan, clause), "weight": clause.share, "normalizer": "minmax"} for clause in plan.clauses]
    return _request(plan, "linear", {"retrievers": subs})


def _request(plan: Plan, name: str, combined: Json) -> Json:
    size, condition = plan.bindings.size, lucene.conditions(plan)
    if len(plan.clauses) == 1:
        retriever = _sub(plan, plan.clauses[0])["retriever"]
        combined = next(iter(retriever.values()))
    else:
        combined["rank_window_size"] = max(size, *(clause.target.k for clause in plan.clauses))
        retriever = {name: combined}
    if condition:
        combined["filter"] = condition
    body = {"size": size, "retriever": retriever}
    return {"search": {"method": "POST", "path": f"/{plan.bindings.index}/_search", "body": body}}


def _sub(plan: Plan, clause: Clause) -> Json:
    if clause.target.kind == "text":
        return {"retriever": {"standard": {"query": lucene.text(plan, clause)}}}
    k = clause.target.k
    candidates = min(2 * k, _MOST_CANDIDATES)
    knn = {"field": clause.field, "query_vector": clause.vector, "k": k, "num_candidates": candidates}
    return {"retriever": {"knn": knn}}
