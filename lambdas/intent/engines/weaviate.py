"""Weaviate: the arguments of one call of the Python client v4 (`collection.query.<method>`).

https://docs.weaviate.io/weaviate/search/multi-vector: target vectors joined by relative score, weights by name
(hybrid: 1.27). Text and vectors meet in a hybrid search whose alpha is the vectors' part. GraphQL has no documented
weights for hybrid, so the client's form (gRPC) is compiled; docs/engines.md has the five lines that make the call.
"""

from typing import Any

from intent.engines.conditions import Condition
from intent.engines.errors import BindingError
from intent.engines.plan import Plan, shares

Json = dict[str, Any]
_OPERATORS = {
    "eq": "equal",
    "in": "contains_any",
    "gt": "greater_than",
    "gte": "greater_or_equal",
    "lt": "less_than",
    "lte": "less_or_equal",
}


def build(plan: Plan, version: str) -> Json:  # noqa: ARG001  (one form so far)
    """`near_vector`, `bm25` or, with both, `hybrid`."""
    texts, vectors = plan.only("text"), plan.only("vector")
    body: Json = {"limit": plan.bindings.size}
    if texts:
        body |= {"query": plan.query, "query_properties": [name for clause in texts for name in clause.target.fields]}
    if len(texts) > 1:
        plan.warnings.append("weights: the engine takes one text query; the text modalities share one by the sum")
    if vectors:
        weights = shares({clause.field: clause.share for clause in vectors})
        near = {clause.field: clause.vector for clause in vectors}
        if len(near) < len(vectors):
            raise BindingError("bindings.targets: two modalities name one vector; Weaviate weighs each vector once")
        body["vector" if texts else "near_vector"] = near
        body["target_vector"] = {"combination": "relative_score", "weights": weights} if len(near) > 1 else [*near]
    if texts and vectors:
        text = sum(clause.share for clause in texts)
        body["alpha"] = round(1 - text, 4)
    if plan.conditions:
        body["filters"] = [_filter(condition) for condition in plan.conditions]
    method = "hybrid" if texts and vectors else "bm25" if texts else "near_vector"
    return {"search": {"method": f"query.{method}", "path": plan.bindings.index, "body": body}}


def _filter(condition: Condition) -> Json:
    operator = "contains_any" if condition.many and condition.op == "eq" else _OPERATORS[condition.op]
    value = list(condition.values) if operator == "contains_any" else condition.value
    return {"property": condition.field, "operator": operator, "value": value}
