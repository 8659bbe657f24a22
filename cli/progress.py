"""How far a run is, room by room: what its history says, joined with what it has written to the bucket."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.history import History, since
from cli.runs import Run
from cli.target import Target

ROOMS = ("Generate", "Distill", "Deploy", "Evaluate", "Promote")
_LAST_ROOMS = ("Promote", "Discard")


@dataclass(frozen=True)
class Room:
    """One line of the display. `total` is None while nobody knows it; `note` says in words where the room is."""

    name: str
    done: int = 0
    total: int | None = None
    note: str = "waiting"


@dataclass(frozen=True)
class Snapshot:
    """A run at one moment. `status`: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED, as Step Functions says it.

    `cause`: why it failed, in the pipeline's own words; empty otherwise.
    """

    status: str
    state: str
    rooms: tuple[Room, ...]
    cause: str = ""

    @property
    def over(self) -> bool:
        """Whether the execution has ended, well or not."""
        return self.status != "RUNNING"


@dataclass
class Watcher:
    """Looks at one run again and again, reading only what is new in its history."""

    target: Target
    run: Run
    history: History = field(default_factory=History)

    def look(self) -> Snapshot:
        """The run now. Three kinds of calls: the execution, its new events, one listing of its keys."""
        functions = self.target.client("stepfunctions")
        execution = functions.describe_execution(executionArn=self.run.arn)
        self.history.take(since(functions, self.run.arn, self.history.last_event))
        written = [key.removeprefix(self.run.keys.prefix) for key in self._keys()]
        return snapshot(execution["status"], self.history, written, cause=execution.get("cause") or "")

    def _keys(self) -> Iterable[str]:
        pages = self.target.client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.target.output("DataBucketName"), Prefix=self.run.keys.prefix):
            yield from (item["Key"] for item in page.get("Contents", []))


def snapshot(status: str, history: History, keys: Iterable[str], *, cause: str = "") -> Snapshot:
    """The display of a run from its history and the keys that it has written (without their `runs/<id>/`)."""
    written = Counter("/".join(key.split("/")[:-1]) for key in keys)
    rooms = (_generate(history, written), _distill(history, written), _deploy(history), _evaluate(history, written))
    return Snapshot(status, history.state, (*rooms, _promote(history)), cause)


def _generate(history: History, written: Mapping[str, int]) -> Room:
    batches = written["generate/replies"]
    total: int | None = history.latest("Generate", "last") or _planned(history, "last")
    if total is not None:
        total = max(total, batches)  # the assembly may have asked for more
    job: Any = history.latest("Generate", "status") if history.latest("Generate", "job_arn") else None
    note = f"{batches} batches written" if batches else f"batch job {job}" if job else "waiting"
    counts = {name: history.latest("Generate", name) for name in ("train", "validation", "holdout")}
    if written["dataset"] and all(count is not None for count in counts.values()):
        note = ", ".join(f"{count} {name}" for name, count in counts.items())
    return Room("Generate", batches, total, note)


def _distill(history: History, written: Mapping[str, int]) -> Room:
    job: Any = history.latest("Distill", "status")
    notes = [f"job {job}"] if job else []
    if written["edge"]:
        notes.append("edge student fitted")
    done = (job == "Completed") + bool(written["edge"])
    return Room("Distill", done, 2, ", ".join(notes) or _started(history, "Distill"))


def _deploy(history: History) -> Room:
    status: Any = history.latest("Deploy", "status")
    warm: Any = history.latest("Deploy", "latency_ms")
    done = (status == "Active") + (warm is not None)
    note = f"deployment {status}" if status else _started(history, "Deploy")
    return Room("Deploy", done, 2, f"{note}, warm ({warm:.0f} ms)" if isinstance(warm, int | float) else note)


def _evaluate(history: History, written: Mapping[str, int]) -> Room:
    answers = {key.split("/")[1]: count for key, count in written.items() if key.endswith("/responses")}
    jobs: Any = history.latest("Evaluate", "jobs") or {}
    judged: Any = history.latest("Evaluate", "status")
    asked: Any = _planned(history, "answers")
    note = ", ".join(f"{name} {count}" for name, count in sorted(answers.items())) or _started(history, "Evaluate")
    if jobs:
        note = f"{len(answers)} candidates answered, {len(jobs)} judge jobs {judged or 'started'}"
    return Room("Evaluate", sum(answers.values()), len(asked) if asked else None, note)


def _promote(history: History) -> Room:
    ended = [room for room in _LAST_ROOMS if room in history.entered]
    note = {"Promote": "promoted", "Discard": "discarded"}[ended[-1]] if ended else "waiting"
    return Room("Promote", min(len(ended), 1), 1, note)


def _planned(history: History, field_name: str) -> Any:  # noqa: ANN401  (whatever JSON stands there)
    return history.latest("Plan", field_name)


def _started(history: History, room: str) -> str:
    return "started" if room in history.entered else "waiting"
