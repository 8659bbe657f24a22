"""`router`: one short function per command. `--local` and `--aws` may stand before or after it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli import ask as asking
from cli import bringup, canary, link, report, runs, versions, watch
from cli import diff as differing
from cli import plan as planning
from cli import rollback as going_back
from cli import smoke as smoking
from cli import sweep as sweeping
from cli.lease import lease
from cli.options import App, choose
from cli.problems import NoCloud, Refused
from cli.target import WORKDIR, Target
from cli.toolchain import Cdk
from local import cloud

PORT = 4700
console = Console()
app = App(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.callback()(choose)
app.add_typer(canary.app, name="canary")
Name = Annotated[str | None, typer.Argument(help="Execution name, run id or ARN (default: the latest run).")]


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Port of the embedded AWS on this machine.")] = PORT,
    examples: Annotated[int, typer.Option(help="Size of the first run; 0 = no run.")] = 0,
    taxonomy: Annotated[
        Path | None, typer.Option(help="YAML file to use instead of the settings' own.", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Start the embedded AWS in the background, deploy the app into it, and say how to reach it."""
    target = bringup.start_cloud(console, port, taxonomy=taxonomy)
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
def smoke(
    ctx: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: deploy, pay, destroy.")] = False,
    existing: Annotated[bool, typer.Option("--existing", help="Go on in the stack that an earlier one left.")] = False,
) -> None:
    """Test an account end to end in a stage of its own, for less than 5 USD, and destroy that stage again."""
    target: Target = smoking.target_of(ctx.obj.target())
    planning.show(console, smoking.affordable())
    if not existing:
        smoking.alone(target)
    if not yes:
        typer.confirm(f"Deploy {target.stack}, run, and pay for it?", abort=True)
    steps = smoking.steps_for(console, target, confirm=not yes)
    failures = smoking.walk(steps, agrees=lambda: yes or typer.confirm(f"All is well. Destroy {target.stack}?"))
    smoking.conclude(console, failures)
    if failures:
        raise typer.Exit(1)


@app.command()
def run(
    ctx: typer.Context,
    *,
    examples: Annotated[int | None, typer.Option(help="Number of synthetic examples (default: 10,000).")] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with this run (name, id or ARN) that failed.")] = None,
    follow: Annotated[bool, typer.Option("--watch", help="Follow the run to its end.")] = False,
) -> None:
    """Start a run: generate, distil, deploy, evaluate, then promote or discard."""
    target: Target = ctx.obj.target()
    if resume and examples is not None:
        raise Refused("A resumed run keeps its settings: leave --examples out.")
    if resume:
        started = runs.resume(target, runs.find(target, resume))
    else:
        started = runs.start(target, {} if examples is None else {"examples": examples})
    console.print(f"Run {started.name} has started.", highlight=False)
    if follow:
        watch.finish(console, target, started)


