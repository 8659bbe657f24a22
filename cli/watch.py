"""Follow a run to its end: one bar per room on a terminal, a few plain lines elsewhere."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli import report
from cli.problems import Refused
from cli.progress import ROOMS, Snapshot, Watcher
from cli.runs import Run
from cli.target import Target

_EVERY = {"embedded": 0.5, "account": 10.0}  # seconds; an account's run takes hours, and its API calls are throttled


class Display(Protocol):
    """Shows snapshots, one after the other."""

    def show(self, seen: Snapshot) -> None:
        """Show how far the run is now."""
        ...


class Bars:
    """A Rich progress bar for each room."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks = {room: bars.add_task(room, total=None, note="waiting", start=False) for room in ROOMS}

    def show(self, seen: Snapshot) -> None:
        """Move the bars."""
        for room in seen.rooms:
            task = self._tasks[room.name]
            if room.note != "waiting":
                self._bars.start_task(task)
            self._bars.update(task, completed=room.done, total=room.total, note=room.note)
            if room.total is not None and room.done >= room.total:
                self._bars.stop_task(task)


class Lines:
    """One line per room whenever it is a quarter further or says something else: for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, object] = {}

    def show(self, seen: Snapshot) -> None:
        """Print what changed."""
        for room in seen.rooms:
            if room.note == "waiting":
                continue
            quarter = 4 * room.done // room.total if room.total else None
            if self._shown.get(room.name) != (mark := quarter if quarter not in (None, 4) else (quarter, room.note)):
                self._shown[room.name] = mark
                share = f"{room.done}/{room.total}" if room.total else str(room.done)
                self._console.print(f"{room.name:9} {share:>9}  {room.note}", highlight=False, soft_wrap=True)


@contextmanager
def display(console: Console) -> Generator[Display]:
    """The display that suits where the output goes."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (
        TextColumn("{task.description:9}"),
        BarColumn(bar_width=20),
        TextColumn("{task.completed:>5.0f}/{task.total}"),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        yield Bars(bars)


def follow(console: Console, target: Target, watcher: Watcher) -> Snapshot:
    """Show the run until it ends, and return how it ended."""
    pause = _EVERY["embedded" if target.embedded else "account"]
    with display(console) as shown:
        while True:
            seen = watcher.look()
            shown.show(seen)
            if seen.over:
                break
            time.sleep(pause)
    return seen


def finish(console: Console, target: Target, run: Run) -> Snapshot:
    """Follow a run and show its report. Interrupting only stops the watching. Refused if the run did not end well."""
    try:
        seen = follow(console, target, Watcher(target, run))
    except KeyboardInterrupt:
        console.print(f"\nThe run goes on.\nFollow it again:  router watch {run.name}", highlight=False, soft_wrap=True)
        console.print(f"Stop it:          router stop {run.name}", highlight=False, soft_wrap=True)
        raise
    if seen.status != "SUCCEEDED":
        cause = seen.cause or f"in state {seen.state!r}"
        raise Refused(f"The run ended as {seen.status}: {cause}\nNothing was promoted; the active version stays.")
    report.show(console, report.load(target, run))
    return seen
