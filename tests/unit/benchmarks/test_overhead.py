"""Overhead of generating: both sides' parts, distilabel itself replaced by fakes, and what a process costs."""

import json
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benchmarks import overhead, overhead_ours
from benchmarks.generate import Canned, planned
from benchmarks.watched import watched
from generate.batches import request
from tests.unit.samples import DOMAIN, MODALITIES

ABSENT = Path("absent")


def python(code: str, out: Path, limit: float = 60) -> dict[str, Any]:
    return watched([sys.executable, "-c", code, str(out)], out, limit)


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # the folder's streams, unlike S3's, stay open
def test_given_canned_replies_then_the_generate_room_keeps_all_but_the_repeats(tmp_path: Path) -> None:
    plan, teacher = planned(1_000, DOMAIN), Canned(MODALITIES)
    replies = [teacher(request(batch, plan, DOMAIN)).text for batch in plan.batches]
    found = overhead_ours.run(replies, 1_000, tmp_path)
    assert 900 <= found["kept"] < 1_000
    assert found["seconds"] > 0


def test_given_both_sides_then_a_further_example_costs_what_the_sizes_differ_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[dict[str, Any]] = []

    def fake(command: list[str], _out: Path, _limit: float) -> dict[str, Any]:
        given.append(json.loads(Path(command[4]).read_text("utf-8")))
        slow = 10 if command[2].endswith("distilabel") else 1
        return {"kept": 1, "seconds": slow * (1 + given[-1]["examples"] / 1000), "cpu_seconds": 1 / 3}

    monkeypatch.setattr(overhead, "watched", fake)
    found = overhead.compare([400, 200], Path(sys.executable))
    assert found["marginal_us"] == {"ours": 1000, "distilabel": 10_000}
    assert [run["examples"] for run in found["runs"]] == [200, 400]
    assert found["runs"][0]["ours"] == {"kept": 1, "seconds": 1.2, "cpu_seconds": 0.333, "overhead_us": 6000.0}
    assert given[0]["threshold"] == found["runs"][0]["threshold"] == 0.8
    assert all(0 < settings["train"] < 1 for settings in given)


def test_given_no_distilabel_then_that_side_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(*_: object) -> dict[str, Any]:
        return {"seconds": 1.0}

    monkeypatch.setattr(overhead, "watched", fake)
    found = overhead.compare([200], ABSENT)
    assert found["runs"][0]["distilabel"] == {"skipped": "not installed: make bench-distilabel"}
    assert found["marginal_us"] == {"ours": None, "distilabel": None}


def test_given_a_command_then_its_time_and_memory_are_beside_what_it_wrote(tmp_path: Path) -> None:
    code = "import sys, time; kept = b'x' * 50_000_000; open(sys.argv[1], 'w').write('{\"kept\": 3}'); time.sleep(0.6)"
    found = python(code, tmp_path / "out")
    assert found["kept"] == 3
    assert found["process_seconds"] > 0.6
    assert found["cpu_seconds"] > 0
    assert found["peak_mb"] > 50


def test_given_a_command_that_fails_or_hangs_then_it_is_said_and_nothing_stays(tmp_path: Path) -> None:
    assert python("raise SystemExit(3)", tmp_path / "out") == {"failed": "exit code 3"}
    assert python("pass", tmp_path / "out") == {"failed": "exit code 0"}
    assert python("import time; time.sleep(60)", tmp_path / "out", 0.1) == {"failed": "did not end in 0 s"}


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """distilabel's side over packages that hold nothing but what it derives from."""

    def nothing(_self: object) -> None:
        """There is nothing to load."""

    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_DATASETS_DISABLE_PROGRESS_BARS", "DISTILABEL_LOG_LEVEL"):
        monkeypatch.setenv(name, "")
    for name, member in (("models.llms", "LLM"), ("pipeline", "Pipeline"), ("steps", "Step"), ("steps.tasks", "Task")):
        module = ModuleType(name)
        module.__dict__[member] = type(member, (), {"load": nothing})
        monkeypatch.setitem(sys.modules, f"distilabel.{name}", module)
    monkeypatch.delitem(sys.modules, "benchmarks.overhead_distilabel", raising=False)
    yield import_module("benchmarks.overhead_distilabel")
    sys.modules.pop("benchmarks.overhead_distilabel", None)


def test_given_a_numbered_prompt_then_the_fake_model_gives_that_reply_and_the_task_reads_it(
    theirs: Any, tmp_path: Path
) -> None:
    replies = ["first", '{"query": "rain", "audio": 1}\n{"query": "wind", "audio": 1}']
    model, task = theirs.Canned(), theirs.Write()
    model.path = str(tmp_path / "replies.jsonl")
    Path(model.path).write_text("\n".join(json.dumps(reply) for reply in replies), "utf-8")
    model.load()
    turns = task.format_input({"prompt": "1"})
    (answer,) = model.generate([turns])
    assert task.format_output(answer["generations"][0]) == {
        "query": ["rain", "wind"],
        "weights": [{"audio": 1}, {"audio": 1}],
    }


def test_given_marked_rows_then_only_those_to_keep_go_on(theirs: Any) -> None:
    rows = [{"keep_row_after_minhash_filtering": keep, "query": keep} for keep in (True, False, True)]
    assert list(theirs.Keep().process(rows)) == [[rows[0], rows[2]]]
