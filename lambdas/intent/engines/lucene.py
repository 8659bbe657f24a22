"""What OpenSearch and Elasticsearch share: the query DSL of text clauses and filters."""

from typing import Any

from intent.engines.conditions import Condition
from intent.engines.plan import Clause, Plan

Query = dict[str, Any]


def text(plan: Plan, clause: Clause) -> Query:
    """The query's words over the clause's fields."""
    return {"multi_match": {"query": plan.query, "fields": list(clause.target.fields)}}


def conditions(plan: Plan) -> Query | None:
    """All filters as one query, None without any."""
    found = [_condition(condition) for condition in plan.conditions]
    if len(found) > 1:
        return {"bool": {"filter": found}}
    return found[0] if found else None


def filtered(query: Query, condition: Query | None) -> Query:
    """A query that scores as before, over what passes the filter only."""
    return {"bool": {"must": [query], "filter": [condition]}} if condition else query


def _condition(condition: Condition) -> Query:
    if condition.op == "eq":
        return {"term": {condition.field: condition.value}}
    if condition.op == "in":
        return {"terms": {condition.field: list(condition.values)}}
    return {"range": {condition.field: {condition.op: condition.value}}}
