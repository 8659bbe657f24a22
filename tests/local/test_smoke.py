"""`router smoke`, as it would run in an account, in a stack beside the one that the other tests use."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from bedrock import deployment
from cli import smoke
from cli.problems import NoStack
from cli.target import Target
from intent.runs import job_name

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def smoked(target: Target) -> tuple[list[str], str, Target]:
    """Failures, what was printed, and the target that is gone by then."""
    own, said = replace(target, stage=smoke.STAGE), io.StringIO()
    console = Console(file=said, width=200)
    smoke.alone(own)
    failures = smoke.walk(smoke.steps_for(console, own, confirm=False, bundle="false"), agrees=lambda: True)
    smoke.conclude(console, failures)
    return failures, said.getvalue(), replace(target, stage=smoke.STAGE)


def test_given_an_account_then_it_deploys_trains_asks_and_finds_nothing_wrong(
    smoked: tuple[list[str], str, Target],
) -> None:
    failures, said, _ = smoked
    assert failures == []
    assert "Verdict: pass" in said
    assert said.count("[distilled,") >= 6
    assert "of at most 5.00" in said


def test_given_its_end_then_the_stack_and_all_that_its_run_made_is_gone(
    smoked: tuple[list[str], str, Target], target: Target
) -> None:
    gone = smoked[2]
    with pytest.raises(NoStack):
        _ = gone.outputs
    bedrock = target.client("bedrock")
    names = {item.name for item in (*deployment.listed(bedrock), *deployment.listed_models(bedrock))}
    mine = smoked[1].split("Run ")[1].split()[0]
    assert not names & {job_name(mine, "student"), job_name(mine, "distill")}
    assert target.outputs["PointerName"] == "/intent-router/local/active", "the other stack is untouched"
    with pytest.raises(target.client("ssm").exceptions.ParameterNotFound):
        target.client("ssm").get_parameter(Name="/intent-router/smoke/active")
