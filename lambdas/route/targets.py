"""The decision as payloads of the engines that a caller names."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from intent import engines
from route.contract import DecidedInBatch
from route.errors import InvalidRequest

# Bindings by engine, the stack's setting `bindings`; put beside the packages when the code is bundled.
_BINDINGS = Path(__file__).parents[1] / "bindings.json"


@cache
def _bindings() -> Mapping[str, Any]:
    return json.loads(_BINDINGS.read_text("utf-8")) if _BINDINGS.exists() else {}


def add(decided: DecidedInBatch, targets: Sequence[str]) -> None:
    """Compile for each target into `engines`; what the compiler has to say goes into `warnings`.

    Raises InvalidRequest for an engine that there is not. Bindings that do not fit are the deployment's fault: then
    the engine is left out with a warning, and the weights are answered all the same.
    """
    for target in dict.fromkeys(targets):
        engine = target.partition("@")[0]
        try:
            compiled = engines.compile(decided, target, _bindings().get(engine))
        except engines.UnknownEngine as error:
            raise InvalidRequest(f"targets: {error}") from None
        except engines.EngineError as error:
            decided["warnings"].append(f"targets: {target} could not be compiled: {error}")
        else:
            decided["engines"][target] = compiled
            decided["warnings"].extend(f"targets: {target}: {warning}" for warning in compiled["warnings"])
