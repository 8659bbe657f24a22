"""What can be routed to: the modalities and what their queries look like, read from `taxonomy.yaml`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

# In a Lambda bundle the file stands beside the packages, already converted to JSON; in a checkout it is YAML, one up.
_COMPILED = Path(__file__).parents[1] / "taxonomy.json"
_chosen = [Path(__file__).parents[2] / "taxonomy.yaml"]


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Described(_Frozen):
    """A modality or metadata attribute: its name (lower case, also the JSON key) and what it covers."""

    name: str = Field(pattern=r"^[a-z][a-z_]{0,39}$")
    description: str = Field(min_length=1, max_length=300)


class Attribute(Described):
    """A metadata attribute. `kind`: how a query's words for it are read (`intent.attributes`); None: they are not.

    `values`, of kind `values`: each value with the phrases that stand for it.
    """

    kind: Literal["names", "years", "values"] | None = None
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @field_validator("values", mode="before")
    @classmethod
    def _pairs(cls, given: object) -> object:
        return tuple(given.items()) if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _listed(self) -> Self:
        if (self.kind == "values") != bool(self.values):
            raise ValueError(f"attribute {self.name}: kind `values` and a list of values belong together")
        return self


class Taxonomy(_Frozen):
    """The one definition of the domain: 2 to 8 modalities, attributes, domains, styles and lengths of queries."""

    name: str
    task: str
    modalities_: tuple[Described, ...] = Field(alias="modalities", min_length=2, max_length=8)
    attributes: tuple[Attribute, ...] = ()
    domains: dict[str, str] = Field(min_length=1)
    styles: dict[str, str] = Field(min_length=1)
    lengths: dict[str, str] = Field(min_length=1)

    @field_validator("modalities_")
    @classmethod
    def _unique(cls, value: tuple[Described, ...]) -> tuple[Described, ...]:
        names = [modality.name for modality in value]
        if len(set(names)) != len(names):
            raise ValueError(f"modalities: a name stands twice in {names}")
        return value

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
