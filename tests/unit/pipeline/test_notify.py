"""The one way out of a run."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from intent.runs import Keys
from pipeline import handler
from store.lease import Lease
from tests.unit.conftest import BUCKET
from tests.unit.samples import EXECUTION, RUN_ID

TOPIC = "arn:aws:sns:us-east-1:123456789012:notices"


class Sns:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.published: list[dict[str, str]] = []

    def publish(self, **parameters: str) -> None:
        self.published.append(parameters)


@pytest.fixture
def sns(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Sns:
    for name, value in (("TOPIC_ARN", TOPIC), ("STAGE", "dev")):
        monkeypatch.setenv(name, value)
    aws["sns"] = Sns()
    return aws["sns"]


def notify(**changed: Any) -> dict[str, Any]:
    whole = {"run_id": RUN_ID, "execution_arn": EXECUTION, "verdict": "promoted", "reason": "all rules hold"}
    return handler.notify({**whole, **changed}, None)


def test_given_a_promoted_run_then_the_topic_hears_where_its_report_is(sns: Sns) -> None:
    assert notify(version=3)["verdict"] == "promoted"
    (sent,) = sns.published
    assert sent["TopicArn"] == TOPIC
    assert sent["Subject"] == f"Intent router dev: run {RUN_ID} promoted"
    assert json.loads(sent["Message"]) == {
        "verdict": "promoted",
        "reason": "all rules hold",
        "error": "",
        "run_id": RUN_ID,
        "version": 3,
        "execution_arn": EXECUTION,
        "report": f"s3://{BUCKET}/{Keys(RUN_ID).page}",
    }


@pytest.mark.parametrize("verdict", ["promoted", "discarded", "refused", "failed"])
def test_given_any_end_then_the_subject_suits_sns(sns: Sns, verdict: str) -> None:
    notify(verdict=verdict, run_id="r" * 40)
    subject = sns.published[0]["Subject"]
    assert len(subject) <= 100
    assert subject.isascii()
    assert subject.isprintable()


def test_given_our_lease_then_the_next_run_may_start(sns: Sns, aws: dict[str, Any]) -> None:
    lease = Lease(aws["s3"], BUCKET)
    lease.take(EXECUTION, RUN_ID, lambda _: True)
    assert notify()["lease_released"] is True
    assert lease.holder() is None
    assert notify()["lease_released"] is False, "and a second time is fine"


def test_given_a_refused_run_then_the_other_runs_lease_stays(sns: Sns, aws: dict[str, Any]) -> None:
    lease = Lease(aws["s3"], BUCKET)
    lease.take(f"{EXECUTION}-other", "other", lambda _: True)
    assert notify(verdict="refused", error="LeaseHeld")["lease_released"] is False
    holder = lease.holder()
    assert holder is not None
    assert holder.run_id == "other"


def test_given_an_unknown_verdict_then_it_is_a_bug(sns: Sns) -> None:
    with pytest.raises(ValidationError, match="verdict"):
        notify(verdict="perhaps")
    assert sns.published == []
