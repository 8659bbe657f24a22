"""Milvus: hybrid search with the weighted ranker, as a REST v2 request.

https://milvus.io/docs/weighted-ranker.md: one weight per search, each in 0..1, scores brought to 0..1 first. A text
target is the sparse field of a BM25 function (2.5), searched with the words themselves.
"""

import json
from typing import Any

from intent.engines.conditions import Condition
from intent.engines.errors import BindingError
from intent.engines.models import Scalar
from intent.engines.plan import Clause, Plan

Json = dict[str, Any]
_SIGNS = {"eq": "==", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def build(plan: Plan, version: str) -> Json:  # noqa: ARG001  (one form so far)
    """`advanced_search` over two or more fields, plain `search` over one."""
    bindings, expression = plan.bindings, " and ".join(_expression(condition) for condition in plan.conditions)
    searches = [_search(plan, clause, expression) for clause in plan.clauses]
    body: Json = {"collectionName": bindings.index}
    if len(searches) == 1:
        return _post("search", {**body, **searches[0], "limit": bindings.size})
    rerank = {"strategy": "weighted", "params": {"weights": [clause.share for clause in plan.clauses]}}
    return _post("advanced_search", {**body, "search": searches, "rerank": rerank, "limit": bindings.size})


def _post(name: str, body: Json) -> Json:
    return {"search": {"method": "POST", "path": f"/v2/vectordb/entities/{name}", "body": body}}


def _search(plan: Plan, clause: Clause, expression: str) -> Json:
    if len(clause.target.fields) > 1:
        raise BindingError(
            f"bindings.targets.{clause.modality}.field: names several fields; Milvus searches one, "
            "so bind the sparse field of a BM25 function over them"
        )
    data = plan.query if clause.target.kind == "text" else clause.vector
    search: Json = {"data": [data], "annsField": clause.field, "limit": clause.target.k}
    return {**search, "filter": expression} if expression else search


def _expression(condition: Condition) -> str:
    """https://milvus.io/docs/boolean.md."""
    values = [_literal(value) for value in condition.values]
    if condition.many and condition.op in ("eq", "in"):
        return f"array_contains_any({condition.field}, [{', '.join(values)}])"
    if condition.op == "in":
        return f"{condition.field} in [{', '.join(values)}]"
    return f"{condition.field} {_SIGNS[condition.op]} {values[0]}"


def _literal(value: Scalar) -> str:
    return json.dumps(value, ensure_ascii=False)
