"""Before a run spends anything: its models (or what stands in for them), its cost, and the gate that will decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from generate.request import Rejected
from intent import bill, gatefile
from intent.candidates import OTHERS, model_of, names
from intent.estimate import at_most, estimate
from intent.models import LookUp, family, objection, successor
from intent.plan import Batch, Run
from intent.pointer import Pointer
from intent.prices import PriceTable
from intent.taxonomy import Taxonomy

_BY_THE_HOUR = (
    "provisioned throughput is billed by the hour, asked or not: the costs per million routes of the distilled student "
    "and the cascade are what their tokens would cost on demand"
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A run whose models may all be used. `substituted`: role, from, to and why of each that is not as asked for."""

    run: Run
    substituted: list[dict[str, str]]
    warnings: list[str]


def check_models(run: Run, look_up: LookUp, now: datetime, active: Pointer | None = None) -> Checked:
    """The run with usable models. Raises Rejected: ModelNotUsable (with the successor's name), ModelNotAllowed.

    With `on_legacy` "substitute" the successor of a model that is going or gone takes its place, if it is active.
    `active`: the version in service, for the warnings.
    """
    substituted: list[dict[str, str]] = []
    problems: set[str] = set()
    for role, model in run.models.items():
        why = objection(model, look_up(model), now)
        heir = _heir(model, look_up, now) if why and run.on_legacy == "substitute" else None
        if why and heir:
            substituted.append({"role": role, "from": model, "to": heir, "why": why})
        elif why:
            problems.add(why)
    if problems:
        raise Rejected("ModelNotUsable", "; ".join(sorted(problems)))
    usable = _with(run, {entry["role"]: entry["to"] for entry in substituted})
    _refuse_foreign(usable)
    return Checked(usable, substituted, _warnings(usable, active))


def check_cost(
    run: Run, batches: Sequence[Batch], taxonomy: Taxonomy, table: PriceTable, active: Pointer | None = None
) -> list[bill.Item]:
    """The itemised estimate. Raises Rejected: PriceUnknown, or TooExpensive where the run might pass its own cap.

    The cap is held against the most that the run may cost (`intent.estimate.at_most`): topping up cannot pass it.
    """
    try:
        items = estimate(run, batches, taxonomy, table, active)
    except KeyError as error:
        raise Rejected("PriceUnknown", str(error.args[0])) from None
    most = at_most(run, batches, taxonomy, table, active)
    if most > run.max_cost_usd:
        listed = ", ".join(f"{item.item} {item.usd:.2f}" for item in items)
        raise Rejected(
            "TooExpensive",
            f"the run may cost {most:.2f} USD, above max_cost_usd {run.max_cost_usd:.2f}; it is expected to cost "
            f"{bill.total(items):.2f} ({listed}): ask for fewer examples or raise max_cost_usd",
        )
    return items


def check_gate() -> None:
    """Raises Rejected, InvalidGate, if the rules that will decide cannot be used."""
    try:
        gatefile.load()
    except gatefile.GateError as error:
        raise Rejected("InvalidGate", str(error)) from None


def _heir(model: str, look_up: LookUp, now: datetime) -> str | None:
    """The first in the line of successors that may be used, if any."""
    seen = {model}
    heir = successor(model)
    while heir and heir not in seen:
        if objection(heir, look_up(heir), now) is None:
            return heir
        seen.add(heir)
        heir = successor(heir)
    return None


def _refuse_foreign(run: Run) -> None:
    foreign = sorted(set(run.models.values()) - set(run.allowed_models)) if run.allowed_models else []
    if foreign:
        raise Rejected(
            "ModelNotAllowed",
            f"this stack's roles may not call {', '.join(foreign)}; add it to `models` in cdk.json and deploy",
        )


def _with(run: Run, instead: Mapping[str, str]) -> Run:
    """The run with these models by role; other candidates have their names as roles."""
    others = tuple(instead.get(name, model) for name, model in zip(OTHERS, run.others, strict=False))
    roles = {role: model for role, model in instead.items() if role not in OTHERS}
    return run.model_copy(update={**roles, "others": others})


def _warnings(run: Run, active: Pointer | None) -> list[str]:
    """What the report must say: how its figures are priced, and a judge that rates its own kind."""
    return [*([_BY_THE_HOUR] if run.serving.provisioned else []), *_of_the_judge(run, active)]


def _of_the_judge(run: Run, active: Pointer | None) -> list[str]:
    """A judge may favour its own kind: whoever reads its scores should know of it. The teacher's are the reference."""
    rated = {name: model_of(name, run.models, active) for name in names(run.others, active)}
    akin = [
        name
        for name, model in rated.items()
        if model and family(model) == family(run.judge) and (name in run.judged or name == "teacher")
    ]
    if not akin:
        return []
    return [f"the judge {run.judge} is of one family with the {' and the '.join(akin)}: it may favour its own kind"]
