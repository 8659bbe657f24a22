"""What can be routed to: the modalities and what their queries look like, read from `taxonomy.yaml`."""

import json
from functools import cache
from pathlib import Path
from typing import Literal

from intent.model import Field, Model

# In a Lambda bundle the file stands beside the packages, already converted to JSON; in a checkout it is YAML, one up.
_COMPILED = Path(__file__).parents[1] / "taxonomy.json"
_chosen = [Path(__file__).parents[2] / "taxonomy.yaml"]


class Described(Model):
    """A modality or metadata attribute: its name (lower case, also the JSON key) and what it covers."""

    name: str = Field(pattern=r"^[a-z][a-z_]{0,39}$")
    description: str = Field(min_length=1, max_length=300)


class Attribute(Described):
    """A metadata attribute. `kind`: how a query's words for it are read (`intent.attributes`); None: they are not.

    `values`, of kind `values`: each value with the phrases that stand for it.
    """

    kind: Literal["names", "years", "values"] | None = None
    values: dict[str, tuple[str, ...]] = Field(default={})

    @property
    def listed(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """`values` as a key for a cache."""
        return tuple(self.values.items())

    def check(self) -> None:
        """A list of values, and the kind that reads it."""
        if (self.kind == "values") != bool(self.values):
            raise ValueError(f"attribute {self.name}: kind `values` and a list of values belong together")


class Taxonomy(Model):
    """The one definition of the domain: 2 to 8 modalities, attributes, domains, styles and lengths of queries."""

    name: str
    task: str
    modalities_: tuple[Described, ...] = Field(alias="modalities", min_length=2, max_length=8)
    attributes: tuple[Attribute, ...] = ()
    domains: dict[str, str] = Field(min_length=1)
    styles: dict[str, str] = Field(min_length=1)
    lengths: dict[str, str] = Field(min_length=1)

    def check(self) -> None:
        """Every modality has a name of its own."""
        if len(set(self.modalities)) != len(self.modalities):
            raise ValueError(f"modalities: a name stands twice in {list(self.modalities)}")

    @property
    def modalities(self) -> tuple[str, ...]:
        """Names in the order of the file: the order of weights everywhere."""
        return tuple(modality.name for modality in self.modalities_)

    @property
    def descriptions(self) -> dict[str, str]:
        """What each modality covers, by name."""
        return {modality.name: modality.description for modality in self.modalities_}


def choose(file: Path) -> None:
    """Let `load` read this YAML file in this process, instead of the checkout's own; for tools, not for functions."""
    load.cache_clear()
    _chosen[:] = [file]


@cache
def load() -> Taxonomy:
    """The taxonomy. Raises pydantic's ValidationError, naming the field, if the file breaks a rule."""
    if _COMPILED.exists():
        return Taxonomy.model_validate(json.loads(_COMPILED.read_text("utf-8")))
    import yaml  # noqa: PLC0415  (only in a checkout: a Lambda bundle carries no YAML parser)

    return Taxonomy.model_validate(yaml.safe_load(_chosen[0].read_text("utf-8")))
