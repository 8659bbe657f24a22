"""Model ids, and whether a run may use what they name."""

from datetime import UTC, datetime, timedelta

import pytest

from intent.models import (
    LONGEST_RUN,
    RETIREMENTS,
    LifeCycle,
    as_published,
    base_id,
    base_of_custom,
    family,
    life_cycle,
    objection,
    successor,
)
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
    assert life_cycle(details) == LifeCycle("UNKNOWN", None)
    assert "UNKNOWN" in str(objection("m", life_cycle(details), NOW))


def test_given_an_end_that_is_no_moment_then_it_is_not_taken_for_one() -> None:
    assert life_cycle({"modelLifecycle": {"status": "ACTIVE", "endOfLifeTime": "soon"}}) == LifeCycle("ACTIVE", None)


def test_given_an_active_model_then_there_is_no_objection() -> None:
    assert objection("m", LifeCycle("ACTIVE", None), NOW) is None
    assert objection("m", LifeCycle("ACTIVE", NOW + LONGEST_RUN + timedelta(seconds=1)), NOW) is None


def test_given_an_end_before_a_run_is_sure_to_end_then_the_model_counts_as_gone() -> None:
    text = objection("m", LifeCycle("ACTIVE", NOW + LONGEST_RUN), NOW)
    assert text == "m reaches its end of life on 2026-11-28, before a run is sure to end; choose an active model"


@pytest.mark.parametrize("status", ["ACTIVE", "LEGACY"])
def test_given_an_end_of_life_that_has_come_then_date_and_successor_are_named(status: str) -> None:
    text = objection(PREMIER, LifeCycle(status, datetime(2026, 9, 14, tzinfo=UTC)), NOW)
    assert text == f"{PREMIER} has reached its end of life on 2026-09-14; use us.amazon.nova-pro-v1:0"
    assert "has reached" in str(objection("m", LifeCycle(status, NOW), NOW)), "at the second itself it is over"


def test_given_a_legacy_model_then_it_is_refused_before_its_end() -> None:
    text = objection("m", LifeCycle("LEGACY", NOW + timedelta(days=90)), NOW)
    assert text == "m is LEGACY, closed to new customers and new training; choose an active model"


def test_given_a_model_that_bedrock_does_not_know_then_that_is_said() -> None:
    assert "not known to Bedrock" in str(objection("amazon.typo-v1:0", None, NOW))


def test_given_the_successors_then_no_line_of_them_ends_in_a_circle() -> None:
    for model in RETIREMENTS:
        seen = [model]
        while heir := successor(seen[-1]):
            assert base_id(heir) not in map(base_id, seen)
            seen.append(heir)
        assert len(seen) > 1


@pytest.mark.parametrize(
    ("identifier", "heir"),
    [
        ("us.amazon.nova-premier-v1:0", "us.amazon.nova-pro-v1:0"),
        ("amazon.nova-premier-v1:0", "amazon.nova-pro-v1:0"),
        ("amazon.nova-premier-v1:0:128k", "amazon.nova-pro-v1:0:128k"),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "global.anthropic.claude-sonnet-4-6"),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-6"),
        ("amazon.nova-pro-v1:0", None),
    ],
)
def test_given_a_form_of_an_id_then_its_successor_has_it_too(identifier: str, heir: str | None) -> None:
    assert successor(identifier) == heir


def test_given_no_bedrock_then_what_was_published_is_known() -> None:
    assert as_published("us.amazon.nova-premier-v1:0") == LifeCycle("LEGACY", datetime(2026, 9, 14, tzinfo=UTC))
    assert as_published("us.amazon.nova-pro-v1:0") == LifeCycle("ACTIVE", None)


def test_given_models_of_one_maker_and_line_then_they_are_a_family() -> None:
    assert family("us.amazon.nova-pro-v1:0") == family("amazon.nova-micro-v1:0:128k") == "amazon.nova"
    assert family("us.anthropic.claude-sonnet-4-6") == "anthropic.claude"