@app.command()
def plan(
    ctx: typer.Context,
    *,
    examples: Annotated[int | None, typer.Option(help="Number of synthetic examples (default: 10,000).")] = None,
    holdout: Annotated[int | None, typer.Option(help="Examples held out for the evaluation.")] = None,
    road: Annotated[str | None, typer.Option(help="How the teacher writes: online or batch.")] = None,
    mode: Annotated[str | None, typer.Option(help="What Bedrock trains on: labelled or prompts.")] = None,
    customization: Annotated[str | None, typer.Option(help="DISTILLATION or FINE_TUNING.")] = None,
    teacher: Annotated[str | None, typer.Option(help="Model that writes and weighs.")] = None,
    judge: Annotated[str | None, typer.Option(help="Model that rates the answers.")] = None,
    on_legacy: Annotated[str | None, typer.Option(help="About models that go: fail or substitute.")] = None,
    max_cost_usd: Annotated[float | None, typer.Option(help="The cap.")] = None,
    prices: Annotated[Path | None, typer.Option(help="Prices of your own, a JSON file.")] = None,
) -> None:
    """Show what a run would cost, item by item, and what would stop it. Starts nothing, needs no AWS."""
    wishes = {
        "examples": examples,
        "holdout": holdout,
        "road": road,
        "mode": mode,
        "customization": customization,
        "teacher": teacher,
        "judge": judge,
        "on_legacy": on_legacy,
        "max_cost_usd": max_cost_usd,
    }
    asked = {name: value for name, value in wishes.items() if value is not None}
    outlook = planning.think_through(asked, stage=ctx.obj.stage, prices_file=prices)
    planning.show(console, outlook)
    if outlook.objection:
        raise typer.Exit(1)


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
def show_report(
    ctx: typer.Context,
    name: Name = None,
    *,
    minutes: Annotated[
        int, typer.Option("--link-minutes", min=0, max=link.LONGEST, help="How long the link works; 0 = no link.")
    ] = link.MINUTES,
) -> None:
    """Show a run's report (default: the latest), copy it with its data set to out/, and print a link to its page."""
    target: Target = ctx.obj.target()
    found = runs.find(target, name)
    report.show(console, report.load(target, found))
    for path in report.copy(target, found):
        console.print(f"  {path}", highlight=False, soft_wrap=True)
    if minutes:
        console.print(f"For {minutes} minutes anybody can read the page with this link:", highlight=False)
        console.print(link.presigned(target, found, minutes), highlight=False, markup=False, soft_wrap=True)


@app.command(name="versions")
def show_versions(ctx: typer.Context) -> None:
    """List what was promoted, what of it is still deployed, and which version is active."""
    target: Target = ctx.obj.target()
    versions.show(console, versions.load(target), runs.promoted(target))


@app.command()
def rollback(
    ctx: typer.Context,
    *,
    to: Annotated[
        str | None, typer.Option(help="The version, such as v000011 (default: the active one's parent).")
    ] = None,
) -> None:
    """Make an earlier version the active one; its model is deployed anew if need be."""
    target: Target = ctx.obj.target()
    pointer = going_back.rollback(console, target, versions.number(to) if to else None)
    console.print(f"v{pointer.version} is active. Routes follow within 20 seconds.", highlight=False)


@app.command()
def diff(
    ctx: typer.Context,
    before: Annotated[str, typer.Argument(help="A version, such as v11.")],
    after: Annotated[str, typer.Argument(help="Another, such as v12.")],
    *,
    distilled: Annotated[bool, typer.Option("--distilled", help="Ask both deployments instead of the edge.")] = False,
    rows: Annotated[int, typer.Option(help="Queries to show at most.")] = 20,
) -> None:
    """Show held-out queries that two versions lead with different modalities (edge students, on this machine)."""
    target: Target = ctx.obj.target()
    first, second = (versions.find(target, versions.number(text)) for text in (before, after))
    asked, changes = differing.compare(target, first, second, distilled=distilled)
    names = (f"v{first.version}", f"v{second.version}")
    differing.show(console, names, asked, changes, rows=rows)


@app.command()
def sweep(
    ctx: typer.Context,
    *,
    remove: Annotated[bool, typer.Option("--delete", help="Delete it, after asking.")] = False,
) -> None:
    """List deployments, custom models and run data that nothing needs any more, with their cost; delete on request."""
    target: Target = ctx.obj.target()
    orphans = sweeping.find(target)
    sweeping.show(console, orphans)
    if not orphans or not remove:
        return
    typer.confirm("Delete all of it? A run whose data is gone cannot be resumed.", abort=True)
    with lease(console, target, "sweep") as renew:
        current = [orphan for orphan in sweeping.find(target) if orphan in orphans]  # nothing that was not shown
        left = sweeping.delete(target, current, renew)
    console.print(f"{len(current) - len(left)} deleted.", highlight=False)
    if left:
        console.print(f"{len(left)} are still in use or going. Try again later: router sweep", highlight=False)
