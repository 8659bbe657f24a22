"""What our training data brings over plain templates: the same code, teacher, size and queries, paired by query."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks import metrics, plain, threshold
from benchmarks.contenders import Contender, contenders
from benchmarks.files import Labelled
from benchmarks.measuring import Material, measure
from benchmarks.metrics import Answer
from benchmarks.training import Students, Tell, taught
from evaluate.bootstrap import Resamples, interval
from intent.plan import Run
from intent.taxonomy import Taxonomy
from intent.weights import leading
from local.bedrock.models.registry import for_role
from local.bedrock.models.types import Weigher

STUDENTS = ("distilled", "edge")
_DRAWS = 10_000
_DIGITS = 4


def compare(ours: Students, run: Run, taxonomy: Taxonomy, on: Material, tell: Tell) -> dict[str, dict[str, Any]]:
    """`distilled_plain` and `edge_plain` with all figures and their `gain`, and under `plain` the counts of the set."""
    found = plain.compose(run.examples, run.seed)
    teacher = for_role("teacher")
    assert isinstance(teacher, Weigher)
    made = taught(plain.splits(found, run, teacher), run, taxonomy, tell)
    chosen = threshold.choose(made, taxonomy, run.max_edge_risk)
    own = contenders(ours, taxonomy, on.threshold)
    theirs = contenders(made, taxonomy, chosen["threshold"])
    material = Material(on.labelled, on.weighted, made.splits.holdout, on.warm, chosen["threshold"])
    figures = measure({name: theirs[name] for name in ("teacher", *STUDENTS)}, material, tell)
    figures["edge"] |= chosen
    reference = _answers(own["teacher"], on.labelled)
    gains = {
        name: gain(_answers(own[name], on.labelled), _answers(theirs[name], on.labelled), reference, on.labelled)
        for name in STUDENTS
    }
    counts = {"asked": run.examples, "distinct": len(found.queries), "drawn": found.drawn}
    return {
        **{f"{name}_plain": {**figures[name], "gain": gains[name]} for name in STUDENTS},
        "plain": {**counts, "train": len(made.splits.train), "ours_train": len(ours.splits.train)},
    }


def gain(
    ours: Sequence[Answer], plain_: Sequence[Answer], reference: Sequence[Answer], labelled: Sequence[Labelled]
) -> dict[str, Any]:
    """Ours minus plain: `top1` and `agreement` (with the teacher), each with its 95 % interval.

    The intervals are of a bootstrap over the queries, both students' answers drawn together.
    """
    labels = [row.labels for row in labelled]
    led = [(leading(answer),) if answer else () for answer in reference]
    resamples = Resamples(len(labelled), seed=0, draws=_DRAWS)
    found: dict[str, Any] = {}
    for name, accepted in (("top1", labels), ("agreement", led)):
        one, other = (np.array(metrics.right(side, accepted), dtype=np.float64) for side in (ours, plain_))
        found[name] = round(float((one - other).mean()), _DIGITS)
        low_high = interval(resamples.means(one - other))
        found[f"{name}_interval"] = list(low_high) if low_high else None
    return found


def _answers(contender: Contender, labelled: Sequence[Labelled]) -> list[Answer]:
    return [contender.ask(row.query).weights for row in labelled]
