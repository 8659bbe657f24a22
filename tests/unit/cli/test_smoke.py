"""The smoke test's ways to fail: whatever goes wrong, everything is taken down, and the exit code is 1."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from cli import smoke
from cli.ask import Answer
from cli.plan import Outlook
from cli.problems import NoAnswer, Refused, ToolFailed
from cli.smoke import STAGE, Steps
from cli.smoke_questions import QUESTIONS
from cli.target import Target

VERSION = 1


def good(question: dict[str, Any]) -> Answer:
    engines = {name: {"payload": {"search": {}}} for name in question.get("targets", ())}
    source = "distilled" if question.get("prefer") == "quality" else "edge"
    weights = {"visual": 0.7, "audio": 0.1, "transcription": 0.1, "metadata": 0.1}
    body = {"weights": weights, "source": source, "model": {"version": VERSION}, "engines": engines, "warnings": []}
    return Answer(200, body, 1.0)


def changed(**others: Any) -> Callable[[dict[str, Any]], Answer]:
    return lambda question: Answer(200, {**good(question).body, **others}, 1.0)


@dataclass
class Played:
    """Steps that do what they are told, and remember."""

    deploy: Exception | None = None
    train: BaseException | None = None
    ask: Callable[[dict[str, Any]], Answer] = good
    left: list[str] = field(default_factory=list[str])
    done: list[str] = field(default_factory=list[str])

    def steps(self) -> Steps:
        return Steps(
            deploy=lambda: self._do("deploy", self.deploy),
            train=lambda: self._do("train", self.train) or VERSION,
            ask=lambda question: self._do("ask", None) or self.ask(question),
            tear_down=lambda: self._do("tear down", None) or self.left,
        )

    def _do(self, what: str, error: BaseException | None) -> None:
        self.done.append(what)
        if error:
            raise error


def never() -> bool:
    raise AssertionError("after a failure nobody is asked")


def test_given_that_all_is_well_then_it_is_destroyed_when_that_is_wanted() -> None:
    played = Played()
    assert smoke.walk(played.steps(), agrees=lambda: True) == []
    assert played.done == ["deploy", "train", *["ask"] * 10, "tear down"]
    kept = Played()
    assert smoke.walk(kept.steps(), agrees=lambda: False) == []
    assert "tear down" not in kept.done


@pytest.mark.parametrize(
    ("played", "told"),
    [
        (Played(deploy=ToolFailed("cdk deploy failed (exit code 1).")), "cdk deploy failed"),
        (Played(deploy=ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "x")), "AccessDenied"),
        (Played(train=NoAnswer("The run was discarded: distilled: valid")), "discarded"),
        (Played(train=Refused("The run ended as FAILED: Job failed")), "FAILED"),
        (Played(train=KeyboardInterrupt()), "interrupted"),
        (Played(ask=changed(weights={"visual": 0.7, "audio": 0.31})), "add up to 1"),
        (Played(ask=changed(model={"version": 0})), "version 0 answered, not 1"),
        (Played(ask=changed(source="fallback")), "not the distilled student"),
        (Played(ask=changed(engines={})), "no request for opensearch"),
        (Played(ask=lambda _: Answer(503, {"code": "not_ready", "message": "later"}, 1.0)), "503 not_ready"),
    ],
)
def test_given_a_failure_then_it_is_told_and_everything_is_destroyed_without_asking(played: Played, told: str) -> None:
    failures = smoke.walk(played.steps(), agrees=never)
    assert [failure for failure in failures if told in failure]
    assert played.done[-1] == "tear down"


def test_given_a_bug_then_everything_is_destroyed_all_the_same() -> None:
    played = Played(train=ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        smoke.walk(played.steps(), agrees=never)
    assert played.done[-1] == "tear down"


def test_given_something_that_cannot_be_removed_then_that_is_a_failure_that_names_it() -> None:
    played = Played(left=["Delete the stack: cdk destroy failed"])
    assert smoke.walk(played.steps(), agrees=lambda: True) == ["left behind: Delete the stack: cdk destroy failed"]


def test_the_questions_ask_the_distilled_student_and_an_engine() -> None:
    assert len(QUESTIONS) == 10
    assert [question for question in QUESTIONS if "targets" in question]
    assert sum(question.get("prefer") == "quality" for question in QUESTIONS) >= 5


def test_the_stage_costs_less_than_the_cap_in_the_worst_case() -> None:
    outlook = smoke.affordable()
    assert outlook.run.max_cost_usd == smoke.CAP
    assert outlook.most < smoke.CAP
    assert outlook.run.examples == 140, "the least that a run takes"
    assert outlook.run.customization == "FINE_TUNING", "a distillation job may fill its data up to 15,000 pairs"


def test_given_a_stage_that_might_cost_more_then_nothing_is_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = smoke.affordable()
    found = [Outlook(real.run, real.batches, real.items, smoke.CAP + 0.01, None, ())]

    def think_through(_: object, **__: object) -> Outlook:
        return found[0]

    monkeypatch.setattr(smoke.plan, "think_through", think_through)
    with pytest.raises(Refused, match=r"5\.01 USD"):
        smoke.affordable()
    found[0] = Outlook(real.run, real.batches, real.items, 1.0, "the judge is gone", ())
    with pytest.raises(Refused, match="the judge is gone"):
        smoke.affordable()


def test_given_a_stack_of_that_name_then_it_is_not_touched() -> None:
    there = Target(boto3.Session(region_name="us-east-1"), STAGE)
    vars(there)["outputs"] = {"RouteUrl": "https://x"}
    with pytest.raises(Refused, match="is there already"):
        smoke.alone(there)


def test_given_the_embedded_aws_then_it_is_refused_and_an_account_gets_its_own_stage() -> None:
    session = boto3.Session(region_name="us-east-1")
    embedded: Any = object()
    with pytest.raises(Refused, match="make demo"):
        smoke.target_of(Target(session, "local", embedded))
    assert smoke.target_of(Target(session, "dev")).stack == "intent-router-smoke"


@pytest.mark.parametrize(("failures", "word"), [([], "All is well"), (["x"], "FAILED: x")])
def test_the_end_says_how_it_went_and_what_stays(failures: list[str], word: str) -> None:
    said = io.StringIO()
    smoke.conclude(Console(file=said, width=200), failures)
    assert word in said.getvalue()
    assert "docs/clean-up.md" in said.getvalue()
