"""The plan of a run that may start."""

import json

from generate import plan as planning
from generate.plan import summary
from intent.candidates import CANDIDATES
from tests.unit.samples import NOW, plan, pointer

OLD = {"run_id": "old-run", "attempt": 1}


def test_given_a_plan_then_its_summary_has_what_the_state_machine_reads() -> None:
    made = plan(examples=300, holdout=50, chunk_size=25)
    found = summary(made, OLD)
    assert (found["ok"], found["run_id"], found["first"], found["last"]) == (True, made.run_id, 1, len(made.batches))
    assert (found["promote"], found["abandoned"], found["estimate_usd"]) == (True, OLD, 1.0)
    assert found["answers"] == [{"candidate": name, "chunk": chunk} for name in CANDIDATES for chunk in (1, 2)]


def test_given_a_plan_that_has_been_topped_up_then_the_last_round_is_the_one_to_write() -> None:
    first = plan()
    count = len(first.batches)
    more = [
        first.batches[0].model_copy(update={"number": count + at, "round": round_})
        for at, round_ in enumerate((1, 1, 2), 1)
    ]
    found = summary(first.model_copy(update={"batches": [*first.batches, *more[:2]]}))
    assert (found["first"], found["last"], found["round"]) == (count + 1, count + 2, 1)
    found = summary(first.model_copy(update={"batches": [*first.batches, *more]}))
    assert (found["first"], found["last"], found["round"]) == (count + 3, count + 3, 2)
    assert summary(first)["round"] == 0


def test_given_more_candidates_then_each_answers_every_chunk() -> None:
    others = ["us.amazon.nova-lite-v1:0", "us.amazon.nova-premier-v1:0"]
    made = plan(others=others, keep_failed=True).model_copy(update={"active": pointer()})
    assert made.candidates == (
        *("distilled", "edge", "active", "base", "base-short", "baseline", "teacher"),
        *("other-1", "other-2", "keyword", "static"),
    )
    assert [entry["candidate"] for entry in summary(made)["answers"][::2]] == list(made.candidates)
    assert summary(made)["keep_failed"] is True


def test_given_the_largest_held_out_set_then_the_summary_is_still_small() -> None:
    made = plan(examples=15_000, holdout=5000, chunk_size=250, others=["a.b", "a.c", "a.d", "a.e"])
    found = json.dumps(summary(made.model_copy(update={"active": pointer()})))
    assert len(found) < 20_000, "Step Functions carries 256 kB"


def test_given_what_the_preflight_found_then_plan_and_summary_carry_it() -> None:
    entry = {"role": "judge", "from": "old", "to": "new", "why": "gone"}
    made = plan().model_copy(update={"substituted": [entry], "warnings": ["mind the judge"]})
    assert (summary(made)["substituted"], summary(made)["warnings"]) == ([entry], ["mind the judge"])


def test_given_the_largest_run_then_its_plan_fits_an_inline_map() -> None:
    made = plan(examples=15_000, holdout=1000, chunk_size=250)
    assert len(made.batches) == 600
    assert made.asked_at == NOW
    assert planning.summary(made, None)["last"] == 600
