"""The batch road: one job at half the price writes all that has no reply yet, and its replies are kept like any other.

A record of the job is a batch of the plan. What the job leaves out is lost to the assembly, which asks for more online.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bedrock import invocation
from bedrock.converse import Question
from generate import batches
from generate.batches import Paid
from intent.plan import Plan
from intent.runs import Keys
from intent.taxonomy import Taxonomy
from store.objects import Objects

PURPOSE = "write"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """A batch that has no reply yet: its number, and what the teacher is asked."""

    number: int
    question: Question

    @property
    def record_id(self) -> str:
        """Eleven letters and digits, as Bedrock documents them: `BATCH000012`."""
        return f"BATCH{self.number:06d}"


def wanted(objects: Objects, keys: Keys, plan: Plan, taxonomy: Taxonomy) -> list[Wanted]:
    """Every batch of the plan's last round without a valid reply, in the plan's order; earlier ones are made up for."""

    def look(number: int) -> Wanted | None:
        question = batches.request(plan.batch(number), plan, taxonomy)
        paid = batches.find(objects, keys, number, question)
        return None if isinstance(paid, Paid) else Wanted(number, question)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [found for found in pool.map(look, (batch.number for batch in plan.last_round)) if found]


def write_input(objects: Objects, keys: Keys, asked: list[Wanted]) -> None:
    """Write the job's file, one record per batch."""
    objects.write_lines(keys.job_input, (invocation.record(each.record_id, each.question) for each in asked))


def collect(objects: Objects, keys: Keys, asked: list[Wanted], job_arn: str) -> dict[str, Any]:
    """Keep the job's replies to what was asked, and give the account: `collected`, `missing` and what was no reply.

    Collecting twice changes nothing: a batch that has a reply by then is not among those asked, so that its record
    counts as `foreign`.
    """
    found = invocation.output(_lines(objects, keys, job_arn), {each.record_id for each in asked})
    replied = [each for each in asked if each.record_id in found.replies]

    def keep(each: Wanted) -> None:
        batches.keep_reply(objects, keys, each.number, each.question, found.replies[each.record_id], road="batch")

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(keep, replied))
    return {
        "collected": len(replied),
        "missing": len(asked) - len(replied),
        "errors": dict(found.errors),
        "foreign": found.foreign,
        "repeated": found.repeated,
        "malformed": found.malformed,
    }


def _lines(objects: Objects, keys: Keys, job_arn: str) -> Iterator[str]:
    """Lines of every output file of the job, in the folder of its id. `manifest.json.out` there is its summary."""
    for key in objects.keys(f"{keys.job_output}{job_arn.rpartition('/')[2]}/"):
        if key.endswith(".jsonl.out"):
            yield from objects.read_lines(key)
