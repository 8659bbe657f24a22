"""What the teacher is asked for a batch, and which reply answers it."""

from dataclasses import replace

import pytest

from bedrock.converse import Reply
from generate import batches
from intent import prompts
from intent.runs import Keys
from store.objects import Objects
from tests.unit.samples import DOMAIN, RUN_ID, plan

from .fakes import Bucket, asked_for

KEYS = Keys(RUN_ID)
PLAN = plan()
QUESTION = batches.request(PLAN.batch(1), PLAN, DOMAIN)
REPLY = Reply("text", "end_turn", 5, 6, 1.0)


@pytest.fixture
def objects() -> Objects:
    return Objects(Bucket(), "data")  # pyright: ignore[reportArgumentType]  (of a client it has what is used)


def test_given_a_batch_then_the_question_holds_its_cell_and_room_for_every_line() -> None:
    batch = next(batch for batch in PLAN.batches if "second" in batch.cell)
    question = batches.request(batch, PLAN, DOMAIN)
    assert (question.model, question.system) == (PLAN.run.teacher, prompts.writer(DOMAIN))
    assert asked_for(question.user) == {"count": batch.count, **batch.cell, "seed": batch.seed}
    assert 100 * batch.count <= question.max_tokens <= 5_000
    assert question.stop == (prompts.END,)
    assert question.temperature > 0


def test_given_the_largest_batch_then_no_model_is_asked_for_more_than_it_writes() -> None:
    batch = PLAN.batch(1).model_copy(update={"count": 50})
    assert batches.request(batch, PLAN, DOMAIN).max_tokens == 5_000


@pytest.mark.parametrize(
    "change", [{"model": "x"}, {"system": "x"}, {"user": "x"}, {"max_tokens": 1}, {"temperature": 0.1}, {"stop": ()}]
)
def test_given_another_question_then_its_fingerprint_differs(change: dict[str, object]) -> None:
    assert batches.fingerprint(QUESTION) == batches.fingerprint(batches.request(PLAN.batch(1), PLAN, DOMAIN))
    assert batches.fingerprint(replace(QUESTION, **change)) != batches.fingerprint(QUESTION)  # pyright: ignore[reportArgumentType]  (one field each)


def test_given_a_kept_reply_then_it_is_found_again(objects: Objects) -> None:
    assert batches.find(objects, KEYS, 1, QUESTION) == "absent"
    kept = batches.keep_reply(objects, KEYS, 1, QUESTION, REPLY, road="batch")
    assert batches.find(objects, KEYS, 1, QUESTION) == kept
    assert (kept.text, kept.input_tokens, kept.output_tokens, kept.road) == ("text", 5, 6, "batch")


def test_given_a_reply_to_another_question_then_it_is_not_used(objects: Objects) -> None:
    batches.keep_reply(objects, KEYS, 1, replace(QUESTION, user="x"), REPLY, road="online")
    assert batches.find(objects, KEYS, 1, QUESTION) == "unusable"
