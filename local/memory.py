"""Peak memory of this process and all that it started, sampled from /proc; nothing is measured where that is absent."""

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_PROC = Path("/proc")
_EVERY = 1.0  # seconds between samples; one takes some 50 ms


class Memory:
    """`with Memory() as memory: ...`, then `memory.peak` in bytes (0 where there is no /proc).

    The sum of proportional set sizes: a page that several processes share counts once in all, as in the machine.
    """

    def __init__(self) -> None:
        self.peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    @property
    def peak_text(self) -> str:
        """The peak in words."""
        return (
            f"{self.peak / 2**20:.0f} MB (proportional set sizes of all processes)"
            if self.peak
            else "not measured here"
        )

    def _sample(self) -> None:
        while not self._over.wait(_EVERY):
            self.peak = max(self.peak, held(os.getpid()))


def held(root: int) -> int:
    """Bytes that the process `root` and all its descendants hold now."""
    return sum(_proportional(pid) for pid in _family(root))


def each(root: int, named: str) -> float:
    """Bytes that a descendant of `root` with `named` in its command line holds, on average; 0 if there is none."""
    sizes = [_proportional(pid) for pid in _family(root) if named in _command(pid)]
    return sum(sizes) / len(sizes) if sizes else 0.0


def _family(root: int) -> set[int]:
    parents = dict(_parents())
    family = {root}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    return family


def _command(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "cmdline").read_text()
    except OSError:
        return ""  # it ended meanwhile


def _parents() -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for folder in _PROC.glob("[0-9]*"):
        try:  # after the command's name, which stands in brackets and may hold spaces: state, parent, ...
            found.append((int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])))
        except (OSError, IndexError):
            continue  # it ended meanwhile
    return found


def _proportional(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it ended meanwhile
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
