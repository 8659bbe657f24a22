"""The cascade on the held-out set: which queries the edge student answers alone, and what the two make together.

Nothing is asked again: its answers are the two students' own, joined by example id.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from edge.calibration import expected_calibration_error, reliability, threshold_for, upper_bound
from evaluate.responses import Response, leads_right

# People who label queries agree with each other on 95 to 98 of 100: to differ on two is not to be worse.
NEGLIGIBLE = 0.02


def disagreement(responses: Sequence[Response]) -> float:
    """The share of answers that do not lead as the teacher does; 1 without answers."""
    return 1 - sum(map(leads_right, responses)) / len(responses) if responses else 1.0


def choose_threshold(
    validation: Mapping[str, Any], *, distilled: Sequence[Response], max_risk: float
) -> dict[str, float]:
    """`risk` that the edge student may take, and the `threshold` on its confidence that keeps it, with their bound.

    `validation`: confidence and right of the edge student on the validation split, which neither student was trained
    on. The risk is what the distilled student's own disagreement with the teacher may be, by the upper end of its 95 %
    interval on the held-out set: the edge student's, which must stay below, is taken at that end too. At least
    `NEGLIGIBLE`, at most `max_risk`.
    """
    wrong = len(distilled) - sum(map(leads_right, distilled))
    risk = min(max_risk, max(NEGLIGIBLE, upper_bound(wrong, len(distilled))))
    confidence, right = np.array(validation["confidence"], dtype=float), np.array(validation["right"], dtype=bool)
    return {"risk": round(risk, 4), "threshold": round(threshold_for(confidence, right, risk), 6)}


def combine(edge: Sequence[Response], distilled: Sequence[Response], threshold: float) -> list[Response]:
    """The edge student's answer where it is sure; else the distilled one's, which took the edge's time as well."""
    others = {response.id: response for response in distilled}
    return [answer if is_sure(answer, threshold) else _after(answer, others[answer.id]) for answer in edge]


def is_sure(answer: Response, threshold: float) -> bool:
    """Whether the edge student may give this answer alone."""
    return answer.confidence is not None and answer.confidence >= threshold


def _after(edge: Response, distilled: Response) -> Response:
    if distilled.latency_ms is None:
        return distilled
    return distilled.model_copy(update={"latency_ms": distilled.latency_ms + (edge.latency_ms or 0.0)})


def account(edge: Sequence[Response], threshold: float) -> dict[str, Any]:
    """Coverage, how right the covered part is, and how far the confidence can be trusted, on the held-out set."""
    rated = [answer for answer in edge if answer.confidence is not None]
    confidence = np.array([answer.confidence for answer in rated], dtype=float)
    right = np.array([leads_right(answer) for answer in rated], dtype=bool)
    covered = [answer for answer in edge if is_sure(answer, threshold)]
    return {
        "coverage": round(len(covered) / len(edge), 4) if edge else None,
        "covered_top1": round(1 - disagreement(covered), 4) if covered else None,
        "ece": round(expected_calibration_error(confidence, right), 4) if rated else None,
        "reliability": reliability(confidence, right) if rated else [],
    }
