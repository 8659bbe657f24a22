"""The version on trial: which queries are its own, and how it stands in the pointer."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intent.pointer import MAX_SHARE, Candidate, Pointer
from intent.versions import kept
from tests.unit.samples import DEPLOYMENT, MODEL, NOW

from .test_pointer import VALUE

TRIAL: dict[str, Any] = {
    "version": 2,
    "run_id": "earlier",
    "distilled": {"deployment_arn": f"{DEPLOYMENT}-2", "model_arn": f"{MODEL}-2"},
    "edge": {"s3_key": "runs/earlier/edge/model.bin", "sha256": "c" * 64, "threshold": 0.8},
    "teacher": "t",
    "mode": "canary",
    "share": 0.1,
    "started_at": NOW.isoformat(),
}
CANDIDATE = Candidate.model_validate(TRIAL)
SHARES = st.floats(0.001, MAX_SHARE)
QUERIES = [f"the crowd sings along in take {number}" for number in range(10_000)]


def sharing(share: float, **changed: Any) -> Candidate:
    return CANDIDATE.model_copy(update={"share": share, **changed})


@given(st.text(max_size=40), SHARES, SHARES)
def test_given_any_query_then_a_larger_share_keeps_it(query: str, one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert sharing(more).takes(query) or not sharing(less).takes(query)


@given(st.text(max_size=40), SHARES)
def test_given_the_same_query_written_otherwise_then_the_same_version_answers(query: str, share: float) -> None:
    found = sharing(share)
    assert found.takes(query) == found.takes(f"  {query} ?") == found.takes(query.upper().lower().upper())


@pytest.mark.parametrize("share", [0.01, 0.1, 0.25, 0.5])
def test_given_ten_thousand_queries_then_the_share_is_kept(share: float) -> None:
    taken = sum(sharing(share).takes(query) for query in QUERIES) / len(QUERIES)
    assert abs(taken - share) < 4 * (share * (1 - share) / len(QUERIES)) ** 0.5, "four standard deviations"


def test_given_another_candidate_then_it_has_other_queries() -> None:
    first, second = sharing(0.5), sharing(0.5, run_id="another")
    both = sum(first.takes(query) and second.takes(query) for query in QUERIES) / len(QUERIES)
    assert abs(both - 0.25) < 0.02, "independent of each other"


def test_given_another_process_then_it_decides_the_same() -> None:
    taken = [number for number in range(200) if CANDIDATE.takes(QUERIES[number])]
    code = (
        "from intent.pointer import Candidate; import json, sys; found = Candidate.model_validate_json(sys.argv[1]);"
        "print([n for n in range(200) if found.takes(f'the crowd sings along in take {n}')])"
    )
    command = [sys.executable, "-c", code, CANDIDATE.model_dump_json()]
    lambdas = Path(__file__).parents[3] / "lambdas"
    done = subprocess.run(command, cwd=lambdas, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == str(taken)


def test_given_a_pointer_without_candidate_then_its_value_does_not_name_the_field() -> None:
    pointer = Pointer.model_validate(VALUE)
    assert "candidate" not in pointer.model_dump(mode="json", exclude_none=True)
    tried = pointer.model_copy(update={"candidate": CANDIDATE})
    assert Pointer.model_validate_json(tried.model_dump_json()) == tried
    assert tried.without_candidate() == pointer


@pytest.mark.parametrize(
    ("field", "value"),
    [("share", 0), ("share", 0.51), ("share", "NaN"), ("mode", "beside"), ("max_usd_per_day", 0), ("note", "x")],
)
def test_given_a_broken_candidate_then_the_field_is_named(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        Pointer.model_validate({**VALUE, "candidate": {**TRIAL, field: value}})


def test_given_a_candidate_then_its_model_and_deployment_are_kept() -> None:
    models = {number: f"model-{number}" for number in range(1, 12)}
    models[2] = CANDIDATE.distilled.model_arn
    active = Pointer.model_validate({**VALUE, "version": 11, "candidate": TRIAL})
    found = kept(models, active)
    assert CANDIDATE.distilled.model_arn in found.warm & found.models
    assert CANDIDATE.distilled.model_arn not in kept(models, active.without_candidate()).models
