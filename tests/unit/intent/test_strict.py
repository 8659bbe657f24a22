import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intent.strict import MAX_DEPTH, strict_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_given_what_json_writes_then_it_is_read_back(value: object) -> None:
    assert strict_json(json.dumps(value)) == value


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", '{"a": -Infinity}', '{"a": 1, "a": 1}', "", "{", "[1,]", "9" * 5000]
)
def test_given_what_is_not_json_then_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        strict_json(text)


@pytest.mark.parametrize("limit", [1000, 100_000])
@pytest.mark.parametrize("text", ["[" * 8000 + "]" * 8000, '{"a":' * 40 + "1" + "}" * 40, "[" * 16_000])
def test_given_deep_nesting_then_it_is_refused_whatever_the_interpreters_limit(text: str, limit: int) -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        with pytest.raises(ValueError, match="nested deeper than 32"):
            strict_json(text)
    finally:
        sys.setrecursionlimit(before)


def test_given_brackets_in_a_string_then_they_are_text() -> None:
    text = '[ "{[\\" ' + "[{" * 100
    assert strict_json(json.dumps({"query": text})) == {"query": text}


def test_given_the_deepest_that_is_allowed_then_it_is_read() -> None:
    strict_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_given_many_objects_beside_each_other_then_they_are_not_deep() -> None:
    assert strict_json("[" + ",".join(["{}"] * 40) + "]") == [{}] * 40
    assert strict_json("[" * (MAX_DEPTH - 1) + "[],[]" + "]" * (MAX_DEPTH - 1))


def test_given_nothing_but_a_string_of_brackets_then_it_is_text() -> None:
    assert strict_json(json.dumps("[" * 40)) == "[" * 40


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_given_a_number_that_json_has_not_then_it_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} is not JSON$"):
        strict_json(f"[{name}]")


def test_given_a_key_twice_then_that_is_said() -> None:
    with pytest.raises(ValueError, match=r"^duplicate key$"):
        strict_json('{"a": 1, "a": 2}')
