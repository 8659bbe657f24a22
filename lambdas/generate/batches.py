"""A run's batches in the bucket: what the teacher is asked, and its reply, which is written once and paid once.

The reply is the single source of truth: the batch door and the assembly read their examples out of it. One document
`generate/replies/NNNNN.json` per batch, written in one piece, whichever road it came by.
"""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bedrock.converse import Ask, Question, Reply
from generate.write import Written, parse
from intent import prompts
from intent.plan import Batch, Plan
from intent.runs import Keys
from intent.taxonomy import Taxonomy
from store.objects import Objects

_MAX_TOKENS = 5_000  # what every Nova model writes at most; a reply that is cut loses its last line
_TEMPERATURE = 0.7

Road = Literal["online", "batch"]


class Paid(BaseModel):
    """A reply that was paid. `request_sha256` is `fingerprint` of the question it answers; `text` is as it came."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    request_sha256: str
    text: str
    stop_reason: str
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)
    road: Road


def request(batch: Batch, plan: Plan, taxonomy: Taxonomy) -> Question:
    """What the teacher is asked for a batch. The same plan and prompts give the same question."""
    per_line = 60 + 15 * len(taxonomy.modalities)  # tokens; a long query and its weights take two thirds of that
    return Question(
        model=plan.run.teacher,
        system=prompts.writer(taxonomy),
        user=prompts.writer_request(batch.cell, count=batch.count, seed=batch.seed),
        max_tokens=min(_MAX_TOKENS, per_line * batch.count + 100),
        temperature=_TEMPERATURE,
        stop=(prompts.END,),
    )


def fingerprint(question: Question) -> str:
    """SHA-256 over model, prompts and inference parameters: a reply to another question is not used."""
    return sha256(json.dumps(asdict(question), sort_keys=True).encode()).hexdigest()


Found = Paid | Literal["absent", "unusable"]
"""`unusable`: there is a reply, but it is damaged, or to another question; it counts as none."""


def find(objects: Objects, keys: Keys, number: int, question: Question) -> Found:
    """The paid reply of a batch to this question, if there is one."""
    found = objects.find(keys.reply(number))
    if found is None:
        return "absent"
    try:
        reply = Paid.model_validate_json(found)
    except ValidationError:
        return "unusable"
    return reply if reply.request_sha256 == fingerprint(question) else "unusable"


def paid(question: Question, reply: Reply, road: Road) -> Paid:
    """The reply to this question, as it is kept."""
    return Paid(
        request_sha256=fingerprint(question),
        text=reply.text,
        stop_reason=reply.stop_reason,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        road=road,
    )


def keep_reply(objects: Objects, keys: Keys, number: int, question: Question, reply: Reply, *, road: Road) -> Paid:
    """Write a reply. After this one put the batch is finished, and never paid again."""
    kept = paid(question, reply, road)
    objects.write(keys.reply(number), kept.model_dump_json().encode(), "application/json")
    return kept


class Refusals(BaseModel):
    """Of the batches that were asked last, how many were refused, and the first one's code and words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    batches: int = 0
    of: int = 0
    reason: str = ""

    @property
    def mostly(self) -> bool:
        """Whether asking for more would be refused as well: not the one batch, but the right or the model."""
        return 2 * self.batches > self.of


@dataclass(frozen=True, slots=True)
class Done:
    """A finished batch. `before`: what was there before it was asked for; `paid` if nothing had to be asked."""

    paid: Paid
    written: Written
    before: Literal["paid", "absent", "unusable"]


def write(objects: Objects, keys: Keys, plan: Plan, number: int, *, taxonomy: Taxonomy, ask: Ask) -> Done:
    """Finish a batch: ask the teacher once, unless there is a reply, and put what came of it beside it for people.

    Raises BedrockError. A crash before the reply is stored costs that one call again; later ones cost none.
    """
    batch = plan.batch(number)
    question = request(batch, plan, taxonomy)
    found = find(objects, keys, number, question)
    if isinstance(found, Paid):
        reply = found
    else:
        reply = keep_reply(objects, keys, number, question, ask(question), road="online")
    written = parse(reply.text, reply.stop_reason, batch, taxonomy)
    objects.write_lines(keys.batch(number), (example.model_dump_json() for example in written.examples))
    if written.quarantine:
        objects.write_lines(keys.quarantine(number), (bad.model_dump_json() for bad in written.quarantine))
    return Done(reply, written, "paid" if isinstance(found, Paid) else found)
