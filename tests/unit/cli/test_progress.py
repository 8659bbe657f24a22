"""What the display says of a run, from its history and its keys."""

from collections.abc import Mapping

from cli.history import History
from cli.progress import Room, Snapshot, snapshot


def seen(
    results: Mapping[str, Mapping[str, object]], keys: list[str] | None = None, status: str = "RUNNING"
) -> Snapshot:
    rooms = {state.split(":")[0] for state in results}
    folded = {state: dict(result) for state, result in results.items()}
    return snapshot(status, History(state=next(reversed(folded), ""), entered=rooms, results=folded), keys or [])


def room(found: Snapshot, name: str) -> Room:
    return next(room for room in found.rooms if room.name == name)


PLANNED = {"Plan: check": {"ok": True, "last": 4, "answers": [1, 2, 3, 4]}}


def test_given_nothing_yet_then_every_room_waits() -> None:
    assert {found.note for found in seen({}).rooms} == {"waiting"}


def test_given_batches_in_the_bucket_then_they_are_counted_against_the_plan() -> None:
    keys = ["generate/replies/00001.json", "generate/replies/00002.json", "generate/quarantine/00001.jsonl"]
    assert room(seen(PLANNED, keys), "Generate") == Room("Generate", 2, 4, "2 batches written")


def test_given_batches_on_top_of_the_plan_then_the_total_grows_with_them() -> None:
    keys = [f"generate/replies/{number:05d}.json" for number in range(1, 7)]
    assert room(seen(PLANNED, keys), "Generate").total == 6


def test_given_a_writing_job_then_its_status_stands_for_batches_that_are_not_there_yet() -> None:
    started = {**PLANNED, "Generate: start the writing job": {"status": "started", "job_arn": "a"}}
    assert room(seen(started), "Generate").note == "batch job started"
    looked = {**started, "Generate: look at the writing job": {"status": "Scheduled", "running": True}}
    assert room(seen(looked), "Generate") == Room("Generate", 0, 4, "batch job Scheduled")
    assert room(seen(looked, ["generate/replies/00001.json"]), "Generate").note == "1 batches written"


def test_given_an_assembled_data_set_then_its_sizes_are_shown() -> None:
    results = {**PLANNED, "Generate: assemble": {"last": 5, "train": 80, "validation": 10, "holdout": 10}}
    found = room(seen(results, ["dataset/train.jsonl"]), "Generate")
    assert (found.total, found.note) == (5, "80 train, 10 validation, 10 holdout")


def test_given_job_and_edge_student_then_both_count_for_distill() -> None:
    results = {"Distill: ask": {"status": "Completed"}}
    found = room(seen(results, ["edge/model.bin", "edge/metrics.json"]), "Distill")
    assert found == Room("Distill", 2, 2, "job Completed, edge student fitted")


def test_given_a_warm_deployment_then_its_latency_is_shown() -> None:
    results = {
        "Deploy: ask": {"status": "Active"},
        "Deploy: warm up": {"latency_ms": 41.4},
    }
    assert room(seen(results), "Deploy") == Room("Deploy", 2, 2, "deployment Active, warm (41 ms)")


def test_given_answers_then_each_candidate_is_counted_until_the_judge_begins() -> None:
    keys = [
        "evaluate/edge/responses/001.jsonl",
        "evaluate/edge/responses/002.jsonl",
        "evaluate/base/responses/001.jsonl",
    ]
    assert room(seen({**PLANNED, "Evaluate: ask": {}}, keys), "Evaluate").note == "base 1, edge 2"
    judging = {**PLANNED, "Evaluate: judge": {"jobs": {"edge": "arn", "base": "arn"}}}
    assert room(seen(judging, keys), "Evaluate").note == "2 candidates answered, 2 judge jobs started"


def test_given_the_end_then_it_says_which_way_it_went() -> None:
    found = seen({"Discard: delete the deployment": {}}, status="SUCCEEDED")
    assert room(found, "Promote") == Room("Promote", 1, 1, "discarded")
    assert found.over
