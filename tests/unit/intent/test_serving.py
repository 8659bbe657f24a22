"""On demand or by model units."""

import pytest

from intent.serving import HOURS_PER_MONTH, Serving, is_provisioned
from tests.unit.samples import DEPLOYMENT, PROVISIONED

UNITS = Serving(kind="provisioned")


def test_given_an_arn_then_it_fits_the_setting_of_its_own_kind_only() -> None:
    assert (is_provisioned(PROVISIONED), is_provisioned(DEPLOYMENT)) == (True, False)
    assert (UNITS.fits(PROVISIONED), UNITS.fits(DEPLOYMENT)) == (True, False)
    assert (Serving().fits(PROVISIONED), Serving().fits(DEPLOYMENT)) == (False, True)


@pytest.mark.parametrize(("commitment", "months"), [("none", 1), ("OneMonth", 1), ("SixMonths", 6)])
def test_given_a_commitment_then_its_term_is_billed_and_without_one_a_month(commitment: str, months: int) -> None:
    assert Serving.model_validate({"commitment": commitment}).hours == months * HOURS_PER_MONTH
