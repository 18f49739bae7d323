"""A variance has a sign and a word, and falls into price and volume."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.budget.variance import Meaning, meaning, parts, variance

NUMBERS = st.decimals(min_value=0, max_value=10**9, places=2)


@pytest.mark.parametrize(
    ("budgeted", "actual", "off", "word"),
    [
        ("100", "120", "20", Meaning.UNFAVORABLE),
        ("100", "90", "-10", Meaning.FAVORABLE),
        ("100", "100.00", "0", Meaning.ON_BUDGET),
    ],
)
def test_spending_less_than_planned_is_favorable(budgeted: str, actual: str, off: str, word: Meaning) -> None:
    found = variance(Decimal(budgeted), Decimal(actual))
    assert (found, meaning(found)) == (Decimal(off), word)


def test_price_and_volume_by_hand() -> None:
    """Planned 100 at 10.00, used 120 at 11.00: 20 more at 10.00 are 200, and 1.00 more on 120 is 120."""
    found = parts(Decimal(1000), Decimal(1320), Decimal(100), Decimal(120))
    assert found is not None
    assert (found.volume, found.price) == (Decimal(200), Decimal(120))


@given(NUMBERS, NUMBERS, NUMBERS.filter(bool), NUMBERS)
def test_price_and_volume_are_the_variance_to_the_last_digit(
    budgeted: Decimal, actual: Decimal, planned: Decimal, used: Decimal
) -> None:
    found = parts(budgeted, actual, planned, used)
    assert found is not None
    assert found.price + found.volume == actual - budgeted


def test_without_a_planned_quantity_there_are_no_parts() -> None:
    assert parts(Decimal(1), Decimal(1), Decimal(0), Decimal(1)) is None
