"""MongoDB: one aggregation with `$rankFusion`, weights by pipeline name; k is fixed at 60.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/rankFusion/ (8.0; a missing weight is 1). Fields
in filters of `$vectorSearch` must be indexed as type filter. Dates are Extended JSON: decode with bson.json_util.
"""

from typing import Any

from intent.engines.conditions import Condition
from intent.engines.errors import BindingError
from intent.engines.plan import Clause, Plan

Json = dict[str, Any]
_MOST_CANDIDATES = 10_000
_CANDIDATES_PER_HIT = 20  # https://www.mongodb.com/docs/atlas/atlas-vector-search/vector-search-stage/


def build(plan: Plan, version: str) -> Json:  # noqa: ARG001  (one form so far)
    """A database command: `db.command(body)`."""
    pipelines = {clause.modality: _pipeline(plan, clause) for clause in plan.clauses}
    if len(pipelines) == 1:
        stages = next(iter(pipelines.values()))
    else:
        weights = {clause.modality: plan.multiplier(clause) for clause in plan.clauses}
        stages = [{"$rankFusion": {"input": {"pipelines": pipelines}, "combination": {"weights": weights}}}]
    command = {
        "aggregate": plan.bindings.index,
        "pipeline": [*stages, {"$limit": plan.bindings.size}],
        "cursor": {},
    }
    return {"search": {"method": "runCommand", "path": "", "body": command}}


def _pipeline(plan: Plan, clause: Clause) -> list[Json]:
    target, condition = clause.target, _filter(plan)
    if target.kind == "vector":
        if target.index is None:
            raise BindingError(
                f"bindings.targets.{clause.modality}.index: is missing; name the vector search index of the field"
            )
        candidates = min(_CANDIDATES_PER_HIT * target.k, _MOST_CANDIDATES)
        search: Json = {"index": target.index, "path": clause.field, "queryVector": clause.vector}
        search |= {"numCandidates": candidates, "limit": target.k}
        return [{"$vectorSearch": {**search, "filter": condition} if condition else search}]
    words = {"query": plan.query, "path": [_plain(clause, name) for name in target.fields]}
    search = {"index": target.index or "default", "text": words}
    return [{"$search": search}, *([{"$match": condition}] if condition else []), {"$limit": target.k}]


def _plain(clause: Clause, name: str) -> str:
    if "^" in name:
        raise BindingError(f"bindings.targets.{clause.modality}.field: {name} has a boost; MongoDB takes the bare path")
    return name


def _filter(plan: Plan) -> Json | None:
    found = [{condition.field: {f"${condition.op}": _operand(condition)}} for condition in plan.conditions]
    if len(found) > 1:
        return {"$and": found}
    return found[0] if found else None


def _operand(condition: Condition) -> object:
    if condition.date:
        return {"$date": condition.value}
    return list(condition.values) if condition.op == "in" else condition.value
