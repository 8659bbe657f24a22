"""Before a run spends anything: its models (or what stands in for them), its cost, and the gate that will decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from generate.request import Rejected
from intent import bill, gatefile
from intent.estimate import at_most, estimate
from intent.models import LookUp, family, objection, successor
from intent.plan import Batch, Run
from intent.prices import PriceTable
from intent.taxonomy import Taxonomy

_CANDIDATES = ("base", "baseline", "teacher")
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


def check_models(run: Run, look_up: LookUp, now: datetime) -> Checked:
    """The run with usable models. Raises Rejected: ModelNotUsable (with the successor's name), ModelNotAllowed.

    With `on_legacy` "substitute" the successor of a model that is going or gone takes its place, if it is active.
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
    usable = run.model_copy(update={entry["role"]: entry["to"] for entry in substituted})
    _refuse_foreign(usable)
    return Checked(usable, substituted, _warnings(usable, substituted))


def check_cost(run: Run, batches: Sequence[Batch], taxonomy: Taxonomy, table: PriceTable) -> list[bill.Item]:
    """The itemised estimate. Raises Rejected: PriceUnknown, or TooExpensive where the run might pass its own cap.

    The cap is held against the most that the run may cost (`intent.estimate.at_most`): topping up cannot pass it.
    """
    try:
        items = estimate(run, batches, taxonomy, table)
    except KeyError as error:
        raise Rejected("PriceUnknown", str(error.args[0])) from None
    most = at_most(run, batches, taxonomy, table)
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


def _warnings(run: Run, substituted: Sequence[dict[str, str]]) -> list[str]:
    """What the report must say: how its figures are priced, and a judge that ends up rating its own kind."""
    return [*([_BY_THE_HOUR] if run.serving.provisioned else []), *_of_the_judge(run, substituted)]


def _of_the_judge(run: Run, substituted: Sequence[dict[str, str]]) -> list[str]:
    if "judge" not in {entry["role"] for entry in substituted}:
        return []
    akin = [role for role in _CANDIDATES if family(run.models[role]) == family(run.judge)]
    if not akin:
        return []
    return [f"the judge {run.judge} is of one family with the {' and the '.join(akin)}: it may favour its own kind"]
