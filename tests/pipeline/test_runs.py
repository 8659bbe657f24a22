"""How runs end. Whatever happens: nothing half-done stays deployed, the topic hears of it, the lease is given back."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.pipeline.conftest import Run, all_well, plan
from tests.pipeline.machine import Walk

NOTIFY = "Notify: publish the verdict and give back the lease"
CLEAN_UP = ("StopFunction", "JobStopFunction", "JudgeStopFunction", "DeleteFunction")
SPARED = ("BatchFunction", "RetireFunction")  # a lost batch is the assembly's to count; a promotion stands
TASKS = [name for name in all_well() if name not in ("NotifyFunction", *CLEAN_UP)]
OWN = {"run_id": "try", "attempt": 1}


def fails(_: dict[str, Any]) -> Any:
    raise RuntimeError("out of order")


def in_turn(*answers: Any) -> Callable[[dict[str, Any]], Any]:
    """One answer after the other; the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def verdict(walk: Walk) -> str:
    """What Notify was told; it is told once."""
    (payload,) = walk.called("NotifyFunction")
    return payload["verdict"]


def discarded(walk: Walk) -> bool:
    return all(walk.called(name) for name in CLEAN_UP)


def of_road(name: str) -> dict[str, Any]:
    """The plan's answer for a run that calls this function."""
    return plan(road="batch") if name.startswith("Job") else plan()


def test_a_good_run_promotes_and_discards_nothing(run: Run) -> None:
    walk = run()
    assert walk.end == "Succeed"
    assert verdict(walk) == "promoted"
    assert not discarded(walk)
    assert walk.called("NotifyFunction")[0]["version"] == 3
    assert [payload["batch"] for payload in walk.called("BatchFunction")] == [1, 2, 3]
    assert walk.called("ReportFunction")[0]["edge"]["threshold"] == 0.7, "of the fit"
    assert walk.called("PromoteFunction")[0]["edge"]["threshold"] == 0.8, "chosen when both students had answered"


def test_a_run_on_trial_says_so(run: Run) -> None:
    walk = run(PromoteFunction={"ok": True, "version": 3, "on_trial": True})
    assert walk.called("NotifyFunction")[0]["reason"] == "on trial beside the active version - passed"
    assert run().called("NotifyFunction")[0]["reason"] == "passed"


def test_what_is_older_is_retired_under_the_lease_and_only_after_a_promotion(run: Run) -> None:
    calls = [name for name, _ in run().calls]
    assert calls[-3:] == ["PromoteFunction", "RetireFunction", "NotifyFunction"]
    assert not run(GateFunction={"passed": False, "reason": "lost"}).called("RetireFunction")


def test_the_edge_student_is_fitted_while_the_job_runs(run: Run) -> None:
    calls = [name for name, _ in run().calls]
    assert calls.index("StartFunction") < calls.index("EdgeFunction") < calls.index("DistillStatusFunction")


def test_refused_batches_are_told_to_the_assembly_which_may_end_the_run_by_that_cause(run: Run) -> None:
    said = "AccessDeniedException: no access"
    batch = in_turn({"batch": 1, "kept": 25}, {"batch": 2, "refused": said}, {"batch": 3, "refused": "later"})
    why = {"status": "failed", "error": "BatchesRefused", "message": f"2 of 3 batches: {said}"}
    walk = run(BatchFunction=batch, AssembleFunction=why)
    (payload,) = walk.called("AssembleFunction")
    assert payload["refused"] == {"batches": 2, "of": 3, "reason": said}
    (notice,) = walk.called("NotifyFunction")
    assert (notice["error"], notice["reason"]) == ("BatchesRefused", f"2 of 3 batches: {said}")
    assert discarded(walk)


@pytest.mark.parametrize("batch", [fails, {"batch": 1, "kept": 25}])
def test_batches_that_are_lost_or_written_are_not_refused(run: Run, batch: Any) -> None:
    (payload,) = run(BatchFunction=batch).called("AssembleFunction")
    assert payload["refused"] == {"batches": 0, "of": 3, "reason": ""}


def test_every_round_tells_of_its_own_batches(run: Run) -> None:
    batch = in_turn(*[{"batch": 1, "refused": "no"}] * 3, {"batch": 4, "kept": 25})
    short = {"status": "short", "first": 4, "last": 4}
    walk = run(BatchFunction=batch, AssembleFunction=in_turn(short, {"status": "ready"}))
    told = [payload["refused"] for payload in walk.called("AssembleFunction")]
    assert told == [{"batches": 3, "of": 3, "reason": "no"}, {"batches": 0, "of": 1, "reason": ""}]


