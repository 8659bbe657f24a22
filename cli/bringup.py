"""Bring the app up: start the embedded AWS, synthesise, bootstrap, deploy; say how to reach it."""

import shlex
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from cli import runs
from cli.ask import curl
from cli.problems import ToolFailed
from cli.report import OUT
from cli.settings import ROOT, choose_taxonomy, of_stage
from cli.target import LOCAL_STAGE, WORKDIR, Target, embedded
from cli.toolchain import Cdk
from local import cloud

EXAMPLE = "find where the coach shouts time out over crowd noise, 2024 finals"
WAIT_SCALE = 0.02  # of the state machine's waits: an embedded job takes seconds where a real one takes hours


@contextmanager
def step(console: Console, doing: str) -> Generator[None]:
    """Say what is being done, then how long it took."""
    started = time.monotonic()
    if console.is_terminal:
        with console.status(f"{doing} ..."):
            yield
    else:
        yield
    console.print(f"{doing}: {time.monotonic() - started:.1f} s", highlight=False)


def start_cloud(console: Console, port: int, workdir: Path = WORKDIR, taxonomy: Path | None = None) -> Target:
    """The embedded AWS, started in the background unless it is up already. `taxonomy`: instead of the settings' own."""
    chosen = (taxonomy or ROOT / of_stage(LOCAL_STAGE).taxonomy).resolve()
    choose_taxonomy(chosen)
    if running := cloud.running(workdir):
        console.print(f"The embedded AWS is up already at {running.endpoint}", highlight=False)
        return embedded(running)
    with step(console, "Start the embedded AWS"):
        try:
            return embedded(cloud.start(port, workdir, WAIT_SCALE, chosen))
        except cloud.CloudError as error:
            raise ToolFailed(str(error)) from None


def deploy(console: Console, target: Target, **context: str) -> str:
    """Synthesise once and deploy that; the embedded AWS is bootstrapped on the way. Returns what CDK printed.

    `context`: as `Cdk.synth`.
    """
    cdk = Cdk.of(target)
    with step(console, "Synthesise"):
        cdk.synth(**context)
    if not target.embedded:
        return cdk.deploy(ask=True)
    with step(console, "Bootstrap"):
        cdk.bootstrap()
    with step(console, "Deploy"):
        return cdk.deploy()


def introduce(console: Console, target: Target, out: Path = OUT) -> None:
    """Print the URL, the key and a ready curl, and leave the first two in `out/route.env` for other shells."""
    route = target.route
    out.mkdir(parents=True, exist_ok=True)
    settings = f"ROUTE_URL={shlex.quote(route.url)}\nROUTE_KEY={shlex.quote(route.key)}\n"
    (out / "route.env").write_text(settings, encoding="utf-8")
    lines = [f"URL  {route.url}", f"Key  {route.key}", "", curl(route, EXAMPLE), ""]
    if runs.promoted(target) is None:
        lines.append(
            "Nothing is promoted yet: the edge student of the release answers, as version 0. Train: router run --watch"
        )
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True, markup=False)
