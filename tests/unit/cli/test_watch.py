"""The plain display: what a log gets to see of a run."""

import io

from rich.console import Console

from cli.progress import Room, Snapshot
from cli.watch import Lines, display


def lines(*rooms: Room) -> list[str]:
    out = io.StringIO()
    shown = Lines(Console(file=out, width=100))
    for room in rooms:
        shown.show(Snapshot("RUNNING", "", (room,)))
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_given_many_small_steps_then_a_line_comes_each_quarter() -> None:
    found = lines(*(Room("Generate", done, 400, f"{done} batches written") for done in range(1, 400)))
    assert found == [f"Generate {done}/400 {done} batches written" for done in (1, 100, 200, 300)]


def test_given_a_waiting_room_then_it_is_not_mentioned() -> None:
    assert lines(Room("Deploy")) == []


def test_given_the_same_again_then_it_is_said_once() -> None:
    assert lines(*[Room("Distill", 1, 2, "job InProgress")] * 5) == ["Distill 1/2 job InProgress"]


def test_given_a_full_room_that_says_something_new_then_it_is_shown() -> None:
    full = Room("Generate", 4, 4, "4 batches written")
    assert lines(full, Room("Generate", 4, 4, "80 train"))[-1] == "Generate 4/4 80 train"


def test_given_no_terminal_then_the_display_is_plain() -> None:
    with display(Console(file=io.StringIO())) as shown:
        assert isinstance(shown, Lines)
