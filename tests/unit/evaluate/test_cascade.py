"""The cascade on the held-out set, from the students' own answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.calibration import expected_calibration_error, reliability, threshold_for
from evaluate import cascade
from evaluate.responses import Response
from tests.unit.samples import MODALITIES, leaning

from .samples import response


def answers(confidences: list[float], wrong: frozenset[int] | set[int] = frozenset()) -> list[Response]:
    """One answer per confidence; those in `wrong` lead with another modality than the reference."""
    return [
        response(n, leaning(MODALITIES[(n + (n in wrong)) % 4]), confidence=confidence, latency_ms=0.1)
        for n, confidence in enumerate(confidences)
    ]


def test_given_sure_and_unsure_answers_then_each_comes_from_the_right_student() -> None:
    edge = answers([0.9, 0.2, 0.5])
    distilled = [response(n, leaning("audio"), latency_ms=5.0, input_tokens=40, output_tokens=9) for n in (2, 0, 1)]
    together = cascade.combine(edge, distilled, 0.5)
    assert [answer.id for answer in together] == ["h0", "h1", "h2"], "joined by id, not by place"
    assert [answer.output_tokens for answer in together] == [0, 9, 0]
    assert [answer.latency_ms for answer in together] == [0.1, 5.1, 0.1], "the edge is asked first"


def test_given_the_distilled_students_errors_then_the_edge_may_make_as_many_and_no_more() -> None:
    validation = {"confidence": [0.9] * 200 + [0.4] * 200, "right": [True] * 200 + [True, False] * 100}
    distilled = answers([0.0] * 20, wrong={0, 1})
    chosen = cascade.choose_threshold(validation, distilled=distilled, max_risk=1.0)
    assert chosen == {"risk": 0.2826, "threshold": 0.9}, "2 of 20, at the upper end of the interval"
    assert cascade.choose_threshold(validation, distilled=distilled, max_risk=0.001) == {
        "risk": 0.001,
        "threshold": 1.0,
    }


def test_given_a_distilled_student_without_errors_then_the_edge_may_still_answer() -> None:
    validation = {"confidence": [0.9] * 400, "right": [True] * 399 + [False]}
    distilled = answers([0.0] * 500)
    assert cascade.choose_threshold(validation, distilled=distilled, max_risk=0.05) == {"risk": 0.02, "threshold": 0.9}


def test_given_no_validation_then_the_edge_student_answers_nothing_alone() -> None:
    chosen = cascade.choose_threshold({"confidence": [], "right": []}, distilled=[], max_risk=1.0)
    assert chosen["threshold"] == 1.0


def test_given_answers_then_coverage_and_what_is_covered_are_counted() -> None:
    found = cascade.account(answers([0.95, 0.95, 0.85, 0.15], wrong={1, 3}), 0.8)
    assert (found["coverage"], found["covered_top1"]) == (0.75, pytest.approx(0.6667, abs=1e-4))
    assert [(row["from"], row["count"], row["right"]) for row in found["reliability"]] == [
        (0.1, 1, 0.0), (0.8, 1, 1.0), (0.9, 2, 0.5)]  # fmt: skip


@given(st.lists(st.tuples(st.floats(0.25, 1), st.booleans()), min_size=1, max_size=80), st.floats(0.01, 0.5))
def test_given_any_split_then_what_is_covered_stays_under_the_risk(
    pairs: list[tuple[float, bool]], risk: float
) -> None:
    confidence, right = np.array([c for c, _ in pairs]), np.array([r for _, r in pairs])
    threshold = threshold_for(confidence, right, risk)
    covered = right[confidence >= threshold]
    if threshold < 1.0:
        assert (~covered).mean() <= risk
    assert sum(row["count"] for row in reliability(confidence, right)) == len(pairs)
    assert 0 <= expected_calibration_error(confidence, right) <= 1
