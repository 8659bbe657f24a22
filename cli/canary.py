"""`router canary`: one short function per command."""

from typing import Annotated

import typer
from rich.console import Console

from cli import trial, versions
from cli.target import Target

console = Console()
app = typer.Typer(no_args_is_help=True, help="Try a version beside the active one before it becomes active.")


@app.command()
def start(
    ctx: typer.Context,
    version: Annotated[str, typer.Argument(help="The version, such as v000011.")],
    *,
    share: Annotated[float, typer.Option(help="Share of the queries that it answers.")] = 0.1,
    shadow: Annotated[bool, typer.Option("--shadow", help="Only ask it on the side, and compare.")] = False,
    sample: Annotated[float, typer.Option(help="With --shadow: share of the queries that it is asked about.")] = 0.05,
    max_usd: Annotated[float, typer.Option(help="With --shadow: what one process may spend on that a day.")] = 1.0,
) -> None:
    """Put a version on trial, or change the share of the one that is. Its model is deployed anew if need be."""
    target: Target = ctx.obj.target()
    wish = trial.Wish("shadow", sample, max_usd) if shadow else trial.Wish("canary", share)
    found = trial.start(console, target, versions.number(version), wish)
    does = "is asked about" if shadow else "answers"
    told = f"v{found.version} {does} {found.share:.1%} of the queries. Routes follow within 20 seconds."
    console.print(told, highlight=False)


@app.command()
def promote(ctx: typer.Context) -> None:
    """Make the version on trial the active one."""
    target: Target = ctx.obj.target()
    pointer = trial.promote(console, target)
    console.print(f"v{pointer.version} is active. Routes follow within 20 seconds.", highlight=False)


@app.command()
def stop(ctx: typer.Context) -> None:
    """End the trial; the active version answers everything again. Also while a run is under way."""
    target: Target = ctx.obj.target()
    found = trial.stop(target)
    told = f"v{found.version} is not on trial any more." if found else "Nothing was on trial."
    console.print(told, highlight=False)


@app.command()
def status(ctx: typer.Context) -> None:
    """Show what is on trial, and the alarms that would stop it."""
    target: Target = ctx.obj.target()
    trial.show(console, target)
