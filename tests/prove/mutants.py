"""What mutmut has written down about its mutants, counted by module."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

KILLED = frozenset({1, 3, 24, 36, 152, 255, -24})
"""Exit codes of a run whose tests failed, could not go on, or never ended: mutmut's own reading (mutmut/stats.py)."""
SURVIVED = 0
UNTESTED = frozenset({5, 33})
"""No test reaches the function that was changed."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Mutants of a module or package."""

    killed: int = 0
    survived: int = 0
    untested: int = 0
    undecided: int = 0
    """Crashed, interrupted, or never run: nobody has noticed them either."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.killed + self.survived + self.untested + self.undecided

    @property
    def rate(self) -> float:
        """Share that some test noticed (0..1); 1 where there is nothing to notice."""
        return self.killed / self.total if self.total else 1.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.killed + other.killed,
            self.survived + other.survived,
            self.untested + other.untested,
            self.undecided + other.undecided,
        )


def tally(codes: Iterable[int | None]) -> Tally:
    """From the exit code of each mutant's run; None is a mutant that has had none."""
    found = list(codes)
    killed = sum(code in KILLED for code in found)
    survived, untested = found.count(SURVIVED), sum(code in UNTESTED for code in found)
    return Tally(killed, survived, untested, len(found) - killed - survived - untested)


def read(folder: Path) -> dict[str, Tally]:
    """Module -> its mutants, for each module under mutmut's `mutants` folder that has any."""
    found: dict[str, Tally] = {}
    for path in sorted(folder.rglob("*.py.meta")):
        codes = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        if codes:
            found[path.relative_to(folder).as_posix().removesuffix(".meta")] = tally(codes.values())
    return found


def by_package(modules: Mapping[str, Tally]) -> dict[str, Tally]:
    """The same, summed by the first part of the modules' paths."""
    found: dict[str, Tally] = {}
    for name, counts in modules.items():
        package = name.partition("/")[0]
        found[package] = found.get(package, Tally()) + counts
    return found


def table(modules: Mapping[str, Tally]) -> str:
    """A Markdown table: a line a module, then a line a package, then all."""
    packages = by_package(modules)
    rows = [(name, counts) for name, counts in sorted(modules.items())]
    rows += [(f"**{name}**", counts) for name, counts in sorted(packages.items())]
    rows.append(("**all**", sum(packages.values(), Tally())))
    lines = ["| module | mutants | killed | survived | no tests | kill rate |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {name} | {counts.total} | {counts.killed} | {counts.survived + counts.undecided} | {counts.untested} "
        f"| {counts.rate:.1%} |"
        for name, counts in rows
    ]
    return "\n".join(lines)


def short(modules: Mapping[str, Tally], least: float) -> list[str]:
    """The packages whose kill rate is below `least`."""
    return [name for name, counts in sorted(by_package(modules).items()) if counts.rate < least]