def test_a_candidate_whose_model_may_not_be_called_ends_the_run_by_that_cause(run: Run) -> None:
    said = "AccessDeniedException: no access"
    walk = run(AnswerFunction={"candidate": "distilled", "answered": 45, "valid": 0, "refused": said})
    assert "Evaluate: answer the held-out set - " in walk.cause
    assert f"candidate distilled, chunk 1 could not be answered: {said}" in walk.cause
    assert len(walk.called("AnswerFunction")) == 1
    assert not walk.called("JudgeStartFunction")
    assert discarded(walk)


def test_a_candidate_that_breaks_is_named_with_the_error(run: Run) -> None:
    assert (
        "candidate distilled, chunk 1 could not be answered: RuntimeError - out of order"
        in run(AnswerFunction=fails).called("NotifyFunction")[0]["reason"]
    )


def test_a_resumed_run_goes_on_in_the_round_where_it_stood(run: Run) -> None:
    walk = run(PlanFunction=plan(first=4, last=5, round=3), AssembleFunction={"status": "short", "first": 6, "last": 6})
    assert [payload["batch"] for payload in walk.called("BatchFunction")] == [4, 5]
    assert [payload["round"] for payload in walk.called("AssembleFunction")] == [3]
    assert walk.error == "DataSetFailed"


def test_a_refused_request_spends_nothing_and_says_why(run: Run) -> None:
    refusal = {"ok": False, "run_id": "try", "error": "TooExpensive", "message": "61 USD"}
    walk = run(PlanFunction=refusal)
    assert (walk.end, walk.error) == ("Fail", "TooExpensive")
    assert "61 USD" in walk.cause
    assert verdict(walk) == "refused"
    assert [name for name, _ in walk.calls] == ["PlanFunction", "NotifyFunction"]


def test_an_abandoned_run_is_cleaned_up_before_a_new_one_begins(run: Run) -> None:
    dead = {"run_id": "dead", "attempt": 2}
    walk = run(PlanFunction=plan(abandoned=dead))
    assert [walk.called(name) for name in CLEAN_UP] == [[dead]] * 4
    assert verdict(walk) == "promoted"


def test_an_abandoned_run_that_cannot_be_cleaned_up_does_not_stop_a_new_one(run: Run) -> None:
    walk = run(PlanFunction=plan(abandoned={"run_id": "dead", "attempt": 1}), **dict.fromkeys(CLEAN_UP, fails))
    assert [len(walk.called(name)) for name in CLEAN_UP] == [1] * 4
    assert verdict(walk) == "promoted"


@pytest.mark.parametrize("name", TASKS)
def test_whatever_function_fails_the_run_is_discarded_and_heard_of(run: Run, name: str) -> None:
    walk = run(**{"PlanFunction": of_road(name), name: fails})
    if name in SPARED:
        assert verdict(walk) == "promoted"
        return
    assert (walk.end, verdict(walk)) == ("Fail", "failed")
    assert walk.calls[-1][0] == "NotifyFunction"
    assert "PlanFunction" in name or discarded(walk)


@pytest.mark.parametrize("name", TASKS)
def test_a_failing_clean_up_is_told_and_the_lease_still_given_back(run: Run, name: str) -> None:
    walk = run(**{"PlanFunction": of_road(name), name: fails, **dict.fromkeys(CLEAN_UP, fails)})
    assert walk.calls[-1][0] == "NotifyFunction"
    if name not in (*SPARED, "PlanFunction"):
        reason = walk.called("NotifyFunction")[0]["reason"]
        assert "(its job could not be stopped" in reason
        assert "(its batch job could not be stopped" in reason
        assert "(its judge jobs could not be stopped" in reason
        assert "could not be deleted" in reason


def test_a_silent_topic_ends_the_run_as_failed(run: Run) -> None:
    assert run(NotifyFunction=fails).error == "NotifyFailed"


