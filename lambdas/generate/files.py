"""The files of a data set, written to disk line by line; figures and hashes are taken as the lines pass."""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from generate.diversity import Diversity
from intent import prompts
from intent.plan import Plan
from intent.records import Example, answer, conversation
from intent.taxonomy import Taxonomy
from intent.weights import UNITS


def conversations(examples: Iterable[Example], name: str, plan: Plan, taxonomy: Taxonomy) -> Iterator[str]:
    """Lines of the split `name` as Bedrock reads them. In mode `prompts` the training file leaves the answers out."""
    system = prompts.student(taxonomy)
    labelled = name != "train" or plan.run.mode == "labelled"
    for example in examples:
        yield conversation(example.query, system=system, assistant=answer(example.weights) if labelled else None)


def write(path: Path, lines: Iterable[str]) -> str:
    """Write the lines, each ended by a newline; the SHA-256 of the file."""
    digest = sha256()
    with path.open("wb") as file:
        for line in lines:
            data = f"{line}\n".encode()
            digest.update(data)
            file.write(data)
    return digest.hexdigest()


class Figures:
    """What a data set is like, counted as its examples pass."""

    def __init__(self, modalities: Iterable[str]) -> None:
        self._units = Counter(dict.fromkeys(modalities, 0))
        self._count = 0
        self._diversity = Diversity()

    def watch(self, examples: Iterable[Example]) -> Iterator[Example]:
        """The same examples, counted."""
        for example in examples:
            self._count += 1
            self._units.update({name: round(weight * UNITS) for name, weight in example.weights.items()})
            self._diversity.add(example.query)
            yield example

    def result(self) -> dict[str, Any]:
        """Mean weights (0..1, four decimals) and diversity."""
        means = {name: round(units / UNITS / max(1, self._count), 4) for name, units in self._units.items()}
        return {"mean_weights": means, "diversity": self._diversity.figures()}
