"""An amount needs the steps of the lowest tier that it does not exceed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.approval_policy.thresholds import ApprovalScale, NoThresholds, steps_for
from tests.portfolio.business_case.cases import OWNER, TIERS

SCALE = ApprovalScale.model_validate({"currency": "CAD", "tiers": TIERS})


@pytest.mark.parametrize(
    ("amount", "steps"),
    [
        ("0", 1),
        ("50000", 1),
        ("50000.0001", 2),
        ("1000000", 2),
        ("1000000.01", 3),
        ("999999999999999", 3),
    ],
)
def test_a_threshold_belongs_to_the_tier_below_it(amount: str, steps: int) -> None:
    assert len(steps_for([SCALE], "CAD", Decimal(amount))) == steps


@given(st.lists(st.decimals("0", "2000000", places=2), min_size=2, max_size=2))
def test_more_money_never_needs_fewer_steps(amounts: list[Decimal]) -> None:
    less, more = sorted(amounts)
    assert len(SCALE.steps_for(less)) <= len(SCALE.steps_for(more))


def test_amounts_of_another_currency_are_not_measured_by_these_thresholds() -> None:
    with pytest.raises(NoThresholds):
        steps_for([SCALE], "EUR", Decimal(1))


@pytest.mark.parametrize(
    "bounds",
    [["100"], [None, None], [None, "100"], ["100", "100", None], ["200", "100", None], ["0", None], ["-1", None]],
)
def test_thresholds_rise_and_the_last_tier_has_none(bounds: list[str | None]) -> None:
    tiers = [{"up_to": bound, "steps": [OWNER]} for bound in bounds]
    with pytest.raises(ValueError, match="tier"):
        ApprovalScale.model_validate({"currency": "CAD", "tiers": tiers})
