"""Names of a run, against the patterns that each API declares."""

import re
from typing import Any

import botocore.session
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intent.candidates import KNOWN
from intent.runs import JUDGE, MAX_RUN_ID, REPEAT, Keys, is_run_id, job_name, job_names, judge_job, run_id

_BEDROCK = botocore.session.get_session().get_service_model("bedrock")
# Characters of keys in the S3 URIs that Bedrock reads, and single slashes between them.
_KEY = re.compile(r"[-!_*'().a-zA-Z0-9]+(/[-!_*'().a-zA-Z0-9]+)*/?")
JUDGES = [f"{JUDGE}{job}" for job in (*(judge_job(name, part) for name in KNOWN for part in (1, 2, 5)), REPEAT)]
PURPOSES = {
    "batch job": ("CreateModelInvocationJob", "jobName", ["write"]),
    "batch token": ("CreateModelInvocationJob", "clientRequestToken", ["write"]),
    "batch search": ("ListModelInvocationJobs", "nameContains", ["write"]),
    "customization job": ("CreateModelCustomizationJob", "jobName", ["distill"]),
    "custom model": ("CreateModelCustomizationJob", "customModelName", ["distill"]),
    "customization token": ("CreateModelCustomizationJob", "clientRequestToken", ["distill"]),
    "deployment": ("CreateCustomModelDeployment", "modelDeploymentName", ["student"]),
    "deployment token": ("CreateCustomModelDeployment", "clientRequestToken", ["student"]),
    "evaluation job": ("CreateEvaluationJob", "jobName", JUDGES),
    "evaluation token": ("CreateEvaluationJob", "clientRequestToken", JUDGES),
    "evaluation search": ("ListEvaluationJobs", "nameContains", JUDGES),
}
NAMES = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=[]), max_size=80),
    st.text(alphabet="ab-_ .:/=+Z9é", max_size=80),
    st.uuids().map(str),
)


def metadata(operation: str, member: str) -> dict[str, Any]:
    shape: Any = _BEDROCK.operation_model(operation).input_shape
    return dict(shape.members[member].metadata)


@pytest.mark.parametrize("what", PURPOSES)
def test_the_service_model_declares_the_limits_that_are_tested_here(what: str) -> None:
    operation, member, _ = PURPOSES[what]
    assert {"pattern", "max"} <= set(metadata(operation, member))


@given(NAMES)
@example("")
@example("-" * 80)
@example("_" * 80)
@example("x" * 80)
@example("manual-2028-02-29T23:59:59Z")
@example("\ud800 lone")
@example("ΐ" * 80)
@example("İstanbul" * 10)
@example("a\n")
@example("1" * 80)
@example("a" * 30 + " b")
def test_given_any_execution_name_then_every_name_fits_its_api(name: str) -> None:
    run = run_id(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", run)
    assert is_run_id(run)
    assert len(run) <= MAX_RUN_ID
    for operation, member, purposes in PURPOSES.values():
        limits = metadata(operation, member)
        for made in (job_name(run, purpose, attempt) for purpose in purposes for attempt in (1, 2, 99)):
            assert re.fullmatch(limits["pattern"], made), (member, made)
            assert limits["min"] <= len(made) <= limits["max"]


@given(NAMES)
def test_given_any_execution_name_then_every_key_suits_bedrock(name: str) -> None:
    keys = Keys(run_id(name))
    made = [keys.plan, keys.manifest, keys.distill, keys.edge_model, keys.edge_metrics, keys.report, keys.page]
    made += [keys.job_input, keys.job_output, keys.edge_validation]
    made += [keys.batch(1), keys.quarantine(1), keys.reply(1), keys.dropped]
    made += [part for split in ("train", "validation", "holdout") for part in (keys.split(split), keys.examples(split))]
    for candidate in KNOWN:
        made += [keys.responses(candidate, 1), keys.all_responses(candidate)]
        made += [keys.judge_input(candidate), keys.judge_input(candidate, 2), keys.judge_output(candidate)]
        made += [Keys(run_id(name), attempt=2).judge_output(candidate)]
    assert len(set(made)) == len(made)
    assert all(_KEY.fullmatch(key) and key.startswith(keys.prefix) for key in made)


@given(NAMES, NAMES)
@example("My run", "my-run")
@example("a_b", "a-b")
@example("x" * 79 + "1", "x" * 79 + "2")
@example("", "run")
def test_given_two_names_then_their_runs_differ(one: str, other: str) -> None:
    assert (run_id(one) == run_id(other)) == (one == other)


def test_given_a_name_then_its_run_is_readable_and_does_not_change() -> None:
    assert run_id("Nightly run, 2026-11-21") == "nightly-run-2026-11-21-ded97d22"
    assert run_id("ほげ") == "run-84f754e6"
    assert run_id(" " + "x" * 80).startswith("x" * 31 + "-"), "as long as an id may be"


def test_given_attempts_then_the_first_has_the_plain_name_and_the_latest_comes_first() -> None:
    assert job_names("r", "distill", 3) == ["r-distill-3", "r-distill-2", "r-distill"]
    assert job_names("r", "distill", 1) == [job_name("r", "distill")]


@pytest.mark.parametrize("text", ["", "-", "a-", "a--b", "A", "a/b", "..", "a\n", "x" * 41])
def test_given_another_text_then_it_is_no_run_id(text: str) -> None:
    assert not is_run_id(text)


def test_given_parts_and_attempts_then_no_two_judge_jobs_share_a_name() -> None:
    names = [job_name("r" * 40, purpose, attempt) for purpose in JUDGES for attempt in (1, 2, 5, 99)]
    assert len(set(names)) == len(names)


def test_given_a_purpose_that_is_too_long_then_the_error_says_so() -> None:
    assert len(job_name("r" * 40, "p" * 22)) == 63
    with pytest.raises(ValueError, match="shorten it"):
        job_name("r" * 40, "p" * 23)


def test_given_batch_numbers_then_keys_sort_as_numbers_do() -> None:
    keys = Keys("r")
    made = [keys.batch(number) for number in (1, 2, 10, 99, 100, 600)]
    assert made == sorted(made)
    assert made[0] == "runs/r/generate/batches/00001.jsonl"


def test_given_a_role_of_two_words_then_its_job_has_hyphens_only() -> None:
    assert job_name("r", "base_model_two") == "r-base-model-two"


def test_given_parts_then_the_first_job_has_the_candidates_plain_name() -> None:
    assert [judge_job("edge", part) for part in (1, 2, 3)] == ["edge", "edge-p2", "edge-p3"]


def test_given_a_second_attempt_then_only_what_judges_write_is_kept_apart() -> None:
    first, second = Keys("r"), Keys("r", attempt=2)
    assert first.judge_output("edge") == "runs/r/evaluate/edge/judge/output/"
    assert second.judge_output("edge") == "runs/r/evaluate/edge/judge/output-2/"
    assert (first.plan, first.judge_input("edge")) == (second.plan, second.judge_input("edge"))
