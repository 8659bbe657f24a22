"""The active pointer in its SSM parameter, with the compare-and-set that SSM does not have.

SSM overwrites whatever is there, but it numbers a parameter's values 1, 2, 3... and tells the writer which number its
value got. So a value says which number it was written for (`revision`): one more than the newest that its writer had
seen. **A value counts only under that very number**; under any other it came too late, and readers go back to the
newest one that counts.

- Of two that write after having seen the same number, one gets the next number and has won; the other's value lands
  one later, counts nowhere, and SSM's answer tells its writer so. No clock, and no second store.
- A writer that was paused since its look cannot overwrite what was written meanwhile, however late its call arrives:
  the number that it wrote for is taken. Nor can a repeated call (a lost reply, tried again by botocore) do harm.
- Writing what is active once more (`swap(seen, seen.pointer)`) therefore shuts out everybody who looked before. Where
  nothing is active the value is the revision alone.
- An old look, as an eventually consistent read may give, only ever makes a writer lose, and a reader late.

A value without a revision counts wherever it stands: put by hand, as an emergency rollback is (leave `revision` out).
Values that came too late stay in the parameter's history, and the loser writes the active value over them, so that
the newest value is what counts again; if it dies before, reading takes one call more.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from intent.pointer import Pointer
from store.objects import error_code

if TYPE_CHECKING:
    from botocore.client import BaseClient

_ABSENT = {"ParameterNotFound", "ParameterVersionNotFound"}
_LOOK_BACK = 20  # values in a row that came too late; each stands for a process that was paused in one moment


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: the active version, and the number of the parameter's newest value (0: there is no parameter).

    `settled`: the newest value is the one that counts.
    """

    pointer: Pointer | None
    newest: int
    settled: bool = True


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
        pointer = self.look().pointer
        self._cached = (self._clock(), pointer)
        return pointer

    def forget(self) -> None:
        """The next `read` asks SSM."""
        self._cached = None

    def look(self) -> Seen:
        """The active version and what `swap` needs to replace it. Never cached; errors as of `read`."""
        value = self._fetch(self._name)
        if value is None:
            return Seen(None, 0)
        newest, text = value
        for number in range(newest, max(newest - _LOOK_BACK, 0), -1):
            counts, pointer = _parse(text, number)
            if counts:
                return Seen(pointer, newest, settled=number == newest)
            earlier = self._fetch(f"{self._name}:{number - 1}") if number > 1 else None
            if earlier is None:
                return Seen(None, newest, settled=False)
            text = earlier[1]
        raise ValueError(f"the last {_LOOK_BACK} values of {self._name} all came too late: write it by hand")

    def swap(self, seen: Seen, pointer: Pointer | None) -> bool:
        """Make `pointer` the active version, unless the parameter was written since `seen`.

        False: somebody else was faster; nothing has changed. Look again before trying again.
        """
        self._cached = None
        number = self._put(pointer, seen.newest + 1)
        if number == seen.newest + 1:
            return True
        now = self.look()  # our own call may have been sent twice: then the first one counts
        if not now.settled:
            self._put(now.pointer, now.newest + 1)
        return now.pointer == pointer

    def _put(self, pointer: Pointer | None, revision: int) -> int:
        value = pointer.model_dump(mode="json", exclude_none=True) if pointer else {}
        text = json.dumps({**value, "revision": revision})
        return self._ssm.put_parameter(Name=self._name, Value=text, Type="String", Overwrite=True)["Version"]

    def _fetch(self, name: str) -> tuple[int, str] | None:
        try:
            found = self._ssm.get_parameter(Name=name)["Parameter"]
        except ClientError as error:
            if error_code(error) in _ABSENT:
                return None
            raise
        return found["Version"], found["Value"]


def _parse(text: str, number: int) -> tuple[bool, Pointer | None]:
    """Whether a value counts under its number, and its pointer. ValueError (pydantic's) if it is not a pointer."""
    try:
        value: object = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict) or "revision" not in value:
        return True, Pointer.model_validate_json(text)
    revision = value.pop("revision")
    return revision == number, Pointer.model_validate(value) if value else None
