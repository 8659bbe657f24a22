"""What a run is expected to cost, and at most."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock import customization, invocation
from generate.plan import first_batches
from intent import estimate as estimating
from intent import prompts
from intent.bill import EPOCHS, ITEMS, ON_DEMAND, QUERY_TOKENS, VERDICT_TOKENS, Item, Texts, total
from intent.candidates import JUDGED
from intent.estimate import at_most, estimate
from intent.plan import MAX_EXAMPLES, MAX_RESPONSE, MIN_JOB, Run, spare_calls
from intent.prices import load, put_over
from intent.scoring import RUBRIC, SCALE
from intent.tokens import tokens
from tests.unit.samples import DOMAIN, pointer, run

TABLE, TEXTS = load(), Texts.of(DOMAIN)
EXAMPLES = st.integers(300, 14_000)
ROADS = st.sampled_from(["online", "batch"])


def bill(wanted: Run) -> dict[str, Item]:
    return {item.item: item for item in estimate(wanted, first_batches(wanted, DOMAIN), DOMAIN, TABLE)}


def most(wanted: Run) -> float:
    return at_most(wanted, first_batches(wanted, DOMAIN), DOMAIN, TABLE)


def usd(model: str, tokens_in: int, tokens_out: int) -> float:
    return round(TABLE.cost(model, tokens_in, tokens_out), 4)


def test_given_a_run_then_each_item_is_as_computed_by_hand() -> None:
    wanted = run(examples=1000, holdout=200)
    planned, found = first_batches(wanted, DOMAIN), bill(wanted)
    assert tuple(found) == ON_DEMAND
    requests = sum(tokens(prompts.writer_request(b.cell, count=b.count, seed=b.seed)) for b in planned)
    asked = len(planned) * tokens(prompts.writer(DOMAIN)) + requests
    assert found["write_and_label"].usd == usd(wanted.teacher, asked, 1000 * TEXTS.line)
    prompted = wanted.training * (tokens(prompts.student(DOMAIN)) + QUERY_TOKENS)
    replied = wanted.training * TEXTS.answer
    assert found["job_teacher"].usd == usd(wanted.job_teacher, prompted, replied)
    assert found["training"].usd == round(EPOCHS * (prompted + replied) / 1e6 * TABLE.training_rate(wanted.student), 4)
    assert found["model_storage_month"].usd == TABLE.storage.per_model_and_month
    long = 200 * (tokens(prompts.teacher(DOMAIN)) + QUERY_TOKENS)
    short, said = 200 * (tokens(prompts.student(DOMAIN)) + QUERY_TOKENS), 200 * TEXTS.stopped
    models = (wanted.base, wanted.baseline, wanted.teacher)
    asked_of = [(wanted.student, short), (wanted.base, short), *((model, long) for model in models)]
    answers = sum(TABLE.cost(model, read, said) for model, read in asked_of)
    assert found["answer"].usd == pytest.approx(answers, abs=1e-4)
    rated = len(JUDGED) * 200 + wanted.judge_repeat
    each = tokens(RUBRIC) + tokens(str(SCALE)) + QUERY_TOKENS + 2 * TEXTS.answer
    assert found["judge"].usd == usd(wanted.judge, rated * each, rated * VERDICT_TOKENS)
    assert found["aws"].usd == pytest.approx(
        TABLE.aws.per_run + TABLE.aws.per_step * (len(planned) + 8 * 1 + len(JUDGED) + 1), abs=1e-4
    )


def test_given_more_candidates_then_their_answers_and_the_judges_are_in_the_bill() -> None:
    plain = run(examples=1000, holdout=200, judged=["distilled", "baseline"], judge_repeat=0)
    other, table = "us.amazon.nova-lite-v1:0", TABLE
    more = plain.model_copy(update={"others": (other,), "judged": ("distilled", "baseline", "active", "other-1")})
    batches = first_batches(plain, DOMAIN)
    without = {item.item: item for item in estimate(plain, batches, DOMAIN, table)}
    found = {item.item: item for item in estimate(more, batches, DOMAIN, table, pointer())}
    long, short = (200 * (tokens(p(DOMAIN)) + QUERY_TOKENS) for p in (prompts.teacher, prompts.student))
    said = 200 * TEXTS.stopped
    added = table.cost(other, long, said) + table.cost("amazon.nova-micro-v1:0", short, said)
    assert found["answer"].usd == pytest.approx(without["answer"].usd + added, abs=2e-4)
    assert found["judge"].usd == pytest.approx(2 * without["judge"].usd, abs=2e-4)
    assert found["aws"].usd == pytest.approx(without["aws"].usd + 4 * table.aws.per_step, abs=2e-4)
    assert at_most(more, batches, DOMAIN, table, pointer()) > at_most(plain, batches, DOMAIN, table)
    again = plain.model_copy(update={"judge_repeat": 100})
    assert bill(again)["judge"].usd == pytest.approx(1.25 * without["judge"].usd, abs=2e-4)


def test_given_a_model_named_for_the_run_that_has_no_price_then_it_is_named() -> None:
    with pytest.raises(KeyError, match=r"no price for x\.y"):
        bill(run(others=["x.y"]))


def test_given_thousands_held_out_then_the_judge_has_jobs_in_parts() -> None:
    one, five = (run(examples=10_000, holdout=size, chunk_size=1000) for size in (1000, 5000))
    steps = (bill(five)["aws"].usd - bill(one)["aws"].usd) / TABLE.aws.per_step
    assert steps == pytest.approx(4 * (8 + len(JUDGED)), abs=0.5)


def test_given_fine_tuning_then_no_teacher_answers_inside_the_job() -> None:
    assert "job_teacher" not in bill(run(customization="FINE_TUNING"))
    assert "job_teacher" in bill(run(mode="prompts")), "the teacher answers what the file leaves open"


def test_given_the_batch_road_then_writing_costs_half_unless_a_job_would_refuse_so_few() -> None:
    online, batch = bill(run()), bill(run(road="batch"))
    assert batch["write_and_label"].usd == pytest.approx(online["write_and_label"].usd / 2, abs=1e-4)
    assert batch["aws"].usd < online["aws"].usd
    few = {"examples": 300, "holdout": 60}
    assert bill(run(**few, road="batch"))["write_and_label"] == bill(run(**few))["write_and_label"]


def test_given_limits_that_others_set_then_they_are_the_same_here() -> None:
    assert estimating.MIN_JOB == invocation.MIN_RECORDS
    assert estimating.MAX_RESPONSE == customization.MAX_RESPONSE


@settings(max_examples=20)
@given(EXAMPLES, st.integers(20, 60), st.integers(2, 50), ROADS)
def test_given_a_larger_run_then_nothing_but_rounding_gets_cheaper(
    examples: int, holdout: int, size: int, road: str
) -> None:
    small = run(examples=examples, holdout=holdout, batch_size=size, mixed_share=0, road="online")
    large = small.model_copy(update={"examples": examples + 200, "holdout": holdout + 1})
    assert all(bill(large)[name].usd >= item.usd > 0 for name, item in bill(small).items())
    assert most(large) >= most(small)
    by_job = small.model_copy(update={"road": road})
    assert total(bill(by_job).values()) <= total(bill(small).values())


@settings(max_examples=30)
@given(EXAMPLES, ROADS, st.sampled_from(["DISTILLATION", "FINE_TUNING"]), st.floats(1, 5))
def test_given_any_run_then_its_items_sum_up_and_the_worst_is_no_better(
    examples: int, road: str, customization: str, call_budget: float
) -> None:
    wanted = run(examples=examples, holdout=60, road=road, customization=customization, call_budget=call_budget)
    items = bill(wanted)
    assert total(items.values()) == pytest.approx(sum(item.usd for item in items.values()))
    assert most(wanted) >= total(items.values()) - 1e-9
    if customization == "FINE_TUNING" and call_budget == 1:
        assert most(wanted) == pytest.approx(total(items.values()))


def test_given_a_run_then_each_item_names_the_tokens_that_it_is_priced_by() -> None:
    wanted = run(examples=1000, holdout=200)
    found = bill(wanted)
    priced = {"write_and_label": wanted.teacher, "job_teacher": wanted.job_teacher, "judge": wanted.judge}
    for name, model in priced.items():
        assert min(found[name].input_tokens, found[name].output_tokens) > 0, name
        assert found[name].usd == usd(model, found[name].input_tokens, found[name].output_tokens), name
    training, answers = found["training"], found["answer"]
    assert training.usd == round(training.input_tokens / 1e6 * TABLE.training_rate(wanted.student), 4)
    assert answers.input_tokens == 200 * (2 * TEXTS.student + 3 * TEXTS.teacher + 5 * QUERY_TOKENS)
    assert answers.output_tokens == 5 * 200 * TEXTS.stopped
    assert [(item.input_tokens, item.output_tokens) for item in (found["aws"], found["model_storage_month"])] == [
        (0, 0),
        (0, 0),
    ]
    assert training.output_tokens == 0


@pytest.mark.parametrize(("count", "share"), [(MIN_JOB - 1, 1.0), (MIN_JOB, 0.5)])
def test_given_as_many_batches_as_a_job_takes_at_least_then_writing_costs_half(count: int, share: float) -> None:
    online, batch = run(examples=6000), run(examples=6000, road="batch")
    some = first_batches(online, DOMAIN)[:count]
    written = [estimate(wanted, some, DOMAIN, TABLE)[0] for wanted in (batch, online)]
    assert len(some) == count
    assert written[0].usd == pytest.approx(share * written[1].usd, abs=1e-4)


@pytest.mark.parametrize(("examples", "holdout"), [(3000, 200), (140, 20)], ids=["full batches", "smaller ones"])
@pytest.mark.parametrize("customization", ["DISTILLATION", "FINE_TUNING"])
def test_given_a_run_then_the_worst_is_full_batches_at_the_full_price_and_a_job_that_bedrock_fills_up(
    customization: str, examples: int, holdout: int
) -> None:
    wanted = run(examples=examples, holdout=holdout, road="batch", call_budget=2, customization=customization)
    planned, items = first_batches(wanted, DOMAIN), bill(wanted)
    first, spare = planned[0], spare_calls(wanted, planned)
    request = tokens(prompts.writer_request(first.cell, count=wanted.batch_size, seed=first.seed))
    read, wrote = tokens(prompts.writer(DOMAIN)) + request, wanted.batch_size * TEXTS.line
    topping = usd(wanted.teacher, spare * read, spare * wrote)
    filled = 0.0
    if customization == "DISTILLATION":
        pairs = MAX_EXAMPLES["DISTILLATION"]
        prompted, replied = pairs * (TEXTS.student + QUERY_TOKENS), pairs * MAX_RESPONSE
        trained = EPOCHS * (prompted + replied) / 1e6 * TABLE.training_rate(wanted.student)
        filled = usd(wanted.job_teacher, prompted, replied) - items["job_teacher"].usd + trained - items["training"].usd
    assert spare > 1
    assert most(wanted) == pytest.approx(total(items.values()) + topping + filled, abs=1e-3)


def test_given_a_version_in_service_then_the_worst_holds_its_answers_too() -> None:
    wanted = run(examples=1000, holdout=200)
    batches = first_batches(wanted, DOMAIN)
    more = total(estimate(wanted, batches, DOMAIN, TABLE, pointer())) - total(estimate(wanted, batches, DOMAIN, TABLE))
    assert at_most(wanted, batches, DOMAIN, TABLE, pointer()) == pytest.approx(most(wanted) + more)
    assert more > 0


@given(st.floats(1, 5), st.floats(0, 3))
def test_given_a_larger_call_budget_then_the_run_may_cost_more(budget: float, more: float) -> None:
    small: dict[str, Any] = {"examples": 1000, "holdout": 60}
    assert most(run(**small, call_budget=min(5, budget + more))) >= most(run(**small, call_budget=budget))


UNITS = {"kind": "provisioned", "units": 2, "commitment": "none"}
PRICED = put_over(TABLE, {"provisioned": {"amazon.nova-micro-v1:0": {"none": 3, "SixMonths": 2.5}}})


@pytest.mark.parametrize(("commitment", "usd_in_all"), [("none", 2 * 3 * 730), ("SixMonths", 2 * 2.5 * 4380)])
def test_given_provisioned_throughput_then_its_term_is_billed_and_the_students_tokens_are_not(
    commitment: str, usd_in_all: float
) -> None:
    wanted = run(examples=1000, holdout=200, serving={**UNITS, "commitment": commitment})
    items = {item.item: item for item in estimate(wanted, first_batches(wanted, DOMAIN), DOMAIN, PRICED)}
    assert tuple(items) == tuple(ITEMS)
    assert items["model_units"].usd == usd_in_all
    by_token = bill(run(examples=1000, holdout=200))["answer"]
    tokens_of_the_student = 200 * (tokens(prompts.student(DOMAIN)) + QUERY_TOKENS)
    assert items["answer"].input_tokens == by_token.input_tokens - tokens_of_the_student
    assert at_most(wanted, first_batches(wanted, DOMAIN), DOMAIN, PRICED) > usd_in_all


@pytest.mark.parametrize("commitment", ["none", "OneMonth"])
def test_given_no_price_of_the_commitment_then_there_is_no_estimate_and_the_entry_is_named(commitment: str) -> None:
    wanted = run(examples=1000, serving={**UNITS, "commitment": commitment})
    table = TABLE if commitment == "none" else PRICED
    with pytest.raises(KeyError, match=f'"amazon.nova-micro-v1:0": {{"{commitment}": USD per unit and hour') as caught:
        estimate(wanted, first_batches(wanted, DOMAIN), DOMAIN, table)
    assert "cdk.json" in str(caught.value)


def test_the_shipped_table_has_no_price_that_nobody_has_read() -> None:
    assert TABLE.provisioned == {}
