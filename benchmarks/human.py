"""`python -m benchmarks.human`: train everything afresh, and measure it on queries that people wrote.

Reads JSON lines, writes one JSON object; what each figure means is in docs/benchmarks.md.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import describe, gain, peers, spread, threshold
from benchmarks.contenders import contenders
from benchmarks.files import FileError, Labelled, Weighted, read_labelled, read_weighted
from benchmarks.measuring import Material, measure
from benchmarks.progress import bars
from benchmarks.table import table
from benchmarks.training import Students, Tell, settings, students
from generate.request import Rejected
from intent import taxonomy

_ROOT = Path(__file__).parents[1]
QUERIES = _ROOT / "benchmarks" / "data" / "human_queries_dev.jsonl"
WEIGHTS = _ROOT / "local" / "bedrock" / "models" / "data" / "video-search" / "premier.jsonl"
FIRST_SEED = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a benchmark is asked for."""

    labelled: Sequence[Labelled]
    weighted: Sequence[Weighted]
    examples: int
    seeds: range
    peers: bool
    plain: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    given, console = _parser().parse_args(arguments), Console(stderr=True)
    modalities = taxonomy.load().modalities
    try:
        wanted = Wanted(
            read_labelled(given.queries, modalities),
            read_weighted(given.weights, modalities),
            given.examples,
            range(given.seed, given.seed + given.seeds),
            given.peers,
            given.plain,
        )
        with bars(console) as tell:
            report = run(wanted, tell)
    except (FileError, Rejected) as error:
        console.print(f"benchmark: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        return 2
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(report, indent=2, allow_nan=False) + "\n", "utf-8")
    Console().print(table(report))
    return 0


def run(wanted: Wanted, tell: Tell) -> dict[str, Any]:
    """The report. With one seed its figures are that seed's; with more, medians, with `spread` and `runs` beside."""
    started = time.perf_counter()
    domain, runs, seconds, found = taxonomy.load(), list[dict[str, Any]](), list[dict[str, float]](), dict[str, Any]()
    for seed in wanted.seeds:
        asked = settings(wanted.examples, seed)
        made = students(asked, domain, tell)
        chosen = threshold.choose(made, domain, asked.max_edge_risk)
        material = _material(wanted, made, chosen)
        runs.append(measure(contenders(made, domain, chosen["threshold"]), material, tell))
        runs[-1]["edge"] |= chosen
        seconds.append(made.seconds)
        if wanted.plain:
            before = time.perf_counter()
            runs[-1] |= gain.compare(made, asked, domain, material, tell)
            seconds[-1]["plain"] = round(time.perf_counter() - before, 2)
        if wanted.peers and seed == wanted.seeds[0]:
            found = peers.compare(made.splits.train, wanted.labelled, tell)
    report: dict[str, Any] = dict(spread.median(runs)) if len(runs) > 1 else dict(runs[0])
    if wanted.peers:
        report["peers"] = found
    if len(runs) > 1:
        report |= {"spread": spread.spread(runs), "runs": runs}
    report["meta"] = describe.meta(wanted.labelled, wanted.weighted, wanted.examples, list(wanted.seeds))
    report["meta"]["seconds"] = {**spread.median(seconds), "all": round(time.perf_counter() - started, 1)}
    return report


def _material(wanted: Wanted, made: Students, chosen: Mapping[str, float]) -> Material:
    warm = [example.query for example in made.splits.train]
    return Material(wanted.labelled, wanted.weighted, made.splits.holdout, warm, chosen["threshold"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.human", description=__doc__)
    parser.add_argument("--queries", type=Path, default=QUERIES, help='JSON lines {"query", "label"}')
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help='JSON lines {"query", "weights"}')
    parser.add_argument("--examples", type=int, default=10_000, help="synthetic queries to train on (140 to 15,000)")
    parser.add_argument("--json", type=Path, default=Path("out/benchmark.json"), help="where the report goes")
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument(
        "--peers",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="measure peers whose packages are installed",
    )
    parser.add_argument("--plain", action="store_true", help="also train on plain templates, and tell the gain")
    return parser


if __name__ == "__main__":
    sys.exit(main())
