"""The base student and the baseline router: weaker on purpose, and the same every time."""

from intent.weights import Parsed, leading, parse
from local.bedrock.models.registry import for_role
from local.bedrock.models.types import Model
from tests.unit.models.samples import MODALITIES, ask, people


def _right_and_valid(model: Model) -> tuple[float, float]:
    """Shares of all answers: that lead as people say (an invalid one does not), and that obey the contract."""
    answers = [parse(ask(model, query).text, MODALITIES) for query, _ in people()]
    valid = [
        leading(answer.weights) == label
        for answer, (_, label) in zip(answers, people(), strict=True)
        if isinstance(answer, Parsed)
    ]
    return sum(valid) / len(answers), len(valid) / len(answers)


def test_given_queries_of_people_then_both_are_usable_and_behind_the_teacher() -> None:
    base, baseline = _right_and_valid(for_role("base")), _right_and_valid(for_role("baseline"))
    assert 0.5 <= base[0] < baseline[0] < 0.85
    assert 0.8 <= base[1] < baseline[1] <= 1


def test_given_the_same_query_then_the_same_answer() -> None:
    for role in ("base", "baseline"):
        assert ask(for_role(role), "a quiet lake") == ask(for_role(role), "a quiet lake")
