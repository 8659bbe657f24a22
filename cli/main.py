"""`router`: one short function per command. `--local` and `--aws` may stand before or after it."""

from typing import Annotated

import typer
from rich.console import Console

from cli import ask as asking
from cli import bringup, report, runs, watch
from cli.options import App, choose
from cli.problems import NoCloud
from cli.target import WORKDIR, Target
from cli.toolchain import Cdk
from local import cloud

PORT = 4700
console = Console()
app = App(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.callback()(choose)
Name = Annotated[str | None, typer.Argument(help="Execution name, run id or ARN (default: the latest run).")]


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Port of the embedded AWS on this machine.")] = PORT,
    examples: Annotated[int, typer.Option(help="Size of the first run; 0 = no run.")] = 0,
) -> None:
    """Start the embedded AWS in the background, deploy the app into it, and say how to reach it."""
    target = bringup.start_cloud(console, port)
    bringup.deploy(console, target)
    if examples and not runs.promoted(target):
        watch.finish(console, target, runs.start(target, {"examples": examples}))
    bringup.introduce(console, target)


@app.command()
def down() -> None:
    """Stop the embedded AWS. All that was in it is gone; what was copied to out/ stays."""
    running = cloud.running(WORKDIR)
    if running:
        running.stop()
    console.print("The embedded AWS is down." if running else "No embedded AWS was up.")


@app.command()
def deploy(ctx: typer.Context) -> None:
    """Synthesise and deploy, into the embedded AWS or your account. Again with nothing changed changes nothing."""
    target: Target = ctx.obj.target()
    output = bringup.deploy(console, target)
    if "(no changes)" in output:
        console.print("Nothing has changed.")
    bringup.introduce(console, target)


@app.command()
def destroy(ctx: typer.Context) -> None:
    """Delete the stack from your account. Data, key and logs stay where the stage retains them."""
    target: Target = ctx.obj.target()
    if target.embedded:
        raise NoCloud("This deletes a stack from an account: router --aws destroy. For the embedded AWS: router down")
    cdk = Cdk.of(target)
    with bringup.step(console, "Synthesise"):
        cdk.synth()
    cdk.destroy()


@app.command()
def run(
    ctx: typer.Context,
    *,
    examples: Annotated[int | None, typer.Option(help="Number of synthetic examples (default: 10,000).")] = None,
    follow: Annotated[bool, typer.Option("--watch", help="Follow the run to its end.")] = False,
) -> None:
    """Start a run: generate, distil, deploy, evaluate, then promote or discard."""
    target: Target = ctx.obj.target()
    started = runs.start(target, {} if examples is None else {"examples": examples})
    console.print(f"Run {started.name} has started.", highlight=False)
    if follow:
        watch.finish(console, target, started)


@app.command(name="watch")
def watch_run(ctx: typer.Context, name: Name = None) -> None:
    """Follow a run that was started before (default: the latest)."""
    target: Target = ctx.obj.target()
    watch.finish(console, target, runs.find(target, name))


@app.command()
def stop(ctx: typer.Context, name: Name = None) -> None:
    """Stop a run (default: the latest). The next run may start at once."""
    target: Target = ctx.obj.target()
    stopped = runs.find(target, name)
    runs.stop(target, stopped)
    console.print(f"Run {stopped.name} is stopped.", highlight=False)


@app.command()
def ask(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help="What somebody typed into the search box.")],
    *,
    why: Annotated[bool, typer.Option("--explain", help="Let the model say why.")] = False,
    prefer: Annotated[
        asking.Prefer | None, typer.Option(help="Ask the model even where the edge is sure, or never.")
    ] = None,
) -> None:
    """Route one query through the deployed API and print the weights."""
    target: Target = ctx.obj.target()
    answer = asking.ask(target.route, query, explain=why, prefer=prefer)
    console.print(asking.sentence(answer), highlight=False, markup=False, soft_wrap=True)
    if reasoning := answer.body.get("reasoning"):
        console.print(reasoning, markup=False, soft_wrap=True)
    if answer.status != 200:  # noqa: PLR2004
        raise typer.Exit(1)


@app.command(name="report")
def show_report(ctx: typer.Context, name: Name = None) -> None:
    """Show a run's report (default: the latest) and copy it, with its data set, to out/."""
    target: Target = ctx.obj.target()
    found = runs.find(target, name)
    report.show(console, report.load(target, found))
    for path in report.copy(target, found):
        console.print(f"  {path}", highlight=False, soft_wrap=True)
