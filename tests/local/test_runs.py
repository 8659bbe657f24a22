"""Runs that go well, collide, or are stopped: one promotes, the others leave no trace."""

from cli import report, runs
from cli.target import Target
from tests.local.conftest import LEFT_OUT, Collision, Ended, Mailbox, Pipeline, manifest

CANDIDATES = {"distilled", "edge", "cascade", "base", "base-short", "baseline", "teacher", "keyword", "static"}


def test_given_a_run_in_progress_when_another_starts_then_it_is_refused_by_the_lease(
    collision: Collision, mailbox: Mailbox
) -> None:
    assert collision.refusal.status == "FAILED"
    assert "another run holds the lease" in collision.refusal.cause
    assert collision.stopped.name in collision.refusal.cause
    assert mailbox.about(collision.refused)["verdict"] == "refused"


def test_given_a_run_killed_in_the_middle_when_the_next_starts_then_it_ends_well(
    collision: Collision, promoted: Ended, mailbox: Mailbox
) -> None:
    assert promoted.end.status == "SUCCEEDED"
    assert promoted.after is not None
    assert promoted.after.run_id == promoted.run.id
    assert mailbox.about(promoted.run)["verdict"] == "promoted"


def test_given_a_killed_run_when_the_next_has_taken_over_then_nothing_of_it_is_left(
    target: Target, collision: Collision, promoted: Ended
) -> None:
    bedrock = target.client("bedrock")
    jobs = bedrock.list_model_customization_jobs()["modelCustomizationJobSummaries"]
    left = [job["jobName"] for job in jobs if job["status"] in ("InProgress", "Stopping")]
    assert not left
    models = bedrock.list_custom_models()["modelSummaries"]
    assert [model["modelName"] for model in models if model["modelName"].startswith(collision.stopped.id)] == []


def test_given_a_promoted_run_then_its_report_names_each_candidate_and_says_embedded(
    target: Target, promoted: Ended
) -> None:
    found = report.load(target, promoted.run)
    assert {candidate["name"] for candidate in found["candidates"]} == CANDIDATES
    assert found["verdict"] == "promoted" or found["gate"]["passed"]
    assert found["embedded"]
    for candidate in found["candidates"]:
        assert 0 <= candidate["top1"] <= 1, candidate["name"]
        assert 0 <= candidate["mae"] <= 0.5, candidate["name"]
    assert found["active_version"] is None


def test_given_a_judged_run_then_every_answer_has_its_score_and_the_judge_agrees_with_itself(
    target: Target, promoted: Ended
) -> None:
    found = report.load(target, promoted.run)
    assert set(found["judging"]["jobs"]) == {"distilled", "edge", "base", "baseline", "teacher"}
    for name, job in found["judging"]["jobs"].items():
        assert job["asked"] == job["scored"] == found["dataset"]["holdout"], name
        assert job["foreign"] == job["repeated"] == job["malformed"] == 0, name
    repeat = found["judging"]["repeat"]
    assert repeat["count"] == min(50, found["dataset"]["holdout"])
    assert (repeat["same"], repeat["sd"]) == (1.0, 0.0), "the embedded judge applies the rubric exactly"


def test_given_a_data_set_then_every_example_that_was_asked_for_is_accounted_for(
    target: Target, promoted: Ended
) -> None:
    def body(key: str) -> bytes:
        return target.client("s3").get_object(Bucket=target.output("DataBucketName"), Key=key)["Body"].read()

    counts = manifest(target, promoted)
    lines = {split: len(body(promoted.run.keys.split(split)).splitlines()) for split in report.SPLITS}
    assert lines == {split: counts[split] for split in report.SPLITS}
    assert sum(lines.values()) == counts["kept"]
    assert counts["asked"] == counts["kept"] + sum(counts[why] for why in LEFT_OUT)
    assert all(counts[why] >= 0 for why in LEFT_OUT)
    for cell in counts["cells"]:
        assert cell["asked"] == cell["kept"] + sum(cell[why] for why in LEFT_OUT)


def test_given_a_finished_run_then_the_lease_is_free(target: Target, promoted: Ended) -> None:
    listed = target.client("s3").list_objects_v2(Bucket=target.output("DataBucketName"), Prefix="lease")
    assert listed["KeyCount"] == 0


def test_given_several_runs_when_asked_for_the_latest_then_that_one_is_found(
    target: Target, promoted: Ended, pipeline: Pipeline
) -> None:
    assert runs.find(target, promoted.run.name) == promoted.run
    assert runs.find(target, promoted.run.id) == promoted.run