def test_too_few_examples_are_topped_up_three_times(run: Run) -> None:
    numbers = iter(((4, 5), (6, 6), (7, 9)))

    def assemble(payload: dict[str, Any]) -> dict[str, Any]:
        if payload["round"] == 3:
            return {"status": "ready"}
        first, last = next(numbers)
        return {"status": "short", "first": first, "last": last}

    walk = run(AssembleFunction=assemble)
    assert verdict(walk) == "promoted"
    assert [payload["round"] for payload in walk.called("AssembleFunction")] == [0, 1, 2, 3]
    assert [payload["batch"] for payload in walk.called("BatchFunction")] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("others", "error", "states"),
    [
        ({"AssembleFunction": {"status": "short", "first": 4, "last": 4}}, "DataSetFailed", "Distill: start the job"),
        ({"AssembleFunction": {"status": "failed", "message": "bad"}}, "DataSetFailed", "Distill: start the job"),
        ({"StartFunction": {"ok": False, "error": "Quota", "message": "no"}}, "Quota", "Distill: fit the edge student"),
        ({"DistillStatusFunction": {"status": "Failed", "reason": "x"}}, "JobFailed", "Deploy: create the deployment"),
        ({"DistillStatusFunction": {"status": "Stopped"}}, "JobFailed", "Deploy: create the deployment"),
        ({"DistillStatusFunction": {"status": "Dreaming"}}, "JobFailed", "Deploy: create the deployment"),
        ({"DistillStatusFunction": {"status": "InProgress"}}, "JobTooLong", "Deploy: create the deployment"),
        ({"CreateFunction": {"ok": False, "error": "Q", "message": "no"}}, "Q", "Deploy: warm it up"),
        ({"DeployStatusFunction": {"status": "Failed", "reason": "x"}}, "DeploymentFailed", "Deploy: warm it up"),
        ({"DeployStatusFunction": {"status": "Creating"}}, "DeploymentFailed", "Deploy: warm it up"),
        ({"WarmFunction": {"ok": False}}, "DeploymentSilent", "Evaluate: answer the held-out set"),
        ({"JudgeStatusFunction": {"status": "Failed", "reason": "x"}}, "JudgeFailed", "Evaluate: write the report"),
        ({"JudgeStatusFunction": {"status": "Stopped"}}, "JudgeFailed", "Evaluate: write the report"),
        ({"JudgeStatusFunction": {"status": "Dreaming"}}, "JudgeFailed", "Evaluate: write the report"),
        ({"JudgeStatusFunction": {"status": "InProgress"}}, "JudgeTooLong", "Evaluate: write the report"),
        ({"JudgeStartFunction": {"jobs": {}, "waiting": 5}}, "JudgeTooLong", "Evaluate: write the report"),
        ({"PromoteFunction": {"ok": False, "error": "LeaseLost", "message": "x"}}, "LeaseLost", "nowhere"),
    ],
)
def test_what_goes_wrong_at_bedrock_ends_in_discard(run: Run, others: Any, error: str, states: str) -> None:
    walk = run(**others)
    assert (walk.end, walk.error, verdict(walk)) == ("Fail", error, "failed")
    assert discarded(walk)
    assert states not in walk.states


def test_a_slow_job_deployment_and_judge_are_waited_for(run: Run) -> None:
    walk = run(
        DistillStatusFunction=in_turn(
            *[{"status": "InProgress"}] * 4, {"status": "Completed", "reason": None, "model_arn": "model"}
        ),
        DeployStatusFunction=in_turn(*[{"status": "Creating"}] * 4, {"status": "Active"}),
        JudgeStatusFunction=in_turn(*[{"status": "InProgress"}] * 4, {"status": "Completed"}),
    )
    assert verdict(walk) == "promoted"


def test_a_judge_that_takes_too_long_is_not_called_failed_and_its_jobs_are_stopped(run: Run) -> None:
    late = {"status": "InProgress", "reason": "waiting for edge", "enough": False}
    walk = run(JudgeStatusFunction=late)
    assert "the judge was not done after 5 looks; its jobs are stopped: waiting for edge" in walk.cause
    assert walk.called("JudgeStopFunction") == [OWN]
    failed = run(JudgeStatusFunction={"status": "Failed", "reason": "base: no access", "enough": False})
    assert "judge job Failed: base: no access" in failed.cause
    assert "looks" not in failed.cause


def test_judge_jobs_that_bedrock_does_not_run_yet_are_started_as_others_end(run: Run) -> None:
    walk = run(
        JudgeStartFunction=in_turn(
            {"jobs": {"a": "1"}, "waiting": 2},
            {"jobs": {"a": "1", "b": "2"}, "waiting": 1},
            {"jobs": {"a": "1", "b": "2", "c": "3"}, "waiting": 0},
        ),
        JudgeStatusFunction=in_turn(
            {"status": "InProgress", "reason": "waiting for a", "enough": False},
            {"status": "Completed", "reason": None, "enough": True},
        ),
    )
    assert verdict(walk) == "promoted"
    assert [payload["jobs"] for payload in walk.called("JudgeStartFunction")] == [{}, {"a": "1"}, {"a": "1", "b": "2"}]
    assert walk.called("JudgeStatusFunction")[-1]["jobs"] == {"a": "1", "b": "2", "c": "3"}


