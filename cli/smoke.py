"""`router smoke`: deploy into an account, train on the fewest examples, ask ten queries, take everything down again.

The only test that needs AWS. It has a stage of its own, `smoke`, whose settings in cdk.json keep a run below `CAP`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from cli import ask, bringup, plan, report, runs, watch
from cli.ask import Answer
from cli.problems import NoAnswer, NoStack, Problem, Refused, explain
from cli.smoke_questions import QUESTIONS, faults
from cli.target import Target
from cli.teardown import tear_down
from cli.toolchain import Cdk

STAGE = "smoke"
CAP = 5.0  # USD that a run may cost at worst
LEFT = (
    "the key, pending deletion for 30 days at no cost",
    "API Gateway's log role of the account",
    "CDK's bootstrap stack and the assets in it",
)


@dataclass(frozen=True)
class Steps:
    """What a smoke test does. `train` gives the version that it promoted; `tear_down` what is left, in words."""

    deploy: Callable[[], object]
    train: Callable[[], int]
    ask: Callable[[dict[str, Any]], Answer]
    tear_down: Callable[[], Sequence[str]]


def walk(steps: Steps, *, agrees: Callable[[], bool]) -> list[str]:
    """All steps. What went wrong, in words. Then all is taken down: after a failure at once, else if `agrees`."""
    failures = ["interrupted"]  # unless more is known
    try:
        failures = _use(steps)
    finally:
        if failures or agrees():
            failures = [*failures, *(f"left behind: {what}" for what in steps.tear_down())]
    return failures


def _use(steps: Steps) -> list[str]:
    try:
        steps.deploy()
        version = steps.train()
        return [fault for question in QUESTIONS for fault in faults(question, steps.ask(question), version)]
    except (BotoCoreError, ClientError) as error:
        return [explain(error)]
    except Problem as problem:
        return [str(problem)]
    except KeyboardInterrupt:
        return ["interrupted"]


def affordable() -> plan.Outlook:
    """The run's bill before anything is deployed. Refused if it might cost more than `CAP`, or would not start."""
    outlook = plan.think_through({}, stage=STAGE)
    if outlook.objection:
        raise Refused(f"The run would be refused: {outlook.objection}")
    if outlook.most > CAP:
        raise Refused(f"The run may cost {outlook.most:.2f} USD, above {CAP:.2f}: see stages.smoke in cdk.json.")
    return outlook


def alone(target: Target) -> None:
    """Refused if the stack is there: another smoke test is under way, or has died."""
    try:
        _ = target.outputs
    except NoStack:
        return
    raise Refused(f"{target.stack} is there already. If nobody is using it: router --aws smoke --existing")


def steps_for(console: Console, target: Target, *, confirm: bool = True, **context: str) -> Steps:
    """The steps for a target. `confirm`: CDK asks before it creates roles. `context`: as `Cdk.synth`."""
    cdk = Cdk.of(target)

    def deploy() -> None:
        with bringup.step(console, "Synthesise"):
            cdk.synth(**context)
        with bringup.step(console, "Deploy"):
            cdk.deploy(ask=confirm)

    def train() -> int:
        run = runs.start(target, {})
        watch.finish(console, target, run)
        pointer = runs.promoted(target)
        if pointer is None or pointer.run_id != run.id:
            raise NoAnswer(f"The run was discarded: {report.load(target, run).get('reason')}")
        return pointer.version

    def asked(question: dict[str, Any]) -> Answer:
        answer = ask.post(target.route, json.dumps(question).encode())
        console.print(
            f"  {question['query']}\n    {ask.sentence(answer)}", highlight=False, markup=False, soft_wrap=True
        )
        return answer

    return Steps(
        deploy=deploy,
        train=train,
        ask=asked,
        tear_down=lambda: tear_down(console, target, cdk),
    )


def target_of(target: Target) -> Target:
    """The account's smoke stage. Refused for the embedded AWS: `make demo` does that."""
    if target.embedded:
        raise Refused("This is a test of an account: router --aws smoke. For the embedded AWS: make demo")
    return Target(session=target.session, stage=STAGE)


def conclude(console: Console, failures: Sequence[str]) -> None:
    """Say how it went and what stays."""
    for failure in failures:
        console.print(f"FAILED: {failure}", style="red", highlight=False, markup=False, soft_wrap=True)
    console.print(f"{'Failed' if failures else 'All is well'}. What stays of a stack that is deleted:", highlight=False)
    for what in LEFT:
        console.print(f"  {what}", highlight=False)
    console.print("How to see and remove it: docs/clean-up.md", highlight=False)
