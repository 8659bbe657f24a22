"""`compile`: read the decision and the bindings, plan, and let the engine's module write it down."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from intent.engines.errors import BindingError, DecisionError, EngineError, told
from intent.engines.models import OPTIONS, Bindings, Compiled, Decision, Target
from intent.engines.plan import prepare, shares, weighed
from intent.engines.registry import find

_Model = TypeVar("_Model", bound=BaseModel)


def compile(  # noqa: A001  (the word of the trade; the built-in has no place in a search back end)
    decision: Decision | Mapping[str, object],
    engine: str,
    bindings: Bindings | Mapping[str, object] | None = None,
) -> Compiled:
    """The decision as a payload for `engine` (a key of ENGINES, or `opensearch@2.19` for an older cluster).

    Modalities that are not active are left out and the rest is scaled to sum exactly 1; engines that multiply get
    share x number of clauses, so that a flat decision equals their default. What could not be carried over is in
    `warnings`. Without bindings each modality is taken to be a vector field of its own name.

    Raises UnknownEngine, DecisionError or BindingError (all EngineError) with the field and the fix.
    """
    name, chosen, version = find(engine)
    routed = _read(Decision, decision, "decision", DecisionError)
    if name == "weights_vector":
        return Compiled(engine=name, version=version, payload=_vector(routed), warnings=[])
    bound = _by_name(routed, name) if bindings is None else _read(Bindings, bindings, "bindings", BindingError)
    plan = prepare(routed, bound, chosen.limits)
    if bindings is None:
        plan.warnings.append("bindings: none given; each modality is taken to be a vector field of its own name")
    payload = chosen.build()(plan, version)
    return Compiled(engine=name, version=version, payload=payload, warnings=plan.warnings)


def _by_name(decision: Decision, engine: str) -> Bindings:
    """Bindings by convention: modality = vector field = search index; on TwelveLabs, search option or nothing."""
    bound = {name: Target(field=name, index=name) for name in decision.weights}
    if engine != "twelvelabs":
        return Bindings(targets={**bound})
    return Bindings(targets={name: target if name in OPTIONS else None for name, target in bound.items()})


def _vector(decision: Decision) -> dict[str, object]:
    active = shares(weighed(decision))
    return {"order": list(active), "values": list(active.values()), "sum": 1.0}


def _read(model: type[_Model], given: object, root: str, broken: type[EngineError]) -> _Model:
    if isinstance(given, model):
        return given
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise broken(told(error, root)) from None