def test_judge_jobs_that_wait_and_cannot_be_started_end_the_run(run: Run) -> None:
    def once(payload: dict[str, Any]) -> dict[str, Any]:
        return fails(payload) if payload["jobs"] else {"jobs": {"a": "1"}, "waiting": 2}

    walk = run(JudgeStartFunction=once)
    assert (walk.end, verdict(walk)) == ("Fail", "failed")
    assert walk.states.count("Evaluate: start the judge jobs that wait") == 1
    assert "Evaluate: start the judge jobs that wait - " in walk.cause
    assert discarded(walk)


def test_batches_that_cannot_be_counted_end_the_run(run: Run) -> None:
    walk = run(PlanFunction=plan(first="one"))
    assert (walk.end, walk.error, verdict(walk)) == ("Fail", "States.QueryEvaluationError", "failed")
    assert not walk.called("BatchFunction")
    assert discarded(walk)


def test_judge_jobs_that_never_get_their_turn_are_not_waited_for_for_ever(run: Run) -> None:
    walk = run(JudgeStartFunction={"jobs": {"a": "1"}, "waiting": 4})
    assert len(walk.called("JudgeStatusFunction")) == 5
    assert "4 could not be started yet" in walk.cause


@pytest.mark.parametrize("stop", [{"jobs": {"repeat": "Stopping"}}, fails])
def test_a_repeated_judging_that_takes_too_long_is_stopped_and_the_report_written(run: Run, stop: Any) -> None:
    late = {"status": "InProgress", "reason": "waiting for repeat", "enough": True}
    walk = run(JudgeStatusFunction=late, JudgeStopFunction=stop)
    assert len(walk.called("JudgeStatusFunction")) == 5
    assert walk.called("JudgeStopFunction") == [OWN]
    assert verdict(walk) == "promoted"


def test_a_discarded_run_is_kept_if_asked_and_the_notification_says_so(run: Run) -> None:
    lost = {"passed": False, "reason": "lost", "rules": []}
    walk = run(PlanFunction=plan(keep_failed=True), GateFunction=lost)
    assert walk.called("DeleteFunction") == [{**OWN, "keep": True}]
    (notice,) = walk.called("NotifyFunction")
    assert notice["verdict"] == "discarded"
    assert notice["reason"].startswith("lost (its model and deployment are kept")
    assert "kept" not in run(GateFunction=lost).called("NotifyFunction")[0]["reason"]


def test_a_plan_of_before_that_knows_no_keep_failed_is_deleted(run: Run) -> None:
    old = {key: value for key, value in plan().items() if key != "keep_failed"}
    assert run(PlanFunction=old, WarmFunction=fails).called("DeleteFunction") == [{**OWN, "keep": False}]


@pytest.mark.parametrize("passed", [False, None, "true", 1])
def test_nothing_but_a_passed_gate_reaches_promote(run: Run, passed: object) -> None:
    walk = run(GateFunction={"passed": passed, "promote": True, "reason": "lost", "rules": []})
    assert not walk.called("PromoteFunction")
    assert (walk.end, verdict(walk)) == ("Succeed", "discarded")
    assert discarded(walk)


def test_a_run_that_asks_not_to_promote_is_measured_and_discarded(run: Run) -> None:
    walk = run(PlanFunction=plan(promote=False))
    assert walk.called("ReportFunction")
    assert not walk.called("PromoteFunction")
    assert (walk.end, verdict(walk)) == ("Succeed", "discarded")
    assert discarded(walk)


def test_one_held_out_chunk_is_a_list_all_the_same(run: Run) -> None:
    walk = run(PlanFunction=plan(answers=[{"candidate": "edge", "chunk": 1}], last=1))
    assert len(walk.called("AnswerFunction")) == len(walk.called("BatchFunction")) == 1
    assert NOTIFY in walk.states


def on_batch_road(run: Run, **others: Any) -> Walk:
    return run(**{"PlanFunction": plan(road="batch"), **others})


def test_on_the_batch_road_a_job_writes_and_nobody_calls_the_teacher(run: Run) -> None:
    walk = on_batch_road(run)
    assert verdict(walk) == "promoted"
    assert not walk.called("BatchFunction")
    assert walk.called("JobStatusFunction") == [{"job_arn": "writing job"}]
    assert walk.called("JobCollectFunction") == [{"run_id": "try", "job_arn": "writing job"}]


