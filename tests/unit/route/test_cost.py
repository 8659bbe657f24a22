"""What a distilled student's tokens cost."""

import pytest

from intent.pointer import Distilled
from route.cost import cost
from tests.unit.samples import DEPLOYMENT, MODEL, PROVISIONED

STUDENT = Distilled(deployment_arn=DEPLOYMENT, model_arn=MODEL)
BY_THE_HOUR = Distilled(deployment_arn=PROVISIONED, model_arn=MODEL)
UNKNOWN = Distilled(deployment_arn=DEPLOYMENT, model_arn=MODEL.replace("nova-micro", "nova-unheard-of"))


@pytest.mark.parametrize(("read", "said"), [(60, 25), (60, 0), (0, 25)])
def test_given_tokens_then_they_cost_what_the_students_base_does(read: int, said: int) -> None:
    assert cost(STUDENT, read, said) == pytest.approx((read * 0.035 + said * 0.14) / 1e6)


@pytest.mark.parametrize("student", [STUDENT, BY_THE_HOUR, UNKNOWN, None])
def test_given_no_tokens_then_they_cost_nothing_whoever_was_asked(student: Distilled | None) -> None:
    assert cost(student, 0, 0) == 0


@pytest.mark.parametrize("student", [BY_THE_HOUR, UNKNOWN, None])
def test_given_tokens_that_have_no_price_then_they_cost_an_unknown_sum_and_not_nothing(
    student: Distilled | None,
) -> None:
    assert cost(student, 60, 25) is None
