"""distilabel's side of `benchmarks.overhead`: calls, parsing, near duplicates out, split; in its own environment.

`python -m benchmarks.overhead_distilabel REPLIES SETTINGS OUT`: JSON lines in, each the text of one call; a JSON
object in, another out. Needs distilabel and what Python brings, nothing of this project. Everything that costs time
and can be turned off is: its cache, raw inputs and outputs in every row, and its log below warnings.
"""

import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "DISTILABEL_LOG_LEVEL": "WARNING"}
os.environ |= {"HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}

models: Any = import_module("distilabel.models.llms")
pipelines: Any = import_module("distilabel.pipeline")
steps: Any = import_module("distilabel.steps")
tasks: Any = import_module("distilabel.steps.tasks")

# The package finds the argument by this mark; its own name for the type, StepInput, is nothing that a checker knows.
_Rows = Annotated[list[dict[str, Any]], "distilabel_step_input"]
_ROWS = 500  # in a batch of rows: its examples say that larger than the default of 50 is better
_NGRAMS = 5  # its default; its other tokenizer, words, wants a download


class Canned(models.LLM):
    """Answers at once: the prompt is the number of the reply. Were the replies a field, each batch would save them."""

    path: str
    _replies: list[str]

    def load(self) -> None:
        """Read the replies, in the process that answers."""
        super().load()
        self._replies = read(Path(self.path))

    @property
    def model_name(self) -> str:
        """As rows name it."""
        return "canned"

    def generate(self, inputs: list[Any], num_generations: int = 1) -> list[dict[str, Any]]:
        """One reply per input."""
        texts = [self._replies[int(turns[-1]["content"])] for turns in inputs]
        counts = {"input_tokens": [1], "output_tokens": [1]}
        return [{"generations": [text] * num_generations, "statistics": counts} for text in texts]


class Write(tasks.Task):
    """One call, many rows: the reply's lines, decoded and not checked further."""

    @property
    def inputs(self) -> list[str]:
        """Columns that it reads."""
        return ["prompt"]

    @property
    def outputs(self) -> list[str]:
        """Columns that it adds."""
        return ["query", "weights"]

    def format_input(self, input: Mapping[str, Any]) -> list[dict[str, str]]:  # noqa: A002  (the package's name)
        """The conversation to send."""
        return [{"role": "user", "content": input["prompt"]}]

    def format_output(self, output: str, input: object = None) -> dict[str, list[Any]]:  # noqa: A002, ARG002
        """Lists, one entry per line; `ExpandColumns` makes rows of them."""
        rows = [json.loads(line) for line in output.split("\n")]
        return {"query": [row.pop("query") for row in rows], "weights": rows}


class Keep(steps.Step):
    """Drops the rows that the step before marked."""

    @property
    def inputs(self) -> list[str]:
        """Columns that it reads."""
        return ["keep_row_after_minhash_filtering"]

    @property
    def outputs(self) -> list[str]:
        """Columns that it adds."""
        return []

    def process(self, inputs: _Rows) -> Iterator[list[dict[str, Any]]]:
        """The rows to keep."""
        yield [row for row in inputs if row["keep_row_after_minhash_filtering"]]


def read(path: Path) -> list[str]:
    """The text of each call."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def run(path: Path, settings: Mapping[str, Any], folder: str) -> dict[str, float]:
    """What was kept and how long it took, from the prompts to the split."""
    calls, started = len(read(path)), time.perf_counter()
    with pipelines.Pipeline("overhead", cache_dir=folder) as pipeline:
        near = steps.MinHashDedup(
            tokenizer="ngrams",
            n=_NGRAMS,
            threshold=settings["threshold"],
            input_mappings={"text": "query"},
            input_batch_size=_ROWS,
        )
        first = steps.LoadDataFromDicts(data=[{"prompt": str(number)} for number in range(calls)])
        write = Write(llm=Canned(path=str(path)), add_raw_input=False, add_raw_output=False)
        expand = steps.ExpandColumns(columns=["query", "weights"], input_batch_size=_ROWS)
        keep, last = (
            Keep(input_batch_size=_ROWS),
            steps.KeepColumns(columns=["query", "weights"], input_batch_size=_ROWS),
        )
        for one, following in itertools.pairwise((first, write, expand, near, keep, last)):
            one.connect(following)
    kept = pipeline.run(use_cache=False)["default"]["train"]
    kept.train_test_split(train_size=settings["train"], seed=settings["seed"])
    return {"kept": kept.num_rows, "seconds": time.perf_counter() - started}


def main() -> int:
    """The command; its exit code."""
    replies, settings, out = (Path(given) for given in sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="distilabel-") as folder:
        found = run(replies, json.loads(settings.read_text("utf-8")), folder)
    out.write_text(json.dumps(found), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
