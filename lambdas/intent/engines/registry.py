"""Which engines there are, and since which version their payloads are understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from intent.engines.errors import UnknownEngine
from intent.engines.plan import Limits, Plan

Payload = dict[str, Any]


class Build(Protocol):
    """What each engine's module exports: a plan in, a payload out. `version`: the form that was chosen."""

    def __call__(self, plan: Plan, version: str) -> Payload:
        """Build the payload. Raises BindingError for what only this engine minds."""
        ...


_ANY = Limits()


@dataclass(frozen=True, slots=True)
class Engine:
    """`module`: where the function `function` stands. `versions`: the forms, oldest first, each by the engine version
    that introduced it.
    """

    module: str
    versions: tuple[str, ...]
    function: str = "build"
    limits: Limits = _ANY

    def build(self) -> Build:
        """Import the engine's module, on first use only: the route pays for no engine that nobody asked for."""
        return cast("Build", getattr(import_module(f"intent.engines.{self.module}"), self.function))


_FIVE = Limits(most=5)  # clauses of a hybrid query
_VECTORS = Limits(kinds=("vector",), sparse=True)
# Sources of the versions: docs/engines.md.
ENGINES: Mapping[str, Engine] = {
    "opensearch": Engine("opensearch", ("2.10", "3.0"), limits=_FIVE),
    "opensearch-rrf": Engine("opensearch", ("3.1",), "build_rrf", limits=_FIVE),
    "elasticsearch": Engine("elasticsearch", ("9.2",)),
    "elasticsearch-linear": Engine("elasticsearch", ("8.18",), "build_linear"),
    "qdrant": Engine("qdrant", ("1.17",), limits=_VECTORS),
    "qdrant-formula": Engine("qdrant", ("1.14",), "build_formula", limits=_VECTORS),
    "mongodb": Engine("mongodb", ("8.0",)),
    "azure-ai-search": Engine("azure", ("2024-07-01",)),
    "weaviate": Engine("weaviate", ("1.27",)),
    "milvus": Engine("milvus", ("2.5",)),
    "twelvelabs": Engine("twelvelabs", ("1.3",)),
    "weights_vector": Engine("", ("1.0",)),
}


def find(name: str) -> tuple[str, Engine, str]:
    """`opensearch` (its newest form) or `opensearch@2.19` (the newest that 2.19 accepts): name, engine, form.

    Raises UnknownEngine with what there is to choose from.
    """
    base, _, asked = name.partition("@")
    engine = ENGINES.get(base)
    if engine is None:
        raise UnknownEngine(f"engine: {base[:40]!r} is not known; use one of {', '.join(sorted(ENGINES))}")
    if not asked:
        return base, engine, engine.versions[-1]
    fitting = [version for version in engine.versions if _numbers(version) <= _numbers(asked)]
    if not fitting:
        raise UnknownEngine(f"engine: {base} is compiled for {engine.versions[0]} and later, not for {asked[:20]!r}")
    return base, engine, fitting[-1]


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.replace("-", ".").split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise UnknownEngine(f"engine: the version {version[:20]!r} is not of the form 3.1")
    return tuple(int(part) for part in parts)
