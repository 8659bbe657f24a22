"""Resuming a run: an execution whose input names a run goes on with it, under the same id, plan and settings."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from generate.request import INPUT, Rejected
from intent import prompts
from intent.plan import Plan
from intent.runs import MAX_RUN_ID, Keys, is_run_id
from intent.taxonomy import Taxonomy
from store.objects import Objects

KEY = "resume"
_FINISHED = "SUCCEEDED"  # an execution that failed, was stopped or ran out of time ends otherwise
_SPLITS = ("train", "validation", "holdout")


def wanted(given: object) -> str | None:
    """The run that the execution's input asks to resume; None for a new run. Raises Rejected (InvalidInput)."""
    if not isinstance(given, Mapping) or KEY not in given:
        return None
    run = given[KEY]
    if not isinstance(run, str) or not is_run_id(run):
        raise Rejected(
            "InvalidInput", f"{KEY}: must be a run id, at most {MAX_RUN_ID} of a-z, 0-9 and -, such as try-12ab34cd"
        )
    return run


def find(objects: Objects, run: str) -> Plan:
    """The plan of a run that exists. Raises Rejected (UnknownRun, PlanOutdated)."""
    found = objects.find(Keys(run).plan)
    if found is None:
        raise Rejected("UnknownRun", f"{KEY}: there is no run {run}; its id is in the notice of its end")
    try:
        return Plan.model_validate_json(found)
    except ValidationError:
        message = f"the plan of run {run} was written by another version of this code: start a new run"
        raise Rejected("PlanOutdated", message) from None


def check(plan: Plan, given: object, taxonomy: Taxonomy) -> None:
    """Refuse other settings than the run's own, and prompts that have changed since. Raises Rejected."""
    settings = {str(key): value for key, value in given.items() if key != KEY} if isinstance(given, Mapping) else {}
    if unknown := sorted(set(settings) - set(INPUT)):
        raise Rejected("InvalidInput", f"unknown input {', '.join(unknown)[:200]} beside {KEY}")
    own = plan.run.model_dump(mode="json")
    if others := sorted(key for key, value in settings.items() if value != own[key]):
        told = ", ".join(f"{key} is {own[key]!r}" for key in others)
        raise Rejected("InvalidInput", f"a resumed run keeps its settings: {told}; leave {', '.join(others)} out")
    if plan.prompt_version != prompts.version(taxonomy):
        raise Rejected(
            "PromptsChanged",
            f"prompts are no longer those of run {plan.run_id}: its data set would be of two kinds; start a new run",
        )


def check_unfinished(plan: Plan, status: str | None, *, reported: bool) -> None:
    """Refuse a run that has its verdict. `status`: of its last execution; None once Step Functions has forgotten it.

    Then a report stands for a verdict. Raises Rejected.
    """
    if status == _FINISHED or (status is None and reported):
        raise Rejected("RunFinished", f"run {plan.run_id} has ended with a verdict: start a new run instead")


def again(plan: Plan, execution_arn: str) -> Plan:
    """The plan for this execution's attempt; asked again by the same execution (a retry), it is the same."""
    if plan.execution_arn == execution_arn:
        return plan
    return plan.model_copy(update={"execution_arn": execution_arn, "attempt": plan.attempt + 1})


def where_it_stood(objects: Objects, plan: Plan) -> Plan:
    """The plan up to the last round of which a batch has its reply, or to the first plan: that round is written on.

    Later rounds made up for batches of that one which are asked again now: with both there would be too many, unevenly.
    """
    keys = Keys(plan.run_id)
    there = set(objects.keys(keys.replies))
    last = max((batch.round for batch in plan.batches if keys.reply(batch.number) in there), default=0)
    return plan.model_copy(update={"batches": [batch for batch in plan.batches if batch.round <= last]})


def abandoned(objects: Objects, run: str, dead: str | None) -> dict[str, Any] | None:
    """Run id and attempt of the run that the lease was taken from; None if it is this one, which goes on."""
    if dead is None or dead == run:
        return None
    found = objects.find(Keys(dead).plan)  # None: it died before it had one
    return {"run_id": dead, "attempt": json.loads(found).get("attempt", 1) if found else 1}


def assembled(objects: Objects, keys: Keys) -> bool:
    """Whether the run's data set is there and is what its manifest, which is written last, says it is."""
    if objects.find(keys.manifest) is None:
        return False
    digests: Mapping[str, str] = objects.read_json(keys.manifest)["sha256"]
    found = {name: objects.find(keys.split(name)) for name in _SPLITS}
    return all(body is not None and sha256(body).hexdigest() == digests.get(name) for name, body in found.items())
