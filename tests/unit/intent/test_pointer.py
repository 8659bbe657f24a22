"""The active pointer's value."""

from typing import Any

import pytest
from pydantic import ValidationError

from intent.pointer import Pointer
from tests.unit.samples import DEPLOYMENT, MODEL, NOW

VALUE: dict[str, Any] = {
    "version": 3,
    "run_id": "r",
    "distilled": {"deployment_arn": DEPLOYMENT, "model_arn": MODEL},
    "edge": {"s3_key": "runs/r/edge/model.bin", "sha256": "a" * 64, "threshold": 0.9},
    "teacher": "t",
    "dataset_sha256": "b" * 64,
    "promoted_at": NOW.isoformat(),
}


def test_given_a_pointer_then_it_has_the_designs_shape_and_reads_back() -> None:
    pointer = Pointer.model_validate(VALUE)
    assert set(pointer.model_dump(mode="json", exclude_none=True)) == set(VALUE)
    assert Pointer.model_validate_json(pointer.model_dump_json()) == pointer


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 0),
        ("version", None),
        ("distilled", {"deployment_arn": MODEL, "model_arn": MODEL}),
        ("edge", {**VALUE["edge"], "sha256": "A" * 64}),
        ("edge", {**VALUE["edge"], "threshold": 1.5}),
        ("edge", {**VALUE["edge"], "threshold": "NaN"}),
        ("promoted_at", "soon"),
        ("note", "x"),
    ],
)
def test_given_a_broken_value_then_the_field_is_named(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=field):
        Pointer.model_validate({**VALUE, field: value})
