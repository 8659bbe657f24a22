"""What every command shares: the options that choose an AWS, and how a Problem is shown."""

import sys
from dataclasses import dataclass
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from cli.problems import Problem, explain
from cli.target import ACCOUNT_STAGE, Target, Where, resolve


@dataclass(frozen=True)
class Choice:
    """What the global options said."""

    where: Where | None
    stage: str

    def target(self) -> Target:
        """The AWS that the command is about."""
        return resolve(self.where, self.stage)


class App(typer.Typer):
    """Lets the target options stand anywhere, and shows a Problem as one line instead of a traceback."""

    def __call__(self, *arguments: str) -> None:
        """Run the command line (default: this process's own). Ends the process: 0, 1 after a Problem, 2 for misuse."""
        words = list(arguments or sys.argv[1:])
        front = [word for word in words if word in ("--local", "--aws")]  # where a group's options are expected
        try:
            super().__call__(args=front + [word for word in words if word not in front])
        except Problem as problem:
            message = str(problem)
        except (BotoCoreError, ClientError) as error:
            message = explain(error)
        else:
            return
        Console(stderr=True).print(message, style="red", highlight=False, markup=False, soft_wrap=True)
        sys.exit(1)


def choose(
    ctx: typer.Context,
    *,
    local: Annotated[
        bool | None, typer.Option("--local/--aws", help="The embedded AWS (default while one is up), or your account.")
    ] = None,
    stage: Annotated[str, typer.Option(help="Stage of the stack in an account.")] = ACCOUNT_STAGE,
) -> None:
    """Distilled intent router for video search: deploy it, train it, ask it."""
    where = None if local is None else Where.LOCAL if local else Where.AWS
    ctx.obj = Choice(where, stage)
