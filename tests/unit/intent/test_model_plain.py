"""Models without pydantic: what is plain is read without it, since importing it would cost a cold start."""

from datetime import datetime
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from intent import model
from intent.model import Field, Model

from .test_model import PLAIN, Part


class Every(Model):
    """A field of every kind that is plain, and every rule."""

    text: str = Field(min_length=2, max_length=3)
    truth: bool
    count: int = Field(ge=1, le=3)
    ratio: float = Field(gt=0, lt=1)
    whole: float
    when: datetime
    maybe: str | None
    perhaps: None | int  # noqa: RUF036  (either order is read)
    absent: str | None
    kind: Literal["a", "b"]
    notes: dict[str, int] = Field(alias="remarks")
    listed: list[int]
    parts: tuple[Part, ...]
    part: Part
    anything: Any
    default: int = 7


PLAIN_OF_EVERY_KIND: dict[str, Any] = {
    "text": "ab",
    "truth": False,
    "count": 1,
    "ratio": 0.5,
    "whole": 2,
    "when": "2026-11-22T01:02:03Z",
    "maybe": "x",
    "perhaps": 3,
    "absent": None,
    "kind": "b",
    "remarks": {"a": 1},
    "listed": [1, 2],
    "parts": [PLAIN["part"]],
    "part": PLAIN["part"],
    "anything": {"x": [None]},
}


@pytest.mark.parametrize(
    "changed",
    [{}, {"text": "abc"}, {"count": 3}, {"perhaps": None}, {"part": Part(name="a", share=0.0)}, {"parts": []}],
)
def test_given_a_plain_value_of_every_kind_then_pydantic_is_not_asked(
    changed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(kind: type[Model]) -> Any:
        raise AssertionError(f"pydantic was asked about {kind}")

    monkeypatch.setattr(model, "_judge", asked)
    given = {**PLAIN_OF_EVERY_KIND, **changed}
    found = Every.model_validate(given)
    kept = found.model_dump(mode="json", by_alias=True)
    part = given["part"].model_dump() if isinstance(given["part"], Part) else given["part"]
    assert kept == {**given, "whole": 2.0, "part": part, "default": 7}
    assert type(found.whole) is float
    assert found.when == datetime.fromisoformat("2026-11-22T01:02:03+00:00")
    assert type(found.parts) is tuple
    assert Every.model_validate(found) is found


@pytest.mark.parametrize(
    "changed",
    [{"text": "a"}, {"text": "abcd"}, {"count": 0}, {"count": 4}, {"ratio": 0.0}, {"ratio": 1.0}, {"kind": "c"}],
)
def test_given_a_value_beyond_a_rule_then_its_field_is_named(changed: dict[str, Any]) -> None:
    (field,) = changed
    with pytest.raises(ValidationError, match=field):
        Every.model_validate({**PLAIN_OF_EVERY_KIND, **changed})


def test_given_a_line_break_behind_what_a_pattern_allows_then_it_is_refused() -> None:
    with pytest.raises(ValidationError, match="name"):
        Part.model_validate({"name": "abc\n", "share": 0.5})
