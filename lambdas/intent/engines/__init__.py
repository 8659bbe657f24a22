"""Routing decisions as payloads of search engines: no network, no vendor library, nothing sent.

    from intent.engines import compile
    compile(answer, "opensearch", {"targets": {"visual": {"field": "visual_vec"}, ...}})

`answer` is the JSON that POST /route returned. How to use each payload: docs/engines.md.

Importing this package loads nothing; each name loads what it needs when it is first used, so that a route function
that says `from intent import engines` pays only for requests that ask for an engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intent.engines.compiler import compile  # noqa: A004  (the word of the trade)
    from intent.engines.errors import BindingError, DecisionError, EngineError, UnknownEngine
    from intent.engines.fusion import fuse
    from intent.engines.models import Bindings, Compiled, Decision, Target
    from intent.engines.registry import ENGINES

__all__ = [
    "ENGINES",
    "BindingError",
    "Bindings",
    "Compiled",
    "Decision",
    "DecisionError",
    "EngineError",
    "Target",
    "UnknownEngine",
    "compile",
    "fuse",
]
_HOMES = {
    "compiler": ("compile",),
    "errors": ("BindingError", "DecisionError", "EngineError", "UnknownEngine"),
    "fusion": ("fuse",),
    "models": ("Bindings", "Compiled", "Decision", "Target"),
    "registry": ("ENGINES",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (PEP 562; type checkers read the block above)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
