"""What is checked before money is spent: models and cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from generate.plan import first_batches
from generate.preflight import Checked, check_cost, check_models
from generate.request import Rejected
from intent import bill, models, prices
from intent.estimate import at_most
from intent.models import LifeCycle, Retirement
from intent.plan import Run
from tests.unit.samples import DOMAIN, NOW, pointer, run

ACTIVE = LifeCycle("ACTIVE", None)
GONE = LifeCycle("LEGACY", datetime(2026, 9, 14, tzinfo=UTC))
TEACHER, PREMIER = "us.amazon.nova-pro-v1:0", "us.amazon.nova-premier-v1:0"
AKIN = "the judge us.anthropic.claude-sonnet-4-6 is of one family with the baseline: it may favour its own kind"
APART = {"judge": "us.amazon.nova-lite-v1:0", "teacher": "x", "base": "x", "student": "x", "allowed_models": ()}
OLD_JUDGE, JUDGE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-6"
OF_PREMIER: "Cycles" = {PREMIER: GONE, "amazon.nova-premier-v1:0": GONE}
Cycles = dict[str, LifeCycle | None]


def checked(cycles: Cycles, **changed: Any) -> Checked:
    return check_models(run(**changed), lambda model: cycles.get(model, ACTIVE), NOW)


def refusal(cycles: Cycles, **changed: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        checked(cycles, **changed)
    return caught.value


def cost(wanted: Run) -> list[bill.Item]:
    return check_cost(wanted, first_batches(wanted, DOMAIN), DOMAIN, prices.load())


def test_given_active_models_then_each_is_looked_up_and_the_run_may_start_as_it_is() -> None:
    asked: list[str] = []

    def look_up(model: str) -> LifeCycle:
        asked.append(model)
        return ACTIVE

    wanted = run()
    assert check_models(wanted, look_up, NOW) == Checked(wanted, [], [AKIN])
    assert set(asked) == set(wanted.models.values())


def test_given_a_model_at_its_end_of_life_then_date_and_successor_are_named() -> None:
    found = refusal(OF_PREMIER, teacher=PREMIER)
    assert found.error == "ModelNotUsable"
    assert str(found) == f"{PREMIER} has reached its end of life on 2026-09-14; use {TEACHER}"


def test_given_a_legacy_an_unknown_and_an_ending_model_then_all_are_named() -> None:
    soon = LifeCycle("ACTIVE", NOW + timedelta(days=3))
    found = refusal({TEACHER: LifeCycle("LEGACY", None), JUDGE: None, "us.amazon.nova-micro-v1:0": soon})
    assert "is LEGACY" in str(found)
    assert "not known to Bedrock" in str(found)
    assert "reaches its end of life on 2026-11-24" in str(found)


def test_given_a_model_that_the_roles_may_not_call_then_it_says_what_to_do() -> None:
    found = refusal({}, judge="us.amazon.nova-2-lite-v1:0")
    assert found.error == "ModelNotAllowed"
    assert "us.amazon.nova-2-lite-v1:0; add it to `models` in cdk.json and deploy" in str(found)


def test_given_no_list_of_allowed_models_then_any_active_model_may_be_used() -> None:
    assert checked({}, judge="x", allowed_models=()).run.judge == "x"


@pytest.mark.parametrize("why", [GONE, LifeCycle("LEGACY", None), LifeCycle("ACTIVE", NOW + timedelta(days=3)), None])
def test_given_substitution_then_the_successor_stands_in_and_it_is_said(why: LifeCycle | None) -> None:
    cycles: Cycles = {PREMIER: why, "amazon.nova-premier-v1:0": why}
    found = checked(cycles, teacher=PREMIER, job_teacher="amazon.nova-premier-v1:0", on_legacy="substitute")
    assert (found.run.teacher, found.run.job_teacher) == (TEACHER, "amazon.nova-pro-v1:0"), "each in its own form"
    assert [(entry["role"], entry["from"], entry["to"]) for entry in found.substituted] == [
        ("teacher", PREMIER, TEACHER),
        ("job_teacher", "amazon.nova-premier-v1:0", "amazon.nova-pro-v1:0"),
    ]
    assert PREMIER in found.substituted[0]["why"]
    assert found.warnings == [AKIN]


def test_given_a_successor_that_is_gone_too_then_its_own_successor_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    end = datetime(2027, 1, 1, tzinfo=UTC)
    line = {"amazon.a": Retirement("us.amazon.b", end), "amazon.b": Retirement("us.amazon.c", end)}
    monkeypatch.setattr(models, "RETIREMENTS", line)
    cycles: Cycles = {"us.amazon.a": GONE, "us.amazon.b": GONE}
    any_model: dict[str, Any] = {"teacher": "us.amazon.a", "on_legacy": "substitute", "allowed_models": ()}
    assert checked(cycles, **any_model).run.teacher == "us.amazon.c"
    assert "us.amazon.a" in str(refusal({**cycles, "us.amazon.c": GONE}, **any_model)), "the line has ended"
    circle = {"amazon.a": Retirement("us.amazon.b", end), "amazon.b": Retirement("us.amazon.a", end)}
    monkeypatch.setattr(models, "RETIREMENTS", circle)
    assert refusal(cycles, **any_model).error == "ModelNotUsable"


def test_given_no_known_successor_then_the_run_is_refused_all_the_same() -> None:
    assert "choose an active model" in str(refusal({TEACHER: GONE}, on_legacy="substitute"))


def test_given_a_successor_that_the_roles_may_not_call_then_the_run_is_refused() -> None:
    allowed = (*(model for model in run().allowed_models if model != JUDGE), OLD_JUDGE)
    found = refusal({OLD_JUDGE: GONE}, judge=OLD_JUDGE, allowed_models=allowed, on_legacy="substitute")
    assert (found.error, JUDGE in str(found)) == ("ModelNotAllowed", True)


@pytest.mark.parametrize("how", ["asked for", "substituted"])
def test_given_a_judge_of_a_candidates_family_then_it_is_said_however_it_came(how: str) -> None:
    asked = {"judge": OLD_JUDGE, "on_legacy": "substitute"} if how == "substituted" else {}
    cycles: Cycles = {OLD_JUDGE: GONE} if how == "substituted" else {}
    assert checked(cycles, **asked).warnings == [AKIN]
    assert checked(cycles, **asked, baseline="us.amazon.nova-lite-v1:0").warnings == []


def test_given_a_judge_of_the_teachers_family_then_it_is_said_whoever_is_judged() -> None:
    found = checked({}, judge="us.amazon.nova-lite-v1:0", judged=["edge"])
    assert found.warnings == [
        "the judge us.amazon.nova-lite-v1:0 is of one family with the teacher: it may favour its own kind"
    ]


def test_given_candidates_that_are_not_judged_then_their_family_does_not_matter() -> None:
    assert checked({}, judged=["distilled", "edge"]).warnings == []


def test_given_the_active_version_and_other_models_then_their_families_count_if_they_are_judged() -> None:
    def warned(*judged: str) -> list[str]:
        given = {**APART, "others": ["us.amazon.nova-premier-v1:0"], "judged": judged}
        return check_models(run(**given), lambda _: ACTIVE, NOW, pointer()).warnings

    assert warned("distilled", "base") == []
    (warning,) = warned("active", "other-1")
    assert "one family with the active and the other-1" in warning


def test_given_other_models_then_each_is_checked_before_money_is_spent() -> None:
    other = "us.amazon.nova-lite-v1:0"
    assert checked({}, others=[other]).run.others == (other,)
    assert refusal({other: None}, others=[other]).error == "ModelNotUsable"
    assert refusal({}, others=["us.amazon.nova-2-lite-v1:0"]).error == "ModelNotAllowed"


def test_given_another_model_that_is_gone_then_its_successor_stands_in_at_its_place() -> None:
    found = checked(OF_PREMIER, others=["us.amazon.nova-lite-v1:0", PREMIER], on_legacy="substitute")
    assert found.run.others == ("us.amazon.nova-lite-v1:0", TEACHER)
    assert [(entry["role"], entry["to"]) for entry in found.substituted] == [("other-2", TEACHER)]


def test_given_the_full_default_run_then_it_stays_under_its_own_cap() -> None:
    assert 5 < bill.total(cost(run())) < run().max_cost_usd


def test_given_a_run_that_might_pass_its_cap_then_the_whole_bill_is_shown() -> None:
    expected = bill.total(cost(run()))
    words = r"may cost \d+\.\d\d USD, above max_cost_usd .*expected to cost .* \(write_and_label .*, aws \d.*\)"
    with pytest.raises(Rejected, match=words) as caught:
        cost(run(max_cost_usd=expected))
    assert caught.value.error == "TooExpensive"


def test_given_a_cap_equal_to_the_worst_then_the_run_may_start() -> None:
    wanted = run()
    most = at_most(wanted, first_batches(wanted, DOMAIN), DOMAIN, prices.load())
    cost(run(max_cost_usd=most))
    with pytest.raises(Rejected):
        cost(run(max_cost_usd=most - 0.01))


@pytest.mark.parametrize("role", ["judge", "student", "job_teacher"])
def test_given_a_model_without_a_price_then_the_run_is_refused(role: str) -> None:
    with pytest.raises(Rejected, match=r"has no (training )?price for x\.y; add one") as caught:
        cost(run(**{role: "x.y"}))
    assert caught.value.error == "PriceUnknown"


def test_given_provisioned_throughput_then_it_says_what_the_reports_costs_are() -> None:
    warning, akin = checked({}, serving={"kind": "provisioned"}).warnings
    assert akin == AKIN
    assert "billed by the hour" in warning
    assert checked({}).warnings == [AKIN]


def test_given_provisioned_throughput_without_a_price_then_the_run_is_refused_and_the_setting_named() -> None:
    with pytest.raises(Rejected) as caught:
        cost(run(serving={"kind": "provisioned", "commitment": "SixMonths"}))
    assert caught.value.error == "PriceUnknown"
    assert '"prices" in cdk.json' in str(caught.value)
    assert '{"provisioned": {"amazon.nova-micro-v1:0": {"SixMonths": USD per unit and hour}}}' in str(caught.value)


def test_given_units_above_the_cap_then_the_run_is_refused() -> None:
    table = prices.put_over(prices.load(), {"provisioned": {"amazon.nova-micro-v1:0": {"none": 1.0}}})
    wanted = run(serving={"kind": "provisioned"})
    with pytest.raises(Rejected, match="model_units 730") as caught:
        check_cost(wanted, first_batches(wanted, DOMAIN), DOMAIN, table)
    assert caught.value.error == "TooExpensive"
    enough = wanted.model_copy(update={"max_cost_usd": 900.0})
    assert check_cost(enough, first_batches(wanted, DOMAIN), DOMAIN, table)
