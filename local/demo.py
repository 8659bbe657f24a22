"""`make demo`: the whole app on this machine, from nothing to a routed query, and every claim of it checked.

Starts an embedded AWS of its own on a free port, deploys the app, trains and promotes a model, routes five queries
through the API, copies report and data set to `out/`, and takes everything down again. Exit code 0 only if all of it
worked.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from cli import ask, bringup, report, runs, watch
from cli.problems import Problem, explain
from cli.target import Route, Target
from local.memory import Memory

_ANY_PORT = 0  # whichever is free
QUERIES = (
    "find where the coach shouts time out over crowd noise, 2024 finals",
    "woman in a red coat crossing a snowy street at night",
    "the song that plays while they dance at the wedding",
    "what does the professor say about inflation and interest rates",
    "episodes directed by Agnes Varda from 1962",
)


def main() -> int:
    """Run the demo; the exit code."""
    parser = argparse.ArgumentParser(description="The whole app on this machine, from nothing to a routed query.")
    parser.add_argument("--examples", type=int, default=10_000, help="synthetic examples to generate")
    parser.add_argument("--taxonomy", type=Path, help="another one than the settings' own")
    options = parser.parse_args()
    examples: int = options.examples
    console = Console()
    started = time.monotonic()
    memory = Memory()
    try:
        with memory, cloud(console, options.taxonomy) as target:
            failures = walk(console, target, examples)
    except (Problem, BotoCoreError, ClientError) as error:
        failures = [str(error) if isinstance(error, Problem) else explain(error)]
    except KeyboardInterrupt:
        failures = ["interrupted"]
    for failure in failures:
        console.print(f"FAILED: {failure}", style="red", highlight=False, markup=False, soft_wrap=True)
    took = f"{time.monotonic() - started:.0f} s"
    console.print(f"Took {took}; peak memory {memory.peak_text}.", highlight=False)
    return 1 if failures else 0


@contextmanager
def cloud(console: Console, taxonomy: Path | None = None) -> Generator[Target]:
    """An embedded AWS for this demo alone, gone at the end whatever happens."""
    with tempfile.TemporaryDirectory(prefix="intent-router-") as folder:
        target = bringup.start_cloud(console, _ANY_PORT, Path(folder), taxonomy)
        try:
            yield target
        finally:
            if target.embedded:
                target.embedded.stop()


def walk(console: Console, target: Target, examples: int) -> list[str]:
    """Deploy, run, ask, copy. What did not hold, in words; nothing if all is well."""
    bringup.deploy(console, target)
    run = runs.start(target, {"examples": examples})
    watch.finish(console, target, run)
    pointer = runs.promoted(target)
    failures = [] if pointer and pointer.run_id == run.id else ["the run was not promoted"]
    console.print(f"\nPOST {target.route.url}", highlight=False, soft_wrap=True)
    failures += routed(console, target.route)
    failures += refused(console, target.route)
    for path in report.copy(target, run):
        console.print(f"  {path}", highlight=False, soft_wrap=True)
    return failures


def routed(console: Console, route: Route) -> list[str]:
    """Five queries through the API; each answer must obey the contract."""
    failures: list[str] = []
    for query in QUERIES:
        answer = ask.ask(route, query)
        console.print(f"  {query}\n    {ask.sentence(answer)}", highlight=False, markup=False, soft_wrap=True)
        if answer.status != 200 or not ask.sums_to_one(answer.body["weights"]):  # noqa: PLR2004
            failures.append(f"the answer for {query!r} breaks the contract: {answer.body}")
    return failures


def refused(console: Console, route: Route) -> list[str]:
    """A body that is not a query, and a request without a key, are refused in our own error shape."""
    failures: list[str] = []
    for what, answer, statuses in (
        ("a bad body", ask.post(route, b'{"question": 1}'), range(400, 500)),
        ("a missing key", ask.post(route, b'{"query": "x"}', with_key=False), range(403, 404)),
    ):
        console.print(f"  {what}: {answer.status} {answer.body}", highlight=False, markup=False, soft_wrap=True)
        if answer.status not in statuses or set(answer.body) != {"code", "message", "request_id"}:
            failures.append(f"{what} was answered with {answer.status} {answer.body}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
