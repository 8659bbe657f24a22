"""What the stack sets for a function."""

import os
from typing import Any, Protocol, Self, TypeVar


class _Model(Protocol):
    """A pydantic model, or one of `intent.model`: both have `model_fields`, which pydantic has no plain type for."""

    @classmethod
    def model_validate(cls, obj: Any) -> Self: ...  # noqa: ANN401


Variables = TypeVar("Variables", bound=_Model)


def environment(model: type[Variables]) -> Variables:
    """The function's environment variables as `model`; field `data_bucket` is variable DATA_BUCKET.

    RuntimeError names each variable that is missing or malformed: the stack sets them.
    """
    try:
        return model.model_validate({name: os.environ.get(name.upper()) for name in getattr(model, "model_fields")})  # noqa: B009
    except ValueError as error:
        from pydantic import ValidationError  # noqa: PLC0415  (all is well in a function that is to start quickly)

        if not isinstance(error, ValidationError):
            raise
        broken = ", ".join(f"{str(detail['loc'][0]).upper()}: {detail['msg']}" for detail in error.errors())
        raise RuntimeError(f"environment variables: {broken}") from None
