"""Makes the edge student that ships with the release: it answers until a first version is promoted, and says so.

`python -m benchmarks.release` trains it as a run of 10,000 examples would, with the embedded teacher, and writes
`lambdas/route/release.bin`. To be done again whenever the edge student's features or the cue words change: a test says
when. The same code gives the same bytes.
"""

from hashlib import sha256
from pathlib import Path

from rich.console import Console

from benchmarks.progress import bars
from benchmarks.training import settings, students
from intent.taxonomy import load

FILE = Path(__file__).parents[1] / "lambdas" / "route" / "release.bin"
EXAMPLES, SEED = 10_000, 7


def main() -> None:
    """Train and write."""
    console = Console()
    with bars(console) as tell:
        made = students(settings(EXAMPLES, SEED), load(), tell)
    FILE.write_bytes(made.edge)
    console.print(f"{FILE}: {len(made.edge)} bytes, sha256 {sha256(made.edge).hexdigest()}", soft_wrap=True)


if __name__ == "__main__":
    main()
