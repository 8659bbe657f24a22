"""Models that pydantic judges, and that need no pydantic while what they read is plain.

Importing pydantic and building models takes as long as half of boto3's cold start, and the route function reads a
pointer, a price table and a taxonomy that its own pipeline wrote. So a value of exactly the declared types, within the
rules, is taken as it is. Any other goes to a pydantic model made of the same declarations: its verdict, its
conversions, its messages. Tests compare the two. Unknown keys are refused, and nothing is changed later (frozen).
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from inspect import get_annotations
from types import NoneType, UnionType
from typing import (
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    Self,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")
_COMPARED = {"ge": "__ge__", "gt": "__gt__", "le": "__le__", "lt": "__lt__"}
_Rules = Mapping[str, Any]


class _Unsure(Exception):
    """Not plain: pydantic decides."""


class _Declared(NamedTuple):
    default: Any
    alias: str | None
    rules: _Rules


def Field(*, default: Any = ..., alias: str | None = None, **rules: Any) -> Any:  # noqa: ANN401, N802  (pydantic's name)
    """As pydantic's: ge, gt, le, lt, min_length, max_length, pattern."""
    return _Declared(default, alias, rules)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field,))
class Model:
    """Base of all. `check` may be overridden: it raises ValueError for what single fields cannot tell."""

    model_fields: ClassVar[Mapping[str, Any]] = {}
    """Types by name, as they are written."""

    def __init_subclass__(cls) -> None:
        cls.model_fields = {**cls.model_fields, **get_annotations(cls)}

    def __init__(self, **given: Any) -> None:  # noqa: ANN401  (checked against the declarations)
        vars(self).update(_read(type(self), given))

    @classmethod
    def model_validate(cls, obj: object) -> Self:
        """From decoded JSON. Raises pydantic's ValidationError, a ValueError that names each field."""
        return obj if isinstance(obj, cls) else cls.of(_read(cls, obj))

    @classmethod
    def model_validate_json(cls, text: str | bytes) -> Self:
        """From JSON; errors likewise."""
        try:
            value: object = json.loads(text)
        except ValueError:
            return cls.of(vars(_judge(cls).model_validate_json(text)))
        return cls.model_validate(value)

    def model_dump(self, *, mode: str = "python", exclude_none: bool = False, by_alias: bool = False) -> dict[str, Any]:
        """As a dict; with mode `json` of what JSON has."""
        names = {
            name: declared.alias if by_alias and declared.alias else name for name, _, declared in _fields(type(self))
        }
        kept = {alias: getattr(self, name) for name, alias in names.items()}
        return {
            name: _dumped(value, {"mode": mode, "exclude_none": exclude_none, "by_alias": by_alias})
            for name, value in kept.items()
            if not (exclude_none and value is None)
        }

    def model_dump_json(self, *, indent: int | None = None, exclude_none: bool = False) -> str:
        """As JSON."""
        separators = (",", ":") if indent is None else None
        return json.dumps(
            self.model_dump(mode="json", exclude_none=exclude_none),
            ensure_ascii=False,
            separators=separators,
            indent=indent,
        )

    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self:
        """A copy with other values, which are not checked."""
        return self.of({**vars(self), **(update or {})})

    def check(self) -> None:
        """Raise ValueError if the fields do not fit each other."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From values that were checked."""
        made = cls.__new__(cls)
        vars(made).update(values)
        return made

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, handler: Any) -> Any:  # noqa: ANN401  (pydantic's hook)
        from pydantic_core import core_schema  # noqa: PLC0415

        def take(value: object, judge: Any) -> Self:  # noqa: ANN401
            return value if isinstance(value, cls) else cls.of(vars(judge(value)))

        told = core_schema.plain_serializer_function_ser_schema(_told, info_arg=True)
        return core_schema.no_info_wrap_validator_function(
            take, handler.generate_schema(_judge(cls)), serialization=told
        )


def _told(value: Model, info: Any) -> dict[str, Any]:  # noqa: ANN401  (pydantic's)
    return value.model_dump(mode=info.mode, exclude_none=info.exclude_none)


