"""What is checked before money is spent."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from generate import plan as planning
from generate.plan import check_cost, check_models, summary
from generate.request import Rejected
from intent.models import LifeCycle
from intent.plan import CANDIDATES
from tests.unit.samples import DOMAIN, NOW, plan, run

ACTIVE = LifeCycle("ACTIVE", None)
TEACHER = "us.amazon.nova-pro-v1:0"


def refusal(cycles: dict[str, LifeCycle | None], **changed: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        check_models(run(**changed), lambda model: cycles.get(model, ACTIVE), NOW)
    return caught.value


def test_given_active_models_then_each_is_looked_up_and_the_run_may_start() -> None:
    asked: list[str] = []

    def look_up(model: str) -> LifeCycle:
        asked.append(model)
        return ACTIVE

    wanted = run()
    check_models(wanted, look_up, NOW)
    assert set(asked) == set(wanted.models.values())


def test_given_a_model_at_its_end_of_life_then_date_and_successor_are_named() -> None:
    premier = "us.amazon.nova-premier-v1:0"
    found = refusal({premier: LifeCycle("LEGACY", datetime(2026, 9, 14, tzinfo=UTC))}, teacher=premier)
    assert found.error == "ModelNotUsable"
    assert str(found) == f"{premier} has reached its end of life on 2026-09-14; use us.amazon.nova-pro-v1:0"


def test_given_a_legacy_and_an_unknown_model_then_both_are_named() -> None:
    found = refusal({TEACHER: LifeCycle("LEGACY", None), "us.anthropic.claude-sonnet-4-6": None})
    assert "is LEGACY" in str(found)
    assert "not known to Bedrock" in str(found)


def test_given_a_model_that_the_roles_may_not_call_then_it_says_what_to_do() -> None:
    found = refusal({}, judge="us.amazon.nova-2-lite-v1:0")
    assert found.error == "ModelNotAllowed"
    assert "us.amazon.nova-2-lite-v1:0; add it to `models` in cdk.json and deploy" in str(found)


def test_given_no_list_of_allowed_models_then_any_active_model_may_be_used() -> None:
    check_models(run(judge="x", allowed_models=()), lambda _: ACTIVE, NOW)


def test_given_the_full_default_run_then_it_stays_under_its_own_cap() -> None:
    items = check_cost(run(), DOMAIN)
    assert 5 < math.fsum(items.values()) < run().max_cost_usd


def test_given_a_run_above_its_cap_then_the_bill_is_shown() -> None:
    with pytest.raises(
        Rejected, match=r"may cost \d+\.\d\d USD \(write_and_label .*above max_cost_usd 2\.00"
    ) as caught:
        check_cost(run(max_cost_usd=2), DOMAIN)
    assert caught.value.error == "TooExpensive"


def test_given_a_cap_equal_to_the_estimate_then_the_run_may_start() -> None:
    total = math.fsum(check_cost(run(), DOMAIN).values())
    check_cost(run(max_cost_usd=total), DOMAIN)


@pytest.mark.parametrize("role", ["judge", "student"])
def test_given_a_model_without_a_price_then_the_run_is_refused(role: str) -> None:
    with pytest.raises(Rejected, match=r"has no (training )?price for x\.y; add one") as caught:
        check_cost(run(**{role: "x.y"}), DOMAIN)
    assert caught.value.error == "PriceUnknown"


def test_given_fine_tuning_then_it_is_cheaper_by_the_jobs_teacher() -> None:
    tuned = check_cost(run(customization="FINE_TUNING"), DOMAIN)
    distilled = check_cost(run(), DOMAIN)
    assert tuned["job_teacher"] == 0 < distilled["job_teacher"]


def test_given_a_plan_then_its_summary_has_what_the_state_machine_reads() -> None:
    made = plan(examples=300, holdout=50, chunk_size=25)
    found = summary(made, "old-run")
    assert (found["ok"], found["run_id"], found["first"], found["last"]) == (True, made.run_id, 1, 12)
    assert (found["promote"], found["abandoned"], found["estimate_usd"]) == (True, "old-run", 1.0)
    assert found["answers"] == [{"candidate": name, "chunk": chunk} for name in CANDIDATES for chunk in (1, 2)]


def test_given_the_largest_run_then_its_plan_fits_an_inline_map() -> None:
    made = plan(examples=15_000, holdout=1000, chunk_size=250)
    assert len(made.batches) == 600
    assert made.asked_at == NOW
    assert planning.summary(made, None)["last"] == 600
