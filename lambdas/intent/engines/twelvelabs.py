"""TwelveLabs search v1.3: there are no weights, so the modalities above the floor become search options.

https://docs.twelvelabs.io/v1.3/api-reference/any-to-video-search/make-search-request (multipart form; lists are
repeated fields). For true weights send one request per modality and `fuse` the results.
"""

import json
from typing import Any

from intent.engines.conditions import Condition
from intent.engines.errors import BindingError, DecisionError
from intent.engines.models import OPTIONS, Scalar
from intent.engines.plan import Plan

Json = dict[str, Any]
_MOST_PER_PAGE = 50


def build(plan: Plan, version: str) -> Json:
    """Options in the order of their weights."""
    ordered = sorted(plan.clauses, key=lambda clause: -clause.share)
    for clause in ordered:
        if clause.field not in OPTIONS:
            raise BindingError(
                f"bindings.targets.{clause.modality}.field: {clause.field} is no search option; "
                f"use {', '.join(OPTIONS)}, or bind the modality to null"
            )
    if not plan.query.strip():
        raise DecisionError("decision.query: is missing; TwelveLabs embeds the query's words itself")
    body: Json = {"index_id": plan.bindings.index, "query_text": plan.query}
    body["search_options"] = list(dict.fromkeys(clause.field for clause in ordered))
    body |= {"operator": "or", "page_limit": min(plan.bindings.size, _MOST_PER_PAGE)}
    if plan.bindings.size > _MOST_PER_PAGE:
        plan.warnings.append(f"size: a page has {_MOST_PER_PAGE} results at most; ask for the next page by its token")
    if len(ordered) > 1:
        plan.warnings.append("weights: the engine takes none; all search options count alike")
    if wanted := _filter(plan):
        body["filter"] = json.dumps(wanted, ensure_ascii=False)
    return {"search": {"method": "POST", "path": f"/v{version}/search", "body": body}}


def _filter(plan: Plan) -> dict[str, Scalar | dict[str, Scalar]]:
    """Equality, and numbers by gte and lte: all that user metadata can be filtered by."""
    found: dict[str, Scalar | dict[str, Scalar]] = {}
    for condition in plan.conditions:
        before = found.get(condition.field)
        if condition.op == "eq" and before is None:
            found[condition.field] = condition.value
        elif _is_bound(condition) and (before is None or isinstance(before, dict)):
            found[condition.field] = {**(before or {}), condition.op: condition.value}
        else:
            plan.warnings.append(f"filters: {condition.field} {condition.op} cannot be said to this engine; left out")
    return found


def _is_bound(condition: Condition) -> bool:
    return condition.op in ("gte", "lte") and isinstance(condition.value, int | float)
