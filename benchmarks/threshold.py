"""The confidence from which the edge student answers alone, chosen as a run's evaluation chooses it."""

from collections.abc import Sequence

from benchmarks.training import Students, ask_of
from edge.model import EdgeModel
from evaluate import candidates, cascade
from evaluate.responses import join
from intent import prompts
from intent.records import Example
from intent.taxonomy import Taxonomy
from intent.weights import leading
from local.bedrock.models.registry import from_artefact


def choose(made: Students, taxonomy: Taxonomy, max_risk: float) -> dict[str, float]:
    """`risk` (the distilled student's disagreement on the held-out set, at most `max_risk`) and `threshold`."""
    distilled = candidates.model(ask_of(from_artefact(made.distilled)), "embedded", prompts.student(taxonomy), taxonomy)
    answers = [join(example, distilled(example.query)) for example in made.splits.holdout]
    checked = _checked(EdgeModel.from_bytes(made.edge), made.splits.validation)
    return cascade.choose_threshold(checked, distilled=answers, max_risk=max_risk)


def _checked(edge: EdgeModel, validation: Sequence[Example]) -> dict[str, list[float] | list[bool]]:
    answers = [edge.predict(example.query) for example in validation]
    right = [leading(answer.weights) == row.leading for answer, row in zip(answers, validation, strict=True)]
    return {"confidence": [answer.confidence for answer in answers], "right": right}
