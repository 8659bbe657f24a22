"""The active pointer in its SSM parameter. SSM keeps the history: rolling back is writing an earlier value again."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from intent.pointer import Pointer
from store.objects import error_code

if TYPE_CHECKING:
    from botocore.client import BaseClient


class PointerStore:
    """One parameter, read with a short cache (`ttl` seconds; 0: none)."""

    def __init__(
        self, ssm: "BaseClient", name: str, *, ttl: float = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ssm: Any = ssm
        self._name = name
        self._ttl = ttl
        self._clock = clock
        self._cached: tuple[float, Pointer | None] | None = None

    def read(self) -> Pointer | None:
        """The active version, or None before the first promotion.

        ValueError (pydantic's) if the value is not a pointer; botocore's errors otherwise.
        """
        if self._cached and self._clock() - self._cached[0] < self._ttl:
            return self._cached[1]
        pointer = self._fetch()
        self._cached = (self._clock(), pointer)
        return pointer

    def write(self, pointer: Pointer) -> None:
        """Make `pointer` the active version."""
        self._ssm.put_parameter(Name=self._name, Value=pointer.model_dump_json(), Type="String", Overwrite=True)
        self._cached = None

    def _fetch(self) -> Pointer | None:
        try:
            value = self._ssm.get_parameter(Name=self._name)["Parameter"]["Value"]
        except ClientError as error:
            if error_code(error) == "ParameterNotFound":
                return None
            raise
        return Pointer.model_validate_json(value)
