"""The versions' records in the data bucket: each written once, under the next free number, and never again."""

from collections.abc import Callable

from intent import versions
from intent.versions import Version
from store.objects import Objects


class VersionStore:
    """`versions/` of one data bucket."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def numbers(self) -> list[int]:
        """Numbers of all records, ascending."""
        keys = self._objects.keys(versions.PREFIX)
        return [versions.number(key.removeprefix(versions.PREFIX).removesuffix(".json")) for key in keys]

    def find(self, number: int) -> Version | None:
        """The record, or None if there is none. ValueError (pydantic's) if it cannot be read."""
        body = self._objects.find(versions.key(number))
        return None if body is None else Version.model_validate_json(body)

    def all(self) -> list[Version]:
        """All records, ascending."""
        return [found for number in self.numbers() if (found := self.find(number)) is not None]

    def claim(self, make: Callable[[int], Version], *, above: int) -> Version:
        """Write `make(number)` under the next number: above all records, and above `above`.

        The newest record is adopted instead of writing another if it says the same (but for who wrote it and when): a
        promotion of this very run that crashed before it moved the pointer. Two that claim at once get two numbers.
        """
        while True:
            newest = max(self.numbers(), default=0)
            found = self.find(newest) if newest > above else None
            if found is not None:
                written = {"promoted_at": found.promoted_at, "by": found.by}
                if make(newest).model_copy(update=written) == found:
                    return found
            version = make(max(newest, above) + 1)
            body = version.model_dump_json(indent=1).encode()
            if self._objects.create(versions.key(version.version), body, "application/json"):
                return version
