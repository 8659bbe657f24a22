"""JSON without the leniency of the standard library: what callers and models send is read as the standard says."""

import json
import re
from itertools import accumulate
from typing import NoReturn

MAX_DEPTH = 32  # our own formats nest at most 3 deep
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def strict_json(text: str) -> object:
    """Decode. ValueError for what `json.loads` refuses, and for NaN, Infinity, duplicate keys and deep nesting.

    How deep `json.loads` itself goes depends on the interpreter and on who called (RecursionError, no ValueError).
    """
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    return _DECODER.decode(text)


def _depth(text: str) -> int:
    """The deepest nesting; brackets inside of strings do not count."""
    outside = _STRING.sub("", text)
    return max(accumulate((_STEPS.get(character, 0) for character in outside), initial=0))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("duplicate key")
    return dict(pairs)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
