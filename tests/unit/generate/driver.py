"""The generate room as its state machine runs it: batches, assembly, topping up; a faulty call is tried again."""

from collections.abc import Callable
from typing import Any, TypeVar

from bedrock.converse import Ask, Question, Reply
from bedrock.errors import BedrockError
from generate import batches
from generate.dataset import assemble
from intent.plan import Plan
from intent.runs import Keys
from intent.taxonomy import Taxonomy
from store.objects import Objects
from tests.unit.samples import DOMAIN, RUN_ID

from .fakes import Bucket, Crash

KEYS = Keys(RUN_ID)
TRIES = 4
Result = TypeVar("Result")


def again(call: Callable[[], Result]) -> Result:
    """A Lambda invocation with its retries."""
    for _ in range(TRIES - 1):
        try:
            return call()
        except (Crash, BedrockError):
            continue
    return call()


def counted(ask: Ask, calls: list[Question]) -> Ask:
    """The same teacher; `calls` gets what it is asked and answers."""

    def asked(question: Question) -> Reply:
        reply = ask(question)
        calls.append(question)
        return reply

    return asked


def write(objects: Objects, first: int, last: int, ask: Ask, taxonomy: Taxonomy = DOMAIN) -> None:
    """The map over batches: one that fails for good is noted as lost."""
    plan = stored(objects)
    for number in range(first, last + 1):
        try:
            again(lambda at=number: batches.write(objects, KEYS, plan, at, taxonomy=taxonomy, ask=ask))
        except (Crash, BedrockError):
            continue


def drive(bucket: Bucket, plan: Plan, ask: Ask, taxonomy: Taxonomy = DOMAIN) -> dict[str, Any]:
    """The whole room; the assembly's last answer."""
    objects = Objects(bucket, "data")  # pyright: ignore[reportArgumentType]  (of a client it has what is used)
    bucket.kept[KEYS.plan] = plan.model_dump_json().encode()
    first, last = 1, len(plan.batches)
    for round_ in range(5):
        write(objects, first, last, ask, taxonomy)
        found = again(lambda at=round_: assemble(objects, KEYS, stored(objects), taxonomy, round_=at))
        if found["status"] != "short":
            return found
        first, last = found["first"], found["last"]
    raise AssertionError("the rounds never end")


def stored(objects: Objects) -> Plan:
    """The plan as it is in the bucket now."""
    return Plan.model_validate(objects.read_json(KEYS.plan))
