"""Examples on the disk of this function: appended in the plan's order, read back one at a time."""

from array import array
from collections.abc import Iterator
from pathlib import Path

from intent.records import Example


class Spool:
    """A file of examples, one JSON line each; memory holds eight bytes for each."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        self._starts = array("Q")
        self._end = 0

    def __len__(self) -> int:
        return len(self._starts)

    def append(self, example: Example) -> None:
        """Write one more. All writing comes before all reading."""
        self._starts.append(self._end)
        self._end += self._file.write(example.model_dump_json().encode() + b"\n")

    def __getitem__(self, index: int) -> Example:
        self._file.seek(self._starts[index])
        return Example.model_validate_json(self._file.readline())

    def __iter__(self) -> Iterator[Example]:
        return (self[index] for index in range(len(self)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
