"""OpenSearch: a `hybrid` query and the search pipeline that weighs its clauses.

At most 5 clauses; weights in 0..1, as many as clauses, sum 1.0 within 0.01:
https://docs.opensearch.org/latest/query-dsl/compound/hybrid/ and ScoreCombinationUtil of
https://github.com/opensearch-project/neural-search. The pipeline travels in the request (`search_pipeline`, which
takes the same processors as a stored one: SearchPipelineService.resolvePipeline), because weights differ by query.
"""

from typing import Any

from intent.engines import lucene
from intent.engines.plan import Clause, Plan

Json = dict[str, Any]
_SHARED_FILTER = "3.0"  # `hybrid.filter`: https://github.com/opensearch-project/neural-search/pull/1206


def build(plan: Plan, version: str) -> Json:
    """Scores: min-max per clause, then the weighted arithmetic mean (2.10)."""
    combination = {"technique": "arithmetic_mean", "parameters": {"weights": _weights(plan)}}
    processor = {"normalization": {"technique": "min_max"}, "combination": combination}
    return _requests(plan, {"normalization-processor": processor}, shared_filter=version == _SHARED_FILTER)


def build_rrf(plan: Plan, version: str) -> Json:  # noqa: ARG001  (one form so far)
    """Ranks: weighted reciprocal rank fusion (weights since 3.1)."""
    combination: Json = {"technique": "rrf", "parameters": {"weights": _weights(plan)}}
    if plan.bindings.rank_constant:
        combination["rank_constant"] = plan.bindings.rank_constant
    return _requests(plan, {"score-ranker-processor": {"combination": combination}}, shared_filter=True)


def _weights(plan: Plan) -> list[float]:
    return [clause.share for clause in plan.clauses]


def _requests(plan: Plan, processor: Json, *, shared_filter: bool) -> Json:
    bindings, condition = plan.bindings, lucene.conditions(plan)
    path, size = f"/{bindings.index}/_search", {"size": bindings.size}
    if len(plan.clauses) == 1:  # nothing to combine: a plain query, and no pipeline
        return {"search": _post(path, {**size, "query": _clause(plan, plan.clauses[0], condition)})}
    each = None if shared_filter else condition
    hybrid: Json = {"queries": [_clause(plan, clause, each) for clause in plan.clauses]}
    if shared_filter and condition:
        hybrid["filter"] = condition
    body: Json = {**size, "query": {"hybrid": hybrid}}
    pipeline = {"phase_results_processors": [processor]}
    if bindings.pipeline is None:
        return {"search": _post(path, {**body, "search_pipeline": pipeline})}
    return {
        "pipeline": {"method": "PUT", "path": f"/_search/pipeline/{bindings.pipeline}", "body": pipeline},
        "search": _post(f"{path}?search_pipeline={bindings.pipeline}", body),
    }


def _post(path: str, body: Json) -> Json:
    return {"method": "POST", "path": path, "body": body}


def _clause(plan: Plan, clause: Clause, condition: Json | None) -> Json:
    if clause.target.kind == "text":
        return lucene.filtered(lucene.text(plan, clause), condition)
    knn: Json = {"vector": clause.vector, "k": clause.target.k}
    return {"knn": {clause.field: {**knn, "filter": condition} if condition else knn}}
