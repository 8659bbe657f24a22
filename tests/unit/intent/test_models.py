"""Model ids, and whether a run may use what they name."""

from datetime import UTC, datetime, timedelta

import pytest

from intent.models import SUCCESSORS, LifeCycle, base_id, base_of_custom, life_cycle, objection
from tests.unit.samples import MODEL, NOW

PREMIER = "us.amazon.nova-premier-v1:0"


@pytest.mark.parametrize(
    ("identifier", "base"),
    [
        ("amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
        ("us.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0"),
        ("us-gov.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
        ("amazon.nova-micro-v1:0:128k", "amazon.nova-micro-v1:0"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k", "amazon.nova-lite-v1:0"),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
        ("us.anthropic.claude-sonnet-4-6", "anthropic.claude-sonnet-4-6"),
        ("", ""),
    ],
)
def test_given_any_form_of_an_id_then_the_model_behind_it_is_found(identifier: str, base: str) -> None:
    assert base_id(identifier) == base
    assert base_id(base) == base


def test_given_a_custom_models_arn_then_its_base_is_found() -> None:
    assert base_of_custom(MODEL) == "amazon.nova-micro-v1:0"
    assert base_of_custom("no-arn") == "no-arn"


def test_given_details_then_the_life_cycle_is_read() -> None:
    end = datetime(2026, 9, 14, tzinfo=UTC)
    found = life_cycle({"modelLifecycle": {"status": "LEGACY", "endOfLifeTime": end}})
    assert found == LifeCycle("LEGACY", end)
    assert life_cycle({"modelLifecycle": {"status": "ACTIVE"}}) == LifeCycle("ACTIVE", None)


@pytest.mark.parametrize(
    "details", [{}, {"modelLifecycle": None}, {"modelLifecycle": "ACTIVE"}, {"modelLifecycle": {}}]
)
def test_given_no_status_then_the_model_is_not_usable(details: dict[str, object]) -> None:
    assert "UNKNOWN" in str(objection("m", life_cycle(details), NOW))


def test_given_an_active_model_then_there_is_no_objection() -> None:
    assert objection("m", LifeCycle("ACTIVE", None), NOW) is None
    assert objection("m", LifeCycle("ACTIVE", NOW + timedelta(seconds=1)), NOW) is None


@pytest.mark.parametrize("status", ["ACTIVE", "LEGACY"])
def test_given_an_end_of_life_that_has_come_then_date_and_successor_are_named(status: str) -> None:
    text = objection(PREMIER, LifeCycle(status, datetime(2026, 9, 14, tzinfo=UTC)), NOW)
    assert text == f"{PREMIER} has reached its end of life on 2026-09-14; use us.amazon.nova-pro-v1:0"
    assert objection("m", LifeCycle(status, NOW), NOW), "at the second itself it is over"


def test_given_a_legacy_model_then_it_is_refused_before_its_end() -> None:
    text = objection("m", LifeCycle("LEGACY", NOW + timedelta(days=90)), NOW)
    assert text == "m is LEGACY, closed to new customers and new training; choose an active model"


def test_given_a_model_that_bedrock_does_not_know_then_that_is_said() -> None:
    assert "not known to Bedrock" in str(objection("amazon.typo-v1:0", None, NOW))


def test_given_the_successors_then_none_is_named_that_is_gone_itself() -> None:
    assert not {base_id(successor) for successor in SUCCESSORS.values()} & set(SUCCESSORS)
