"""What a peer is: packages to install, something to learn from, and one function from a query to a modality."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from intent.records import Example
from intent.taxonomy import Taxonomy

Lead = Callable[[str], str]
"""From a query to the modality that should lead."""

_WRITTEN = Path(__file__).parents[2] / "local" / "bedrock" / "models" / "data" / "video-search" / "examples.json"


@dataclass(frozen=True)
class Lessons:
    """What every peer may learn from: the same material that the project's own models had."""

    train: Sequence[Example]
    taxonomy: Taxonomy

    @cached_property
    def written(self) -> list[tuple[str, str]]:
        """The teacher's written example queries, each with its modality: what a user would write for a router."""
        groups = json.loads(_WRITTEN.read_text("utf-8"))
        return [
            (query, name) for name in self.taxonomy.modalities for group in groups[name] for query in group["queries"]
        ]

    @property
    def anchors(self) -> dict[str, str]:
        """One prompt per modality, from its description."""
        return {name: f"a search for {text}" for name, text in self.taxonomy.descriptions.items()}


@dataclass(frozen=True, slots=True)
class Peer:
    """`packages`: what one installs for it, as the registry knows them. `learn` takes as long as its training does."""

    name: str
    packages: tuple[str, ...]
    learn: Callable[[Lessons], Lead]
