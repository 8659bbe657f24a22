"""Models without pydantic: whatever they take, pydantic takes, and makes the same of it."""

import json
from datetime import datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as TheirField

from intent.model import Field, Model


class Part(Model):
    name: str = Field(pattern=r"^[a-z]{1,3}$")
    share: float = Field(ge=0, lt=1)


class Whole(Model):
    count: int = Field(default=1, gt=0, le=9)
    part: Part
    parts: tuple[Part, ...] = Field(alias="pieces", default=(), max_length=2)
    notes: dict[str, list[str]] = Field(default={}, max_length=2)
    kind: Literal["a", "b"] | None = None
    when: datetime | None = None

    def check(self) -> None:
        if self.kind == "b" and not self.parts:
            raise ValueError("b goes with pieces")


class TheirPart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    name: str = TheirField(pattern=r"^[a-z]{1,3}$")
    share: float = TheirField(ge=0, lt=1)


class TheirWhole(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    count: int = TheirField(default=1, gt=0, le=9)
    part: TheirPart
    parts: tuple[TheirPart, ...] = TheirField(alias="pieces", default=(), max_length=2)
    notes: dict[str, list[str]] = TheirField(default={}, max_length=2)
    kind: Literal["a", "b"] | None = None
    when: datetime | None = None


PLAIN: dict[str, Any] = {"part": {"name": "abc", "share": 0.5}}
_NUMBERS = st.sampled_from([0, 1, 9, 10, -1, 0.0, 0.5, 1.0, 1e400, float("nan"), True, "1", None])
_NAMES = st.sampled_from(["abc", "abcd", "", "abc\n", "ABC", 7, None])
_PARTS = st.fixed_dictionaries({"name": _NAMES, "share": _NUMBERS}, optional={"x": _NUMBERS}) | _NUMBERS
_MOMENTS = [
    "2026-11-22T01:02:03Z",
    "2026-11-22T01:02:03.5+02:00",
    "2026-13-01T00:00:00Z",
    "2026-11-22",
    "soon",
    7,
    None,
]
_WHOLES = st.fixed_dictionaries(
    {"part": _PARTS},
    optional={
        "count": _NUMBERS,
        "pieces": st.lists(_PARTS, max_size=3) | _NUMBERS,
        "notes": st.dictionaries(_NAMES, st.lists(_NAMES, max_size=2) | _NAMES, max_size=3) | _NUMBERS,
        "kind": st.sampled_from(["a", "c", "", None, 1]),
        "when": st.sampled_from(_MOMENTS),
        "parts": st.just([]),
    },
)


def told(model: Any, value: object) -> Any:
    """Its dump, or what it finds wrong, where and in which words."""
    try:
        return model.model_validate(value).model_dump(mode="json", by_alias=True)
    except ValidationError as error:
        return [(detail["loc"], detail["msg"].replace("Their", "")) for detail in error.errors()]


@given(_WHOLES | _NUMBERS)
def test_given_any_value_then_verdict_and_content_are_pydantics(value: object) -> None:
    assert told(Whole, value) == told(TheirWhole, value)


def test_given_fields_that_do_not_fit_each_other_then_it_is_an_error_of_the_whole() -> None:
    with pytest.raises(ValidationError, match="b goes with pieces"):
        Whole.model_validate({**PLAIN, "kind": "b"})


def test_given_a_model_then_it_reads_back_copies_and_stays() -> None:
    whole = Whole.model_validate({**PLAIN, "when": "2026-11-22T01:02:03Z"})
    text = json.dumps(whole.model_dump(mode="json", by_alias=True))
    assert Whole.model_validate_json(text) == whole
    assert whole.model_copy(update={"count": 2}) == Whole.model_validate({**json.loads(text), "count": 2})
    assert set(whole.model_dump(exclude_none=True)) == {"count", "part", "parts", "notes", "when"}
    part = Part.model_validate(PLAIN["part"])
    assert part.model_dump_json() == TheirPart.model_validate(PLAIN["part"]).model_dump_json()
    with pytest.raises(AttributeError, match="frozen"):
        setattr(whole, "count", 2)  # noqa: B010


def test_given_text_that_is_no_json_then_pydantic_says_so() -> None:
    with pytest.raises(ValidationError, match="Invalid JSON"):
        Whole.model_validate_json("{")


def test_given_a_field_of_a_pydantic_model_then_errors_name_the_whole_path() -> None:
    class Around(BaseModel):
        whole: Whole

    assert Around.model_validate({"whole": PLAIN}).whole == Whole.model_validate(PLAIN)
    assert Around.model_validate_json(json.dumps({"whole": PLAIN})).model_dump() == {
        "whole": Whole.model_validate(PLAIN).model_dump()
    }
    with pytest.raises(ValidationError, match=r"whole\.part\.share"):
        Around.model_validate({"whole": {"part": {"name": "a", "share": 2}}})


def test_given_a_model_of_a_model_then_it_has_the_fields_of_both_with_their_rules() -> None:
    class Longer(Part):
        length: int = Field(default=3, alias="frames", le=9)

    assert list(Longer.model_fields) == ["name", "share", "length"]
    assert Longer(name="a", share=0.5).length == 3
    assert Longer(name="a", share=0.5, frames=4).length == 4
    with pytest.raises(ValidationError, match=r"frames"):
        Longer(name="a", share=0.5, frames=10)
    with pytest.raises(ValidationError, match=r"name"):
        Longer(name="ABC", share=0.5)


def test_given_a_dump_then_values_stay_what_they_are_and_only_the_one_for_json_changes_them() -> None:
    pieces = [{"name": "a", "share": 0.5}]
    whole = Whole.model_validate({**PLAIN, "pieces": pieces, "when": "2026-11-22T01:02:03Z"})
    kept, told = whole.model_dump(), whole.model_dump(mode="json")
    assert (kept["parts"], told["parts"]) == (tuple(pieces), pieces)
    assert (kept["when"], told["when"]) == (whole.when, "2026-11-22T01:02:03Z")


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("exclude_none", [False, True])
def test_given_a_model_then_its_text_is_pydantics(indent: int | None, exclude_none: bool) -> None:  # noqa: FBT001
    value = {**PLAIN, "notes": {"é": ["ü"]}, "when": "2026-11-22T01:02:03+00:00"}
    found = Whole.model_validate(value).model_dump_json(indent=indent, exclude_none=exclude_none)
    assert found == TheirWhole.model_validate(value).model_dump_json(indent=indent, exclude_none=exclude_none)
    assert Whole.model_validate(value).model_dump_json() == TheirWhole.model_validate(value).model_dump_json()


def test_given_two_models_then_they_are_equal_by_kind_and_content() -> None:
    class Other(Part):
        pass

    one, same, another = (Part(name="a", share=share) for share in (0.5, 0.5, 0.6))
    assert one == same != another
    assert one != Other(name="a", share=0.5) != PLAIN["part"]
    assert len({one, same, another, Other(name="a", share=0.5)}) == 3
    assert hash(one) == hash(same) != hash(another)
    assert hash(one) != hash(Other(name="a", share=0.5))


def test_given_a_model_then_it_shows_its_fields() -> None:
    assert repr(Part(name="a", share=0.5)) == "Part(name='a', share=0.5)"


def test_given_a_field_of_a_pydantic_model_then_it_is_dumped_the_way_the_whole_is() -> None:
    class Around(BaseModel):
        whole: Whole

    found = Around.model_validate({"whole": {**PLAIN, "when": "2026-11-22T01:02:03Z"}})
    assert found.model_dump()["whole"]["when"] == found.whole.when
    assert found.model_dump(mode="json")["whole"]["when"] == "2026-11-22T01:02:03Z"
    assert found.model_dump()["whole"]["kind"] is None
    assert "kind" not in found.model_dump(exclude_none=True)["whole"]
