"""The half of compiling that no engine differs in: which modalities, at which shares, where, under which filters."""

from dataclasses import dataclass, field

from intent.engines.conditions import Condition, conditions
from intent.engines.errors import BindingError, DecisionError
from intent.engines.models import Bindings, Decision, Kind, SparseVector, Target
from intent.weights import normalise

FLOOR = 0.05  # of a decision without `active`; the default of POST /route


@dataclass(frozen=True, slots=True)
class Limits:
    """What an engine takes. `kinds` of targets; `most` clauses (None: no known limit); `sparse` vectors or not."""

    kinds: tuple[Kind, ...] = ("vector", "text")
    most: int | None = None
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One modality to be searched. `share`: its part of the whole, > 0, to four decimals; all add up to exactly 1."""

    modality: str
    share: float
    target: Target
    vector: object

    @property
    def field(self) -> str:
        """The field, of a vector target."""
        return self.target.fields[0]


@dataclass(slots=True)
class Plan:
    """What an engine module turns into its own words."""

    clauses: list[Clause]
    conditions: list[Condition]
    bindings: Bindings
    query: str
    warnings: list[str] = field(default_factory=list[str])

    def only(self, kind: Kind) -> list[Clause]:
        """The clauses of one kind, in order."""
        return [clause for clause in self.clauses if clause.target.kind == kind]

    def multiplier(self, clause: Clause) -> float:
        """The share for engines whose neutral weight is 1.0: equal shares give 1.0 each, as if nothing were sent."""
        return round(clause.share * len(self.clauses), 4)


def prepare(decision: Decision, bindings: Bindings, limits: Limits) -> Plan:
    """Choose, bind and weigh the modalities.

    Raises BindingError for a modality that is not bound, or not in a way that the engine can search.
    """
    warnings: list[str] = []
    chosen = _chosen(decision, bindings, warnings)
    if limits.most is not None and len(chosen) > limits.most:
        kept = sorted(chosen, key=lambda name: -chosen[name])[: limits.most]
        dropped = ", ".join(name for name in chosen if name not in kept)
        warnings.append(f"weights: the engine takes {limits.most} clauses at most; left out: {dropped}")
        chosen = {name: weight for name, weight in chosen.items() if name in kept}
    clauses = [
        Clause(name, share, _target(name, bindings, limits), _vector(name, bindings, limits))
        for name, share in shares(chosen).items()
    ]
    if not (decision.query or "").strip() and any(clause.target.kind == "text" for clause in clauses):
        raise DecisionError("decision.query: is missing; a modality is bound to text, so give the query's words")
    return Plan(clauses, conditions(decision, bindings, warnings), bindings, decision.query or "", warnings)


def shares(weights: dict[str, float]) -> dict[str, float]:
    """Scaled to sum exactly 1 (largest remainder, ten-thousandths); what rounds to nothing is dropped."""
    try:
        exact = normalise(weights, list(weights))
    except ValueError as error:
        raise DecisionError(f"decision.weights: {error}") from None
    return {name: share for name, share in exact.items() if share > 0}


def weighed(decision: Decision) -> dict[str, float]:
    """The active modalities with a weight above 0, in the decision's order; all above 0 if none is active."""
    active = decision.active
    if active is None:
        active = tuple(name for name, weight in decision.weights.items() if weight >= FLOOR)
    positive = {name: weight for name, weight in decision.weights.items() if weight > 0}
    if not positive:
        raise DecisionError("decision.weights: are all 0; at least one must be above")
    return {name: weight for name, weight in positive.items() if name in active} or positive


def _chosen(decision: Decision, bindings: Bindings, warnings: list[str]) -> dict[str, float]:
    wanted = weighed(decision)
    if decision.active == ():
        warnings.append("weights: no modality reaches the floor; all with a weight are searched")
    absent = [name for name in wanted if name in bindings.targets and bindings.targets[name] is None]
    chosen = {name: weight for name, weight in wanted.items() if name not in absent}
    if absent:
        warnings.append(f"targets: bound to null, so left out of this search: {', '.join(absent)}")
    if chosen:
        return chosen
    rest = [name for name in decision.weights if bindings.targets.get(name) is not None]
    if not rest:
        raise BindingError("bindings.targets: no modality is bound; bind at least one of the decision's to a field")
    warnings.append("targets: no active modality has an index here; the others are searched, by their weights")
    left = {name: weight for name in rest if (weight := decision.weights[name]) > 0}
    return left or dict.fromkeys(rest, 1.0)


def _target(name: str, bindings: Bindings, limits: Limits) -> Target:
    target = bindings.targets.get(name)
    if target is None:
        raise BindingError(
            f'bindings.targets.{name}: is missing; add {{"kind": "vector", "field": "<vector field>"}} '
            "or null to leave the modality out"
        )
    if target.kind not in limits.kinds:
        raise BindingError(
            f"bindings.targets.{name}.kind: {target.kind} cannot be searched by this engine; "
            f"use {' or '.join(limits.kinds)}, or bind the modality to null"
        )
    return target


def _vector(name: str, bindings: Bindings, limits: Limits) -> object:
    vector = bindings.vectors.get(name)
    if vector is None:
        return f"{{{{vector.{name}}}}}"
    if not isinstance(vector, SparseVector):
        return vector
    if not limits.sparse:
        raise BindingError(f"bindings.vectors.{name}: is sparse, which this engine does not take here; give a list")
    return vector.model_dump()
