"""`python -m benchmarks.bootstrap`: seconds and memory of all intervals and paired differences of one report.

The report function has 1,024 MB and 300 s. Run it in a process of its own: memory is the process's highest so far, from
/proc (Linux only), since `getrusage` also counts what its parent had when it was started.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.output import tell
from evaluate.report import doubts
from evaluate.responses import Response, leads_right
from intent import taxonomy
from intent.weights import normalise

_NAMES = ("baseline", "active")


def responses(queries: int, seed: int) -> list[Response]:
    """One candidate's answers to made-up queries; about one in ten leads with another modality, one in fifty fails."""
    chance, domain = random.Random(seed), taxonomy.load()  # noqa: S311  (figures, not secrets)
    cells = [(style, place) for style in domain.styles for place in domain.domains]
    found: list[Response] = []
    for number in range(queries):
        names = domain.modalities
        reference = {name: 0.7 if name == names[number % len(names)] else 0.1 for name in names}
        noisy = normalise({name: max(0.0, chance.gauss(w, 0.25)) + 0.001 for name, w in reference.items()}, names)
        style, place = cells[number % len(cells)]
        found.append(
            Response(
                id=f"q{number}",
                query=f"query {number}",
                reference=normalise(reference, names),
                cell={"leading": names[number % len(names)], "domain": place, "style": style, "length": "short"},
                text="",
                weights=None if chance.random() < 0.02 else noisy,  # noqa: PLR2004  (see above)
                latency_ms=chance.expovariate(0.01),
            )
        )
    return found


def measure(queries: int, candidates: int) -> dict[str, Any]:
    """Seconds and the process's peak memory in MB, of `candidates` in all, two of them compared with."""
    names = (*_NAMES, *(f"candidate {number}" for number in range(len(_NAMES), candidates)))
    answers = {name: responses(queries, seed) for seed, name in enumerate(names)}
    started, working = time.perf_counter(), time.process_time()
    found = doubts(answers, seed=7)
    seconds, working = time.perf_counter() - started, time.process_time() - working
    peak = next(line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if "VmHWM" in line)
    return {
        "queries": queries,
        "candidates": len(found),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(working, 2),
        "peak_mb": round(int(peak.split()[1]) / 1024),
        "right": round(sum(map(leads_right, answers["baseline"])) / queries, 3),
        "interval": found["baseline"]["intervals"]["top1"],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bootstrap", description=__doc__)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--candidates", type=int, default=9)
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args(arguments)
    tell(measure(given.queries, given.candidates), given.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
