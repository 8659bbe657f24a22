"""Versions: how they are written, what the pointer says of one, and what of them stays in service."""

from datetime import timedelta
from typing import Any

import pytest

from intent.pointer import Candidate, Pointer
from intent.versions import KEEP_MODELS, Version, kept, key, name, number
from tests.unit.samples import DEPLOYMENT, MODEL, NOW, pointer

RECORD: dict[str, Any] = {
    "version": 12,
    "run_id": "r",
    "parent": 11,
    "distilled": {"deployment_arn": DEPLOYMENT, "model_arn": MODEL},
    "edge": {"s3_key": "runs/r/edge/model.bin", "sha256": "a" * 64, "threshold": 0.9},
    "models": {"teacher": "t", "student": "s"},
    "prompt_version": "p",
    "dataset_sha256": "b" * 64,
    "job_arn": None,
    "top1": {"distilled": 0.9},
    "gate": {"passed": True},
    "promoted_at": NOW,
    "by": "execution",
}
VERSION = Version.model_validate(RECORD)
LATER = NOW + timedelta(days=1)


@pytest.mark.parametrize("text", ["v000012", "v12", "12", "0012"])
def test_given_any_way_to_write_a_version_then_its_number_is_found(text: str) -> None:
    assert number(text) == 12


@pytest.mark.parametrize("text", ["", "v", "v0", "12a", "-1", "1234567", "V12"])
def test_given_what_is_no_version_then_the_error_says_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueError, match=f"^'{text}' is no version: write it as v000012, v12 or 12$"):
        number(text)


def test_given_a_number_then_names_sort_as_numbers_do_and_the_record_is_under_its_name() -> None:
    assert name(12) == "v000012"
    assert name(9) < name(12) < name(100)
    assert key(12) == "versions/v000012.json"


def test_given_a_record_then_the_pointer_says_of_it_what_the_record_does() -> None:
    found = VERSION.pointer(LATER)
    assert found == Pointer.model_validate(
        {
            **{
                field: RECORD[field] for field in ("version", "run_id", "distilled", "edge", "dataset_sha256", "parent")
            },
            "teacher": "t",
            "promoted_at": LATER,
        }
    )


def _trial(**changed: Any) -> Candidate:
    settings: dict[str, Any] = {"mode": "shadow", "share": 0.2, **changed}
    return VERSION.candidate(LATER, **settings)


def test_given_a_record_then_on_trial_it_is_the_same_version_with_its_share() -> None:
    assert _trial(max_usd_per_day=3.0) == Candidate.model_validate(
        {
            **{field: RECORD[field] for field in ("version", "run_id", "distilled", "edge")},
            "teacher": "t",
            "mode": "shadow",
            "share": 0.2,
            "started_at": LATER,
            "max_usd_per_day": 3.0,
        }
    )


def test_given_a_deployment_made_anew_then_the_trial_calls_that_one_of_the_same_model() -> None:
    again = _trial(deployment_arn=f"{DEPLOYMENT}9").distilled
    assert (again.deployment_arn, again.model_arn) == (f"{DEPLOYMENT}9", MODEL)
    assert _trial().distilled.deployment_arn == DEPLOYMENT


def _models(*numbers: int) -> dict[int, str]:
    return {each: f"model-{each}" for each in numbers}


def _active(version: int, parent: int | None, candidate: Candidate | None = None) -> Pointer:
    distilled = {"deployment_arn": DEPLOYMENT, "model_arn": f"model-{version}"}
    return pointer(version=version, parent=parent, distilled=distilled, candidate=candidate)


def test_given_more_versions_than_are_kept_then_the_last_stay_and_the_active_and_its_parent_stay_warm() -> None:
    found = kept(_models(*range(1, 11)), _active(3, 2))
    assert found.warm == {"model-3", "model-2"}
    assert found.models == {"model-3", "model-2", *(f"model-{each}" for each in range(11 - KEEP_MODELS, 11))}


def test_given_a_parent_whose_record_is_gone_then_the_active_version_alone_is_warm() -> None:
    assert kept(_models(3, 4), _active(3, 1)).warm == {"model-3"}
    assert kept(_models(3, 4), _active(3, None)).warm == {"model-3"}


def test_given_nothing_in_service_then_nothing_is_warm_and_the_last_models_stay() -> None:
    found = kept(_models(1, 2), None)
    assert (found.warm, found.models) == (frozenset(), {"model-1", "model-2"})
