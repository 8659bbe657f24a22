"""Azure AI Search: one request, text and vectors fused by reciprocal rank.

https://learn.microsoft.com/azure/search/hybrid-search-how-to-query. A vector query's weight is above 0, default 1.0;
the text query's is always 1.0, so with text every weight is given relative to the text's share.
"""

from typing import Any

from intent.engines.conditions import RANGES, Condition
from intent.engines.errors import BindingError
from intent.engines.models import Scalar
from intent.engines.plan import Clause, Plan

Json = dict[str, Any]
_WORDS = {"eq": "eq", "gt": "gt", "gte": "ge", "lt": "lt", "lte": "le"}


def build(plan: Plan, version: str) -> Json:
    """POST .../docs/search."""
    texts, vectors = plan.only("text"), plan.only("vector")
    body: Json = {"top": plan.bindings.size}
    if texts:
        fields = [_plain(clause, name) for clause in texts for name in clause.target.fields]
        body |= {"search": plan.query, "searchFields": ",".join(dict.fromkeys(fields))}
    if len(texts) > 1:
        plan.warnings.append("weights: the engine takes one text query; the text modalities share one by the sum")
    if vectors:
        body["vectorQueries"] = [_vector(plan, clause, texts) for clause in vectors]
    if plan.conditions:
        body["filter"] = " and ".join(_odata(condition) for condition in plan.conditions)
    path = f"/indexes/{plan.bindings.index}/docs/search?api-version={version}"
    return {"search": {"method": "POST", "path": path, "body": body}}


def _vector(plan: Plan, clause: Clause, texts: list[Clause]) -> Json:
    query: Json = {"kind": "vector", "vector": clause.vector, "fields": clause.field, "k": clause.target.k}
    if len(plan.clauses) > 1:
        text = sum(other.share for other in texts)
        query["weight"] = round(clause.share / text, 4) if text else plan.multiplier(clause)
    return query


def _plain(clause: Clause, name: str) -> str:
    if "^" in name:
        raise BindingError(f"bindings.targets.{clause.modality}.field: {name} has a boost; Azure takes the bare name")
    return name


def _odata(condition: Condition) -> str:
    """https://learn.microsoft.com/azure/search/search-query-odata-filter."""
    name = "x" if condition.many else condition.field
    word = _WORDS[condition.op] if condition.op in (*RANGES, "eq") else "eq"
    tests = [f"{name} {word} {_literal(value, date=condition.date)}" for value in condition.values]
    test = " or ".join(tests)
    if condition.many:
        return f"{condition.field}/any(x: {test})"
    return f"({test})" if len(tests) > 1 else test


def _literal(value: Scalar, *, date: bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and not date:
        return "'" + value.replace("'", "''") + "'"
    return str(value)
