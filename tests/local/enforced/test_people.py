"""Users with the policies that docs/callers.md gives them, and users with less."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from cli import ask, report, runs
from cli.caller import Route, signing
from cli.progress import Watcher
from cli.runs import Run
from cli.target import Target
from tests.local.enforced import principals
from tests.local.enforced.conftest import Story

pytestmark = pytest.mark.prove

QUERY = "the song that plays while they dance at the wedding"
OPERATING = (
    *("cloudformation:DescribeStacks", "states:StartExecution", "states:DescribeExecution"),
    *("states:GetExecutionHistory", "s3:ListBucket", "s3:GetObject"),
)


def test_given_the_documented_policy_then_a_run_is_started_watched_promoted_and_announced(
    root: Target, story: Story
) -> None:
    assert "Verdict: pass" in story.said
    pointer = runs.promoted(root)
    assert pointer is not None
    assert pointer.run_id == story.run.id
    assert [notice["execution_arn"] for notice in story.notices] == [story.run.arn]


@pytest.mark.parametrize("action", OPERATING)
def test_given_an_operator_with_an_action_less_then_that_call_is_refused(
    story: Story, root: Target, action: str
) -> None:
    policy = principals.less(action, principals.documented(root, "operator"))
    poor = principals.user(root, f"without-{action.replace(':', '-')}", policy)
    with pytest.raises(ClientError, match=f"is not authorized to perform: {action} "):
        operate(poor, story.run)


def test_given_the_documented_policy_then_a_query_is_answered_by_the_students_deployment(
    story: Story, root: Target, caller: Target
) -> None:
    answer = ask.ask(signing(root.route.url, caller.session), QUERY)
    assert (answer.status, answer.body.get("source")) == (200, "distilled"), answer.body
    assert ask.sums_to_one(answer.body["weights"])


def test_given_no_signature_a_wrong_one_or_no_right_then_the_gateway_answers_403(
    root: Target, caller: Target, operator: Target
) -> None:
    url, keys = root.route.url, caller.session.get_credentials()
    assert keys is not None
    forged = boto3.Session(keys.access_key, "x" * 40, region_name="us-east-1")
    unknown = boto3.Session("AKIAIOSFODNN7EXAMPLE", "x" * 40, region_name="us-east-1")
    stranger = principals.user(root, "stranger", []).session
    signed = [signing(url, session) for session in (forged, unknown, stranger, operator.session)]
    answers = [ask.ask(route, QUERY) for route in (Route(url=url), *signed)]
    assert [answer.status for answer in answers] == [403] * 5
    assert answers[0].body["code"] == "forbidden", "no signature is not a path that does not exist"


def test_given_the_right_to_another_method_only_then_the_gateway_answers_403(root: Target) -> None:
    elsewhere = json.loads(json.dumps(principals.documented(root, "caller")).replace("/POST/route", "/GET/health"))
    other = principals.user(root, "elsewhere", elsewhere)
    assert ask.ask(signing(root.route.url, other.session), QUERY).status == 403


def operate(operator: Target, run: Run) -> None:
    """What the command line does for who starts runs; what it starts is refused by the pipeline's own check."""
    Watcher(operator, run).look()
    report.load(operator, run)
    runs.start(operator, {"examples": -1})