def test_on_the_online_road_no_job_is_started(run: Run) -> None:
    assert not [name for name, _ in run().calls if name.startswith("Job")]


def test_too_few_batches_for_a_job_are_written_by_calls(run: Run) -> None:
    walk = on_batch_road(run, JobStartFunction={"status": "online", "batches": 12})
    assert verdict(walk) == "promoted"
    assert len(walk.called("BatchFunction")) == 3
    assert not walk.called("JobStatusFunction")


def test_a_slow_writing_job_is_waited_for(run: Run) -> None:
    words = ("Submitted", "Validating", "Scheduled", "InProgress")
    waiting = [{"status": word, "reason": None, "running": True} for word in words]
    walk = on_batch_road(run, JobStatusFunction=in_turn(*waiting, {"status": "Completed", "running": False}))
    assert verdict(walk) == "promoted"
    assert len(walk.called("JobStatusFunction")) == 5


def test_what_a_partly_completed_job_left_out_is_written_by_calls(run: Run) -> None:
    walk = on_batch_road(
        run,
        JobStatusFunction={"status": "PartiallyCompleted", "reason": None, "running": False},
        JobCollectFunction={"collected": 100, "missing": 20, "errors": {"500": 20}},
        AssembleFunction=in_turn({"status": "short", "first": 121, "last": 122}, {"status": "ready"}),
    )
    assert verdict(walk) == "promoted"
    assert len(walk.called("JobStartFunction")) == 1
    assert [payload["batch"] for payload in walk.called("BatchFunction")] == [121, 122]


@pytest.mark.parametrize(
    ("others", "error", "says"),
    [
        ({"JobStartFunction": {"status": "refused", "error": "Quota", "message": "no room"}}, "Quota", "no room"),
        ({"JobStartFunction": {"status": "puzzled"}}, "WritingJobRefused", "was refused"),
        *(
            (
                {"JobStatusFunction": {"status": word, "reason": "so it goes", "running": False}},
                "WritingJobFailed",
                f"batch job {word}: so it goes",
            )
            for word in ("Failed", "Stopping", "Stopped", "Expired", "Dreaming")
        ),
        (
            {"JobStatusFunction": {"status": "Scheduled", "reason": None, "running": True}},
            "WritingJobTooLong",
            "still Scheduled after 5 looks; it is stopped",
        ),
    ],
)
def test_a_writing_job_that_does_not_write_ends_the_run_and_is_stopped(
    run: Run, others: Any, error: str, says: str
) -> None:
    walk = on_batch_road(run, **others)
    assert (walk.end, walk.error, verdict(walk)) == ("Fail", error, "failed")
    assert says in walk.cause
    assert walk.called("JobStopFunction") == [OWN]
    assert not walk.called("JobCollectFunction")
    assert not walk.called("AssembleFunction")


def test_a_resumed_run_goes_on_under_its_own_name_and_attempt(run: Run) -> None:
    walk = run(PlanFunction=plan(run_id="old", attempt=2), GateFunction={"passed": False, "reason": "lost"})
    named = [payload for name, payload in walk.calls if name != "PlanFunction" and "run_id" in payload]
    assert {payload["run_id"] for payload in named} == {"old"}
    own = {"run_id": "old", "attempt": 2}
    assert [walk.called(name) for name in CLEAN_UP] == [[own]] * 3 + [[{**own, "keep": False}]]
    assert walk.called("CreateFunction") == [{**own, "model_arn": "model"}]


@pytest.mark.parametrize("road", ["online", "batch"])
def test_a_resumed_run_that_has_its_data_set_writes_and_assembles_nothing(run: Run, road: str) -> None:
    walk = run(PlanFunction=plan(run_id="old", attempt=2, road=road, assembled=True))
    assert verdict(walk) == "promoted"
    assert not {"BatchFunction", "JobStartFunction", "AssembleFunction"} & {name for name, _ in walk.calls}


def test_a_run_that_may_not_be_resumed_is_refused_and_left_alone(run: Run) -> None:
    walk = run(PlanFunction={"ok": False, "run_id": "old", "error": "RunFinished", "message": "start a new one"})
    assert (walk.error, verdict(walk)) == ("RunFinished", "refused")
    assert [name for name, _ in walk.calls] == ["PlanFunction", "NotifyFunction"]