def _dumped(value: Any, how: dict[str, Any]) -> Any:  # noqa: ANN401  (a field's value)
    if isinstance(value, Model):
        return value.model_dump(**how)
    if isinstance(value, dict):
        return {key: _dumped(part, how) for key, part in value.items()}
    if isinstance(value, list | tuple):
        parts = [_dumped(part, how) for part in value]
        return parts if how["mode"] == "json" or isinstance(value, list) else tuple(parts)
    if isinstance(value, datetime) and how["mode"] == "json":
        return value.isoformat().replace("+00:00", "Z")
    return value


@cache
def _fields(kind: type[Model]) -> tuple[tuple[str, Any, _Declared], ...]:
    """Name, type and declaration of each, those of base classes first."""
    found: list[tuple[str, Any, _Declared]] = []
    hints = get_type_hints(kind)
    for name in kind.model_fields:
        given = getattr(kind, name, ...)
        found.append((name, hints[name], given if isinstance(given, _Declared) else _Declared(given, None, {})))
    return tuple(found)


def _read(kind: type[Model], value: object) -> Mapping[str, Any]:
    try:
        return _plain_fields(kind, value)
    except _Unsure:
        return vars(_judge(kind).model_validate(value))


def _plain_fields(kind: type[Model], value: object) -> Mapping[str, Any]:
    if type(value) is not dict:
        raise _Unsure
    rest, found = dict[Any, Any](value), dict[str, Any]()
    for name, hint, declared in _fields(kind):
        key = declared.alias or name
        if key in rest:
            found[name] = _within(_plain(hint, rest.pop(key)), declared.rules)
        elif declared.default is ...:
            raise _Unsure
        else:
            found[name] = declared.default
    if rest:
        raise _Unsure
    try:
        kind.of(found).check()
    except ValueError:
        raise _Unsure from None
    return found


def _plain(hint: Any, value: Any) -> Any:  # noqa: ANN401, PLR0911  (a type and a value of it)
    """The value as it would be kept, if it is of this very type."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any or (hint in (str, int, bool) and type(value) is hint):
        return value
    if hint is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if hint is datetime and type(value) is str and _MOMENT.fullmatch(value):
        return _moment(value)
    if isinstance(hint, type) and issubclass(hint, Model):
        return value if isinstance(value, hint) else hint.of(_plain_fields(hint, value))
    if origin in (Union, UnionType) and NoneType in inner and len(inner) == 2:  # noqa: PLR2004  (X or None)
        return None if value is None else _plain(inner[0] if inner[1] is NoneType else inner[1], value)
    if origin is Literal and type(value) is str and value in inner:
        return value
    if origin is dict and type(value) is dict:
        return {_plain(inner[0], key): _plain(inner[1], part) for key, part in value.items()}
    if origin is list and type(value) is list:
        return [_plain(inner[0], part) for part in value]
    if origin is tuple and type(value) in (list, tuple) and inner[1:] == (...,):
        return tuple(_plain(inner[0], part) for part in value)
    raise _Unsure


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _Unsure from None


def _within(value: Any, rules: _Rules) -> Any:  # noqa: ANN401  (a field's value)
    if value is not None and not all(_fits(value, rule, bound) for rule, bound in rules.items()):
        raise _Unsure
    return value


def _fits(value: Any, rule: str, bound: Any) -> bool:  # noqa: ANN401
    if rule == "pattern":  # Python's $ also matches before a last newline, pydantic's does not
        return "\n" not in value and re.search(bound, value) is not None
    if rule in ("min_length", "max_length"):
        return len(value) >= bound if rule == "min_length" else len(value) <= bound
    return getattr(value, _COMPARED[rule])(bound) is True


@cache
def _judge(kind: type[Model]) -> Any:  # noqa: ANN401  (a pydantic model's class)
    """The pydantic model of the same declarations."""
    import pydantic  # noqa: PLC0415

    def checked(made: Any) -> Any:  # noqa: ANN401
        kind.of(vars(made)).check()
        return made

    fields: dict[str, Any] = {
        name: (hint, pydantic.Field(default, alias=alias, **rules))
        for name, hint, (default, alias, rules) in _fields(kind)
    }
    config = pydantic.ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=())
    validators: Any = {"check": pydantic.model_validator(mode="after")(checked)}
    return pydantic.create_model(kind.__name__, __config__=config, __validators__=validators, **fields)
