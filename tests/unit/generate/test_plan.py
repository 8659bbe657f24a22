"""The plan of a run that may start."""

from generate import plan as planning
from generate.plan import summary
from intent.plan import CANDIDATES
from tests.unit.samples import NOW, plan

OLD = {"run_id": "old-run", "attempt": 1}


def test_given_a_plan_then_its_summary_has_what_the_state_machine_reads() -> None:
    made = plan(examples=300, holdout=50, chunk_size=25)
    found = summary(made, OLD)
    assert (found["ok"], found["run_id"], found["first"], found["last"]) == (True, made.run_id, 1, len(made.batches))
    assert (found["promote"], found["abandoned"], found["estimate_usd"]) == (True, OLD, 1.0)
    assert found["answers"] == [{"candidate": name, "chunk": chunk} for name in CANDIDATES for chunk in (1, 2)]


def test_given_what_the_preflight_found_then_plan_and_summary_carry_it() -> None:
    entry = {"role": "judge", "from": "old", "to": "new", "why": "gone"}
    made = plan().model_copy(update={"substituted": [entry], "warnings": ["mind the judge"]})
    assert (summary(made)["substituted"], summary(made)["warnings"]) == ([entry], ["mind the judge"])


def test_given_the_largest_run_then_its_plan_fits_an_inline_map() -> None:
    made = plan(examples=15_000, holdout=1000, chunk_size=250)
    assert len(made.batches) == 600
    assert made.asked_at == NOW
    assert planning.summary(made, None)["last"] == 600
